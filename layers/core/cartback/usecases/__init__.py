"""One verb per file, twin of a door. Each is a value that holds its ports and is called with its input."""
