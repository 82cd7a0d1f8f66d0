"""Every sender before the real intake: good deliveries, and what may be wrong with them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cartback import shops
from cartback.domain.intake.responses import Answer, path_word
from cartback.ports import ShopKeys
from cartback.usecases.receive_webhook import ReceiveWebhook
from tests.fakes.platform_senders import (
    FORM,
    JSON,
    business_central_body,
    cartflows_form,
    shopware_body,
    shopware_headers,
    stripe_headers,
    woocommerce_headers,
)
from tests.fakes.senders import generic_headers, shopify_headers
from tests.fakes.world import CountingMetrics, DictKeys, HandClock, ListQueue

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OLD, NEW, OTHER = ("whsec_" + base64.b64encode(name * 8).decode() for name in (b"old!", b"new!", b"else"))


@dataclass(frozen=True)
class Sending:
    """One request to the door of a shop."""

    body: bytes
    headers: dict[str, str]
    word: str = ""
    query: str = ""
    method: str = "POST"
    shop: str = "werkhof"

    def but(self, **changes: object) -> Sending:
        """The same with something else about it; headers are laid over the ones there are, None takes one away."""
        headers = {**self.headers, **changes.pop("headers", {})}
        kept = {name: value for name, value in headers.items() if value is not None}
        return replace(self, headers=kept, **changes)


@dataclass
class Doorway:
    """The intake of one shop of a platform, and of another that has a secret of its own."""

    platform: str
    keys: DictKeys = field(default_factory=DictKeys)
    queue: ListQueue = field(default_factory=ListQueue)
    metrics: CountingMetrics = field(default_factory=CountingMetrics)
    clock: HandClock = field(default_factory=lambda: HandClock(NOW))

    def __post_init__(self) -> None:
        self.know("werkhof", NEW, OLD)
        self.know("anders", OTHER)
        self.intake = ReceiveWebhook(self.keys, self.queue, self.clock, shops.load, lambda: self.metrics)

    def know(self, shop: str, *secrets: str) -> None:
        """Give a shop its secrets, newest first. Shopware agrees on them; its app has one of its own."""
        if self.platform != "shopware":
            self.keys.by_shop[shop] = ShopKeys(self.platform, secrets)
            return
        until = (NOW + timedelta(seconds=60)).isoformat()
        before = {"previous": secrets[1], "previous_until": until} if secrets[1:] else {}
        self.keys.by_shop[shop] = ShopKeys("shopware", ("app-secret",), {"secret": secrets[0], **before})

    def take(self, sending: Sending) -> Answer:
        """Let the intake answer a request."""
        return self.intake(
            sending.shop,
            sending.body,
            sending.headers,
            method=sending.method,
            word=sending.word,
            query=sending.query,
        )


def shopify(secret: str = NEW, at: datetime = NOW, body: bytes = b'{"id": 1}') -> Sending:
    """A cart from Shopify."""
    return Sending(body, {**JSON, **shopify_headers(body, "carts/update", secret, triggered_at=at)})


def generic(secret: str = NEW, at: datetime = NOW, body: bytes = b'{"type": "shop.left"}') -> Sending:
    """An event in our own words."""
    return Sending(body, {**JSON, **generic_headers(body, secret, timestamp=at)})


def woocommerce(secret: str = NEW, at: datetime = NOW, body: bytes = b'{"id": 7}') -> Sending:
    """An order from WooCommerce, which dates nothing."""
    return Sending(body, woocommerce_headers(body, "order.deleted", secret))


def cartflows(secret: str = NEW, at: datetime = NOW, body: bytes | None = None) -> Sending:
    """A form from CartFlows, which signs and dates nothing."""
    return Sending(cartflows_form() if body is None else body, dict(FORM), word=path_word(secret))


def shopware(secret: str = NEW, at: datetime = NOW, body: bytes | None = None) -> Sending:
    """An event from Shopware."""
    body = shopware_body("app.deleted", {"keepUserData": True}, at) if body is None else body
    return Sending(body, shopware_headers(body, secret))


def business_central(secret: str = NEW, at: datetime = NOW, body: bytes | None = None) -> Sending:
    """A notification from Business Central. Its clientState is the secret; the address stays what it was."""
    word = path_word(secret if secret in (NEW, OLD) else NEW)
    return Sending(business_central_body(secret) if body is None else body, dict(JSON), word=word)


def stripe(secret: str = NEW, at: datetime = NOW, body: bytes | None = None) -> Sending:
    """An event from Stripe."""
    body = b'{"id": "evt_1", "type": "charge.refunded"}' if body is None else body
    return Sending(body, stripe_headers(body, secret, at=at))


SENDERS = {
    "shopify": shopify,
    "generic": generic,
    "woocommerce": woocommerce,
    "cartflows": cartflows,
    "shopware": shopware,
    "business_central": business_central,
    "stripe": stripe,
}
SIGNATURES = {
    "shopify": "x-shopify-hmac-sha256",
    "generic": "webhook-signature",
    "woocommerce": "x-wc-webhook-signature",
    "shopware": "shopware-shop-signature",
    "stripe": "stripe-signature",
}


def doorway(sender: str) -> Doorway:
    """The intake before which this sender stands; CartFlows is a plugin of WooCommerce."""
    return Doorway("woocommerce" if sender == "cartflows" else sender)
