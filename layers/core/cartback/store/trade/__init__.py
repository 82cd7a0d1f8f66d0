"""Rows of carts, people and stock."""
