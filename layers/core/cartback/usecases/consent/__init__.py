"""Yes, no, and how often."""
