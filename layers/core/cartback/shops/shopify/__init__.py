"""Shopify: webhooks of an app or of the shop's own settings (integrations.md § 1.1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.intake.signatures import proven

if TYPE_CHECKING:
    from cartback.domain.intake.voices import Claim
    from cartback.domain.observations import Observation
    from cartback.ports import Delivery, ShopKeys

# Topic -> the function of ``translation`` that understands it.
TOPICS: dict[str, str] = {
    "app/uninstalled": "app_uninstalled",
    "carts/create": "cart",
    "carts/update": "cart",
    "checkouts/create": "checkout",
    "checkouts/update": "checkout",
    "checkouts/delete": "checkout_deleted",
    "customers/create": "customer",
    "customers/update": "customer",
    "customers/redact": "customer_redacted",
    "customers/data_request": "data_requested",
    "shop/redact": "shop_redacted",
    "customers_email_marketing_consent/update": "email_consent",
    "customers_marketing_consent/update": "sms_consent",
    "inventory_levels/update": "inventory_level",
    "orders/create": "order",
    "orders/updated": "order",
    "orders/paid": "order_paid",
    "orders/cancelled": "order",
    "order_transactions/create": "transaction",
    "refunds/create": "refund",
    "fulfillment_events/create": "fulfillment_event",
    "returns/request": "return_step",
    "returns/approve": "return_step",
    "returns/decline": "return_step",
    "returns/close": "return_step",
    "products/create": "product",
    "products/update": "product",
    "products/delete": "product_deleted",
}

# What cannot be undone and bears no instant of its own that is signed: believed once from the same bytes, and never
# without the header that dates it.
TOLD_ONCE = frozenset({"app/uninstalled", "customers/redact", "shop/redact"})

# Nothing in the signature is dated, so age is no proof of forgery: a retry keeps its original instant for four
# hours, and Shopify warns of deliveries a day late. Duplicates are caught by their key and old news changes nothing
# (integrations.md § 1.1: never reject below about 72 hours). The future is only as wide as clocks differ.
OLDEST = timedelta(hours=72)
AHEAD = timedelta(minutes=10)

_TOPIC = re.compile(r"[a-z][a-z0-9_./-]{0,99}")
_ID = re.compile(r"[!-~]{1,200}")
_PREFIXED, _PLAIN = "x-shopify-", "shopify-"
_SIGNATURE = "hmac-sha256"
_KEPT = ("shop-domain", "triggered-at", "api-version")


def verify(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> tuple[str, str, dict[str, str]]:
    """Check that one of the secrets signed these bytes; give (topic, key, kept headers).

    The headers themselves are not signed: they name, they prove nothing. Kept ones are renamed to ``x-shopify-*``.
    Raises ``Refused`` with 401 for a signature that is missing, malformed or wrong and for an event that is too
    old or from the future, 400 for a signed delivery that does not say what it is.
    """
    # Two header families exist. Where both come the plain one decides, as in Shopify's own library (validate.ts,
    # detectWebhookType): its event id is the one that a repetition has again.
    prefix = _PLAIN if _PLAIN + _SIGNATURE in headers else _PREFIXED
    said = {
        name: headers.get(prefix + name, "").strip() for name in (*_KEPT, "topic", "event-id", "webhook-id")
    }
    if not _signed(body, headers.get(prefix + _SIGNATURE, ""), secrets):
        raise Refused("the signature is missing or wrong", 401)
    topic = said["topic"].lower()
    if topic in TOLD_ONCE and not said["triggered-at"]:
        raise Refused("the header triggered-at is missing", 401)
    _check_age(said["triggered-at"], now)
    if not _TOPIC.fullmatch(topic):
        raise Refused("the topic header is missing or malformed")
    kept = {_PREFIXED + name: said[name] for name in _KEPT if 0 < len(said[name]) <= 255}
    return topic, _key(topic, said["event-id"], said["webhook-id"]), kept


def known_as(keys: ShopKeys) -> list[str]:
    """The name at myshopify.com that the shop was connected by."""
    return [keys.api.get("domain", "")]


def claims(delivery: Delivery) -> list[Claim]:
    """What a delivery says of its sender, see ``ports.Speaker``."""
    from cartback.shops.shopify import voice

    return voice.claims(delivery)


def observe(delivery: Delivery) -> list[Observation] | None:
    """Translate a delivery; None for a topic that we do not use. Raises ``Refused`` for what is not its shape."""
    name = TOPICS.get(delivery.topic)
    if name is None:
        return None
    from cartback.domain.intake.salvage import despite
    from cartback.shops.shopify import shapes, traces, translation

    understand: translation.Translation = getattr(translation, name)
    shapes.check(delivery.topic, delivery.body)
    return despite(lambda: understand(delivery), lambda: traces.of(delivery))


def _signed(body: bytes, signature: str, secrets: Sequence[str]) -> bool:
    def proof(secret: str) -> bytes:
        return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())

    return proven(secrets, [signature.strip()], proof)


def _check_age(triggered_at: str, now: datetime) -> None:
    if not triggered_at:
        return
    try:
        at = Reader(triggered_at, "the header triggered-at").instant()
    except Refused as refused:
        raise Refused(refused.reason, 401) from None
    if at < now - OLDEST:
        raise Refused("the event is older than 72 hours", 401)
    if at > now + AHEAD:
        raise Refused("the event comes from the future", 401)


def _key(topic: str, event_id: str, webhook_id: str) -> str:
    # One action of a merchant raises several topics under one event id, and several subscriptions to one topic
    # deliver one event under several webhook ids: the pair of topic and event is what happened once.
    for kind, name in (("event", event_id), ("webhook", webhook_id)):
        if _ID.fullmatch(name):
            return f"{topic}:{kind}:{name}"
    raise Refused("neither an event id nor a webhook id is given")
