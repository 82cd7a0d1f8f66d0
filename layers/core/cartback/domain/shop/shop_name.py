"""The shape of a shop's name. It stands apart, because doors that keep no delivery look at names too."""

from __future__ import annotations

import re

SHOP_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)
"""What a shop may be called. Names come in URLs, from everybody: what has another shape is not even looked up."""
