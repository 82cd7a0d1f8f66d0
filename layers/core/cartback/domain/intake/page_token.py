"""What lets a page of the shop speak for one cart: a token that the shop's own server signs, for an hour at most.

``v1.{claims}.{signature}``: the claims are JSON in base64url without padding, the signature is the HMAC-SHA256 of
``cartback-page.v1.{claims}`` in hexadecimal, keyed with the text of the shop's secret as it is written. The first word
keeps the two uses of a secret apart: no webhook is signed over a text that begins so.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.intake.signatures import proven

LIFETIME = timedelta(hours=1)
SKEW = timedelta(minutes=1)
"""How far the clocks of two servers may be apart."""
LONGEST = 3_000
SHORTEST_SECRET = 16
STRANGER = "the token is missing, malformed or wrong"

_SHAPE = re.compile(r"(v1\.[A-Za-z0-9_-]+)\.([0-9a-f]{64})", re.ASCII)
_CLAIMS = frozenset("shop cart exp customer restore_url".split())
# No consent among them: a consent is a word of its own, on the shop's own way.
_CUSTOMER = frozenset("id email phone first_name locale country region".split())


@dataclass(frozen=True, slots=True)
class Grant:
    """Which cart a page may speak of, and what the shop's server says of whose it is and of the way back to it.

    ``customer`` holds texts under the names of docs/events/generic.schema.json, for the adapter to judge.
    """

    cart: str
    customer: Mapping[str, str]
    restore_url: str | None = None


def granted(token: object, shop: str, secrets: Sequence[str], now: datetime) -> Grant:
    """Judge a token. Raises Refused with 401 unless one of the secrets signed it, for this shop and for now.

    A token that is signed but holds other claims than these is refused with 400, naming the claim: that is a mistake
    of the shop's server, and nobody else learns of it.
    """
    shape = _SHAPE.fullmatch(token) if isinstance(token, str) and len(token) <= LONGEST else None
    if shape is None or not _signed(shape[1], shape[2], secrets):
        raise Refused(STRANGER, 401)
    claims = _claims(shape[1].removeprefix("v1."))
    if claims["shop"].value != shop:
        raise Refused(STRANGER, 401)
    expires = claims["exp"].integer(0, 10**11)
    seconds = now.timestamp()
    if expires <= seconds - SKEW.total_seconds():
        raise Refused("the token is over", 401)
    if expires > seconds + (LIFETIME + SKEW).total_seconds():
        raise Refused("the token is good for more than an hour", 401)
    cart = claims["cart"].matching(payload_reader.IDENTIFIER, "an id, as a string")
    who = claims["customer"].maybe(lambda customer: customer.only(_CUSTOMER)) or claims["customer"]
    customer = {name: text for name in sorted(_CUSTOMER) if (text := who[name].words(320)) is not None}
    return Grant(cart, customer, claims["restore_url"].maybe(Reader.link))


def _signed(text: str, signature: str, secrets: Sequence[str]) -> bool:
    def proof(secret: str) -> bytes:
        return (
            hmac.new(secret.encode(), f"cartback-page.{text}".encode(), hashlib.sha256).hexdigest().encode()
        )

    # A guessable secret would let anybody sign.
    return proven((secret for secret in secrets if len(secret) >= SHORTEST_SECRET), [signature], proof)


def _claims(text: str) -> Reader:
    try:
        body = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_").decode()
    except ValueError:
        raise Refused("the token's claims are no JSON in base64url") from None
    return Reader(payload_reader.parse(body).value, "token").only(_CLAIMS)
