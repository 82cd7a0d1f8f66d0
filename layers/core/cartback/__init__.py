"""Cartback: wins back abandoned carts, inside the shop's own AWS account."""

import gc

# Nearly everything that is allocated while a door starts stays for good, and the collector walks it over and over: a
# tenth of a cold start. A batch or a touch allocates far less than this before it is done.
gc.set_threshold(50_000, 20, 20)

USER_AGENT = "Cartback"
"""What we call ourselves to AWS. botocore's own description of itself is put together anew, twice, for each request:
a quarter of the CPU of a call (docs/performance.md)."""
