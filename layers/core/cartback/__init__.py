"""Cartback: wins back abandoned carts, inside the shop's own AWS account."""

import gc

# Nearly everything that is allocated while a door starts stays for good, and the collector would walk it over and over:
# a tenth of a cold start. The dearest door leaves some 120,000 containers, so with this none is walked before the first
# event. Warm, little is left in cycles: an event some fifty containers, so memory does not grow with it.
gc.set_threshold(200_000, 20, 20)
