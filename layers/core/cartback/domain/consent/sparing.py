"""What a proof leaves out, because it outlives the people in it: addresses, and what stands in a page's address."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_ADDRESS = re.compile(
    r"[^\s\"'<>()\[\],;:/?#&=|\\%]*(?:@|%40|&#0*64;|&#x0*40;|&commat;)[^\s\"'<>()\[\],;:/?#&=|\\]*",
    re.IGNORECASE,
)


def without_addresses(text: str) -> str:
    """The text with an ellipsis for whatever looks like an address, however its ``@`` is written."""
    return _ADDRESS.sub("…", text)


def place_of(page: str) -> str:
    """Where somebody stood: scheme, host and path of a page. What follows may hold what somebody typed into a form.

    A path that holds an address itself is left out; what is no web address only loses the addresses in it.
    """
    if "://" not in page:
        return without_addresses(page)
    try:
        parts = urlsplit(page)
        host = parts.hostname or ""
        host = f"{host}:{parts.port}" if parts.port is not None else host
    except ValueError:
        return "…"
    path = "" if "@" in unquote(unquote(parts.path)) else parts.path
    return without_addresses(f"{parts.scheme}://{host}{path}")
