"""A browser that somebody lets us push to: its address, its keys, and which addresses may be one at all.

The address comes from a browser, so it is a stranger's word: nobody may lead our requests anywhere by it. Only the push
services of browsers are written to, and only over https.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import datetime

from cartback.domain.errors import Refused

MOST = 5
"""How many browsers of one person are remembered; the oldest makes room."""

# These patterns are also published in JSON Schemas, so they keep to what Python and ECMAScript read alike. Hosts are
# those of Chrome and its kin, Firefox, Edge and Safari; a browser of another maker is refused until its host stands
# here. Of http, only what leads to this machine passes: the local cloud's push service has no certificate, and whoever
# sends judges again.
ENDPOINT = re.compile(
    r"(https://([a-z0-9-]{1,63}\.){0,5}"
    r"(fcm\.googleapis\.com|push\.services\.mozilla\.com|notify\.windows\.com|push\.apple\.com)"
    r"|http://127\.0\.0\.1:[0-9]{1,5})"
    r"/[A-Za-z0-9._~:/?@!$&'()*+,;=%-]{1,700}"
)
LONGEST = 800
P256DH = re.compile(r"B[A-P][A-Za-z0-9_-]{85}")
"""A point of P-256 that is not compressed: 65 bytes, the first of which is 4, in base64url."""
AUTH = re.compile(r"[A-Za-z0-9_-]{22}")
"""16 bytes in base64url."""

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_PUBLIC, _AUTH = 65, 16
# The curve P-256 (SEC 2, version 2, § 2.4.2): y² = x³ - 3x + b.
_P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


@dataclass(frozen=True, slots=True)
class Device:
    """One browser of one person. ``hash`` is the keyed hash of its address, ``at`` when they signed up there (the
    page's word, by our clock), ``topics`` the purposes that they agreed to on it.
    """

    endpoint: str
    p256dh: str
    auth: str
    hash: str
    at: datetime
    topics: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """What a channel writes to: address and keys in one text (``written``)."""
        return written(self.endpoint, self.p256dh, self.auth)


def written(endpoint: str, p256dh: str, auth: str) -> str:
    """An address with its keys as one text."""
    return json.dumps([endpoint, p256dh, auth], separators=(",", ":"))


def read(text: str) -> tuple[str, bytes, bytes]:
    """Address, public key and secret of what ``written`` gave. Raises Refused for what no browser can be reached by."""
    try:
        endpoint, p256dh, auth = json.loads(text)
        told = str(endpoint), decoded(p256dh, _PUBLIC), decoded(auth, _AUTH)
    except (ValueError, TypeError):
        raise Refused("no address of a browser") from None
    if len(told[0]) > LONGEST or not ENDPOINT.fullmatch(told[0]) or not is_point(p256dh):
        raise Refused("no address of a browser")
    return told


def is_point(p256dh: str) -> bool:
    """Whether a key in the shape of ``P256DH`` is a point of the curve: others would give away what is agreed."""
    point = decoded(p256dh, _PUBLIC)
    x, y = int.from_bytes(point[1:33]), int.from_bytes(point[33:])
    return point[0] == 4 and max(x, y) < _P and (y * y - (x * x * x - 3 * x + _B)) % _P == 0


def decoded(text: object, length: int) -> bytes:
    """So many bytes out of base64url without padding. Raises ValueError for anything else."""
    if not isinstance(text, str) or len(text) > 200 or not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(found) != length:
        raise ValueError(f"{len(found)} bytes, not {length}")
    return found


def encoded(raw: bytes) -> str:
    """Bytes in base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def newest_first(devices: tuple[Device, ...], more: tuple[Device, ...]) -> tuple[Device, ...]:
    """Each browser once, with its latest keys, the newest first and at most ``MOST``."""
    latest: dict[str, Device] = {}
    for each in sorted((*devices, *more), key=lambda device: device.at):
        latest[each.hash] = each
    return tuple(sorted(latest.values(), key=lambda device: device.at, reverse=True)[:MOST])
