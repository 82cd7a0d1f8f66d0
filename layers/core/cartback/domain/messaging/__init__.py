"""When and how often somebody is written to, and what becomes of a message."""
