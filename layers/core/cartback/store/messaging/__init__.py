"""Claims, links, lists and counters."""
