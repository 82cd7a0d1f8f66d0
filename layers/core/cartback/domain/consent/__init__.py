"""What somebody agreed to, how it is proven, and what the law of their market asks."""
