"""Cartback: wins back abandoned carts, inside the shop's own AWS account."""
