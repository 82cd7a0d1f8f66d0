"""Pictures asked for in the size in which they are shown, where the place that keeps them can cut them to it.

A shop tells its pictures as they were uploaded: megabytes for a thumb's breadth, and of any shape, which Outlook for
Windows, knowing no ``object-fit``, would press into a square.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SHARP = 2
"""Pixels of a picture for each pixel of the layout: screens of phones are at least that fine."""

_PHOTON = re.compile(r"i[0-3]\.wp\.com", re.ASCII)


def square(link: str, side: int) -> tuple[str, bool]:
    """The address of a picture as a square for ``side`` CSS pixels, and whether it is one for certain.

    Shopify's CDN (also on the shop's own host, as ``/cdn/shop/``) takes ``width``, ``height`` and ``crop``, Photon of
    WordPress ``resize``. Elsewhere the picture is asked for as it was told.
    """
    pixels = SHARP * side
    parts = urlsplit(link)
    host = (parts.hostname or "").lower()
    if host == "cdn.shopify.com" or parts.path.startswith("/cdn/shop/"):
        return _asking(link, {"width": str(pixels), "height": str(pixels), "crop": "center"}), True
    if _PHOTON.fullmatch(host):
        return _asking(link, {"resize": f"{pixels},{pixels}"}), True
    return link, False


def _asking(link: str, wishes: dict[str, str]) -> str:
    parts = urlsplit(link)
    kept = dict(parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit(parts._replace(query=urlencode({**kept, **wishes}, safe=",")))
