"""Stripe: signed events about payments and hosted checkouts (integrations.md § 1.5)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.signatures import proven

if TYPE_CHECKING:
    from cartback.domain.intake.voices import Claim
    from cartback.domain.observations import Fetch, Observation
    from cartback.ports import Delivery, ShopKeys

# Type of event -> the function of ``translation`` that understands it. ``payment_intent.succeeded`` is left out: its
# charge names more of the buyer (``billing_details``), and is told when money is authorised, not when it is taken.
TOPICS: dict[str, str] = {
    "checkout.session.expired": "session_expired",
    "checkout.session.completed": "session_completed",
    "checkout.session.async_payment_succeeded": "session_completed",
    "checkout.session.async_payment_failed": "session_unpaid",
    "charge.succeeded": "charge_succeeded",
    "invoice.paid": "invoice_paid",
    "payment_intent.payment_failed": "intent_failed",
    "invoice.payment_failed": "invoice_failed",
    "charge.refunded": "charge_refunded",
}

TOLERANCE_SECONDS = 300  # Stripe's own libraries look at the past only; nothing of the future is signed today
MOST_SIGNATURES = 32

_SECONDS = re.compile(r"[0-9]{1,11}")
_ID = re.compile(r"evt_[A-Za-z0-9_]{1,190}")
_TYPE = re.compile(r"[a-z][a-z0-9_.]{0,99}")


def verify(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> tuple[str, str, dict[str, str]]:
    """Check that one of the secrets signed these bytes within five minutes; give (type, event id, no headers).

    The key is the whole ``whsec_`` text, unlike that of Standard Webhooks. Each repetition is signed anew, so the
    tolerance holds for them too. Raises ``Refused`` with 401, or 400 for a signed body that is no event.
    """
    parts = [part.strip().partition("=") for part in headers.get("stripe-signature", "").split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    # v0 is made with a scheme for tests: it proves nothing.
    given = [value for name, _, value in parts if name == "v1"][:MOST_SIGNATURES]
    if len(stamps) != 1 or not _SECONDS.fullmatch(stamps[0]):
        raise Refused("the signature is missing or malformed", 401)
    if not _matches(stamps[0].encode() + b"." + body, given, secrets):
        raise Refused("the signature is missing or wrong", 401)
    if abs(now.timestamp() - int(stamps[0])) > TOLERANCE_SECONDS:
        raise Refused("the timestamp is more than five minutes away", 401)
    try:
        event = payload_reader.parse(body.decode())
    except UnicodeDecodeError:
        raise Refused("the body is not UTF-8") from None
    return event["type"].matching(_TYPE, "a type of event"), event["id"].matching(_ID, "an event's id"), {}


def known_as(keys: ShopKeys) -> list[str]:
    """Whether the shop was connected by a key of its account's live or of its test mode."""
    return [mode for mode in ("live", "test") if f"_{mode}_" in keys.api.get("secret_key", "")[:9]]


def claims(delivery: Delivery) -> list[Claim]:
    """What a delivery says of its sender, see ``ports.Speaker``."""
    from cartback.shops.stripe import voice

    return voice.claims(delivery)


def observe(delivery: Delivery) -> list[Observation] | None:
    """Translate a delivery; None for a type that we do not use. Raises ``Refused`` for what is not its shape."""
    name = TOPICS.get(delivery.topic)
    if name is None:
        return None
    from cartback.domain.intake.salvage import despite
    from cartback.shops.stripe import traces, translation

    understand: translation.Translation = getattr(translation, name)
    return despite(lambda: understand(delivery), lambda: traces.of(delivery, name))


def fetched(wanted: Fetch, documents: Sequence[str]) -> list[Observation]:
    """Translate what the API has of an object; nothing is said of one that is gone."""
    from cartback.shops.stripe import translation

    return [seen for document in documents for seen in translation.fetched(wanted, document)]


def _matches(signed: bytes, given: Sequence[str], secrets: Sequence[str]) -> bool:
    def proof(secret: str) -> bytes:
        return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()

    return proven(secrets, given, proof)
