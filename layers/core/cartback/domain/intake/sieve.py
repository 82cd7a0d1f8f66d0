"""Which names an object of raw events may hold: a Bloom filter, short enough to be a part of the object's own name.

Whoever looks for somebody lists names of objects, a thousand a request, and opens only those that may hold them. A
filter never misses a name that went in; a name that did not is taken for one that did about once in 70,000 times, up
to some two hundred names, and more often beyond (B. H. Bloom, "Space/time trade-offs in hash coding with allowable
errors", CACM 13(7), 1970). What goes in are keyed hashes, so a filter tells nobody anything without the stack's secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Collection, Iterator

_BYTES_PER_NAME = 3
_PLACES_PER_NAME = 12
_FEWEST_BYTES, _MOST_BYTES = 24, 600
"""As text 800 characters: with shop, hour and batch it fits into the 1,024 bytes that S3 allows a name."""


def sieve(names: Collection[str]) -> str:
    """The filter of these names, as text of letters, digits, ``-`` and ``_``; the same names give the same text."""
    bits = bytearray(min(_MOST_BYTES, max(_FEWEST_BYTES, _BYTES_PER_NAME * len(names))))
    for name in names:
        for place in _places(name, len(bits)):
            bits[place // 8] |= 1 << place % 8
    return base64.urlsafe_b64encode(bits).decode()


def may_hold(text: str, names: Collection[str]) -> bool:
    """Whether one of these names may have gone into a filter. What is no filter may hold anything."""
    try:
        bits = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return True
    if not bits:
        return True
    return any(all(bits[place // 8] >> place % 8 & 1 for place in _places(name, len(bits))) for name in names)


def _places(name: str, size: int) -> Iterator[int]:
    """Twelve pieces of one digest stand for so many hashes."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[at : at + 2]) % (size * 8) for at in range(0, 2 * _PLACES_PER_NAME, 2))
