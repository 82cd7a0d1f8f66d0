"""What a connector to an outside system may do, how often, and what became of it."""
