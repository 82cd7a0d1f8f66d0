"""Events on their way in."""
