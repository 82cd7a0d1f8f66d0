"""From what was told to rows."""
