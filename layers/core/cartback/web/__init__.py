"""Outgoing HTTP, in one place: whoever calls the outside world calls through here. The only room with urllib3."""
