"""A shop: its settings, its interfaces and how well we hear it."""
