"""Shops are added, reached and compared."""
