"""WooCommerce: the core's signed webhooks, and the forms of the CartFlows plugin (integrations.md § 1.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from cartback.domain.errors import Refused
from cartback.domain.intake.responses import Answer, Arrival, Visit, opens
from cartback.domain.intake.signatures import proven

if TYPE_CHECKING:
    from cartback.domain.intake.voices import Claim
    from cartback.domain.observations import Observation
    from cartback.ports import Delivery, ShopKeys

# Topic -> the function of ``translation`` that understands it. The last two are our own names for CartFlows' forms.
TOPICS: dict[str, str] = {
    "order.created": "order",
    "order.updated": "order",
    "order.restored": "order",
    "order.deleted": "order_deleted",
    "customer.created": "customer",
    "customer.updated": "customer",
    "customer.deleted": "customer_deleted",
    "product.created": "product",
    "product.updated": "product",
    "product.restored": "product",
    "product.deleted": "product_deleted",
    "cartflows.abandoned": "form_abandoned",
    "cartflows.completed": "form_completed",
}

# What is kept of a form. ``product_table`` is HTML that a shopper can write into, the addresses are nobody's business.
_FORM_FIELDS = ("email", "first_name", "phone_number", "checkout_url", "product_names", "coupon_code")
_MOST_FIELDS, _LONGEST_FIELD = 100, 5000
_TOPIC = re.compile(r"[a-z][a-z0-9_.]{0,99}")
_ID = re.compile(r"[0-9]{1,19}")
# WordPress signs with the secret as a reader would see it: wp_specialchars_decode(secret, ENT_QUOTES).
_ENTITIES = {
    "&amp;": "&",
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#039;": "'",
    "&#39;": "'",
    "&#x27;": "'",
}
_ENTITY = re.compile("|".join(_ENTITIES))


def verify(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> tuple[str, str, dict[str, str]]:
    """Check that one of the secrets signed these bytes; give (topic, key, kept header).

    Nothing signed is dated, so a replay is only known by its key. ``X-WC-Webhook-Delivery-ID`` is no key: it is
    made from the webhook and the second, so that two orders share it and a repetition gets another. Raises
    ``Refused`` with 401 for a signature that is missing or wrong, 400 for a signed delivery without a topic.
    """
    if not _signed(body, headers.get("x-wc-webhook-signature", ""), secrets):
        raise Refused("the signature is missing or wrong", 401)
    topic = headers.get("x-wc-webhook-topic", "").strip().lower()
    if not _TOPIC.fullmatch(topic) or topic.startswith("cartflows."):
        raise Refused("the topic header is missing or malformed")
    webhook = headers.get("x-wc-webhook-id", "").strip()
    if not _ID.fullmatch(webhook):
        raise Refused("the header x-wc-webhook-id is missing or malformed")
    source = headers.get("x-wc-webhook-source", "").strip()
    kept = {"x-wc-webhook-source": source} if 0 < len(source) <= 255 else {}
    return topic, hashlib.sha256(f"{webhook}\x1f{topic}\x1f".encode() + body).hexdigest(), kept


def greet(visit: Visit, keys: ShopKeys, now: datetime) -> Answer | Arrival | None:
    """Let in a form of CartFlows' abandonment plugin that knows the secret word of the path; None without a word.

    The plugin signs nothing and names no event: the word is the proof and the content is the key.
    """
    if not visit.word:
        return None
    if visit.method != "POST" or not opens(visit.word, keys.secrets):
        raise Refused("the path is wrong", 401)
    fields = _form(visit)
    status = fields.get("order_status", "")
    if status not in ("abandoned", "completed"):
        raise Refused("order_status must be abandoned or completed")
    kept = json.dumps({name: fields[name] for name in _FORM_FIELDS if name in fields}, ensure_ascii=False)
    return Arrival(f"cartflows.{status}", hashlib.sha256(visit.body).hexdigest(), kept)


def known_as(keys: ShopKeys) -> list[str]:
    """The address that the shop was connected by."""
    return [keys.api.get("url", "")]


def claims(delivery: Delivery) -> list[Claim]:
    """What a delivery says of its sender, see ``ports.Speaker``."""
    from cartback.shops.woocommerce import voice

    return voice.claims(delivery)


def observe(delivery: Delivery) -> list[Observation] | None:
    """Translate a delivery; None for a topic that we do not use, ``action.*`` among them."""
    name = TOPICS.get(delivery.topic)
    if name is None:
        return None
    from cartback.domain.intake.salvage import despite
    from cartback.shops.woocommerce import shapes, traces, translation

    understand: translation.Translation = getattr(translation, name)
    shapes.check(delivery.topic, delivery.body)
    return despite(lambda: understand(delivery), lambda: traces.of(delivery))


def _signed(body: bytes, signature: str, secrets: Sequence[str]) -> bool:
    def proof(secret: str) -> bytes:
        return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())

    # A webhook whose secret was never set signs with the empty one, and so could anybody: that proves nothing.
    return proven(_spellings(secrets), [signature.strip()], proof)


def _spellings(secrets: Sequence[str]) -> Iterator[str]:
    for secret in secrets:
        yield secret
        yield _ENTITY.sub(lambda entity: _ENTITIES[entity[0]], secret)


def _form(visit: Visit) -> dict[str, str]:
    kind = visit.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refused("content type must be application/x-www-form-urlencoded", 415)
    try:
        pairs = parse_qsl(visit.body.decode(), max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise Refused("body is not a form in UTF-8") from None
    return {name: value[:_LONGEST_FIELD] for name, value in pairs if name in (*_FORM_FIELDS, "order_status")}
