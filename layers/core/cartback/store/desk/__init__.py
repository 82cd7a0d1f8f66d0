"""What waits: for a person, or for an outside system."""
