"""What waits for a person: opened, told, answered, settled."""
