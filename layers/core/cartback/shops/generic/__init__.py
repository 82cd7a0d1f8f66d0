"""Any shop: our own JSON (docs/events/generic.schema.json), signed by Standard Webhooks (integrations.md § 1.9)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.signatures import proven

if TYPE_CHECKING:
    from cartback.domain.intake.voices import Claim
    from cartback.domain.observations import Observation
    from cartback.ports import Delivery

# Type of event -> the function of ``translation`` that understands it.
TOPICS: dict[str, str] = {
    "cart.updated": "cart_updated",
    "checkout.updated": "checkout_updated",
    "order.placed": "order_placed",
    "order.paid": "order_paid",
    "order.cancelled": "order_cancelled",
    "order.updated": "order_placed",
    "payment.failed": "payment_failed",
    "refund.issued": "refund_issued",
    "parcel.updated": "parcel_updated",
    "return.updated": "return_updated",
    "customer.updated": "customer_updated",
    "customer.erased": "customer_erased",
    "stock.updated": "stock_updated",
    "product.updated": "product_updated",
    "product.viewed": "product_viewed",
    "ticket.opened": "ticket_opened",
    "ticket.closed": "ticket_closed",
    "push.allowed": "push_allowed",
    "push.left": "push_left",
    "shop.left": "shop_left",
}

TOLERANCE_SECONDS = 300  # both ways, as the specification recommends
SHORTEST_KEY = 24  # bytes, the specification's minimum: an empty secret would let anybody sign

_TYPE = re.compile(r"[a-z][a-z0-9_.]{0,99}")
# Visible ASCII without the dot, which separates the signed parts.
_ID = re.compile(r"[!-\-/-~]{1,200}")
_SECONDS = re.compile(r"[0-9]{1,11}")


def verify(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> tuple[str, str, dict[str, str]]:
    """Check the signature; give (type of event, message id, no headers).

    Raises ``Refused`` with 401 as ``signed_id`` does, with 400 for a signed body that does not name its type.
    """
    key = signed_id(body, headers, secrets, now)
    try:
        event = payload_reader.parse(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused("the body is not UTF-8") from None
    return event["type"].matching(_TYPE, "a type of event"), key, {}


def claims(delivery: Delivery) -> list[Claim]:
    """What a delivery says of its sender, see ``ports.Speaker``."""
    from cartback.shops.generic import voice

    return voice.claims(delivery)


def observe(delivery: Delivery) -> list[Observation] | None:
    """Translate a delivery; None for a type that we do not know. Raises ``Refused`` for what is not in the schema."""
    name = TOPICS.get(delivery.topic)
    if name is None:
        return None
    from cartback.domain.intake.salvage import despite
    from cartback.shops.generic import traces, translation

    return despite(lambda: translation.translate(delivery, name), lambda: traces.of(delivery))


def signed_id(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> str:
    """Check that one of the secrets signed these bytes within five minutes of ``now``; give the message's id.

    Raises ``Refused`` with 401 for everything else: a header that is missing or malformed, a wrong signature, a
    time too far away. Versions of signature other than ``v1`` are skipped.
    """
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(message_id):
        raise Refused("the header webhook-id is missing or malformed", 401)
    # The reference verifier rounds "1614265330.5" and signs the rounded text; here the literal text is signed.
    if not _SECONDS.fullmatch(timestamp):
        raise Refused("the header webhook-timestamp is missing or malformed", 401)
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    if not _matches(signed, headers.get("webhook-signature", ""), secrets):
        raise Refused("the signature is missing or wrong", 401)
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        raise Refused("the timestamp is more than five minutes away", 401)
    return message_id


def _matches(signed: bytes, header: str, secrets: Sequence[str]) -> bool:
    def proof(key: bytes) -> bytes:
        return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())

    given = [part[3:] for part in header.split(" ")[:32] if part.startswith("v1,")]
    return proven(_keys(secrets), given, proof)


def _keys(secrets: Sequence[str]) -> Iterator[bytes]:
    for secret in secrets:
        key = _key(secret)
        if key is not None and len(key) >= SHORTEST_KEY:
            yield key


def _key(secret: str) -> bytes | None:
    """The bytes of a secret; None for a secret of another kind, which cannot have signed anything here."""
    text = secret.removeprefix("whsec_")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return None


def check_secret(secret: str) -> None:
    """Raise ``Refused`` for a secret that no signature of this scheme could ever match."""
    key = _key(secret)
    if key is None:
        raise Refused("secret: must be base64, with or without whsec_ before it (Standard Webhooks)")
    if len(key) < SHORTEST_KEY:
        short = f"{len(key)} bytes once decoded, and it takes at least {SHORTEST_KEY}"
        raise Refused(f"secret: is too short: {short}")
