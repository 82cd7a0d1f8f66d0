"""What messages say: the words of the house and of each shop, and what may stand in them."""
