"""Carts, orders and what is bought: their life, their lines and their sums."""
