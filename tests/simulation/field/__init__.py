"""The field: what real shops, shoppers and strangers do that nobody designs for.

Its shops speak their platforms' own JSON, signed as the platforms sign it, through the real adapters. What is true of
its people, carts and purchases is kept in ``truth``, apart from every row and every stored event of the house: there,
two people with one number are two people, because the world made them two.
"""
