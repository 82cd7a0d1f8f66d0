"""Webhooks of shoppers, each a function of its number: anybody can make number 4711 again, and know what it must do.

Of ten webhooks three repeat an earlier one, byte by byte and under the same event id, as an impatient sender does.
The others are signed Shopify events of carts with four each: three changes of a checkout, and at the end a fourth or,
for two carts of five, the order. Nine carts of ten are of one shop, as in a stack that a shop has for itself.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from math import ceil
from random import Random
from typing import Any

from bench.doors import ROOT

SECRET = "the-secret-of-the-bench"  # noqa: S105
SHOPS = ("bench-one", "bench-two")
EVENTS_PER_CART, _SIDE_BY_SIDE = 4, 50
_REPEATED = (3, 6, 9)
_NEW = tuple(place for place in range(10) if place not in _REPEATED)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook as it arrives. ``step`` counts within its cart; ``poison`` cannot be digested."""

    event_id: str
    shop: str
    topic: str
    cart: int
    step: int
    is_order: bool
    body: bytes
    poison: bool = False

    def request(self) -> dict[str, Any]:
        """What API Gateway makes of it (payload 2.0)."""
        digest = hmac.new(SECRET.encode(), self.body, hashlib.sha256).digest()
        return {
            "version": "2.0",
            "routeKey": "POST /webhooks/{shop}",
            "rawPath": f"/webhooks/{self.shop}",
            "rawQueryString": "",
            "headers": {
                "content-type": "application/json",
                "x-shopify-topic": self.topic,
                "x-shopify-event-id": self.event_id,
                "x-shopify-webhook-id": self.event_id,
                "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
            },
            "requestContext": {"http": {"method": "POST"}, "domainName": "bench.invalid"},
            "pathParameters": {"shop": self.shop},
            "body": self.body.decode(),
            "isBase64Encoded": False,
        }


def numbers_of_a_block() -> int:
    """How many webhooks tell all events of the carts that are lived side by side."""
    return ceil(_SIDE_BY_SIDE * EVENTS_PER_CART / len(_NEW)) * 10


def original_of(number: int) -> int:
    """The number of the webhook that this one repeats; its own if it is new."""
    if number % 10 in _NEW:
        return number
    repeated = max(0, number - Random(number).randint(1, 500))  # noqa: S311
    return repeated if repeated % 10 in _NEW else repeated - 1


def webhook(number: int, began_at: datetime, poison_every: int = 0) -> Webhook:
    """The webhook of a number. Of the new ones every ``poison_every``-th is one that nobody can digest."""
    number = original_of(number)
    place = number // 10 * len(_NEW) + _NEW.index(number % 10)
    block, within = divmod(place, _SIDE_BY_SIDE * EVENTS_PER_CART)
    cart, step = block * _SIDE_BY_SIDE + within % _SIDE_BY_SIDE, within // _SIDE_BY_SIDE
    is_order = step == EVENTS_PER_CART - 1 and cart % 5 < 2
    topic = "orders/create" if is_order else "checkouts/update"
    poison = bool(poison_every) and place % poison_every == poison_every - 1
    if poison:
        body = json.dumps({"token": f"poison-{place}", "line_items": "none of your business"}).encode()
    else:
        body = order_body(cart, began_at) if is_order else checkout_body(cart, step, began_at)
    shop = SHOPS[cart % 10 == 9]
    return Webhook(f"event-{number}", shop, topic, cart, step, is_order, body, poison)


def opening(cart: int, began_at: datetime) -> Webhook:
    """The first event of a cart."""
    body = checkout_body(cart, 0, began_at)
    return Webhook(f"opening-{cart}", SHOPS[cart % 10 == 9], "checkouts/update", cart, 0, False, body)


def happened_at(step: int, began_at: datetime) -> datetime:
    """When a shopper took this step, by the shop's clock."""
    return began_at.astimezone(UTC).replace(microsecond=0) - timedelta(hours=1) + timedelta(minutes=step)


def checkout_body(cart: int, step: int, began_at: datetime) -> bytes:
    """A checkout with one piece more at every step."""
    document = copy.deepcopy(_sample("checkouts_update"))
    document["token"], document["cart_token"] = f"checkout-{cart}", f"cart-{cart}"
    document["updated_at"] = happened_at(step, began_at).isoformat()
    document["created_at"] = happened_at(0, began_at).isoformat()
    document["line_items"][0]["quantity"] = step + 1
    _person(document, cart)
    return json.dumps(document).encode()


def order_body(cart: int, began_at: datetime) -> bytes:
    """The order of a cart."""
    document = copy.deepcopy(_sample("orders_create"))
    document["id"] = 7_000_000 + cart
    document["checkout_token"], document["cart_token"] = f"checkout-{cart}", f"cart-{cart}"
    at = happened_at(EVENTS_PER_CART, began_at).isoformat()
    document["created_at"] = document["updated_at"] = document["processed_at"] = at
    _person(document, cart)
    return json.dumps(document).encode()


def _person(document: dict[str, Any], cart: int) -> None:
    address = f"shopper{cart}@example.com"
    document["email"] = address
    if "contact_email" in document:
        document["contact_email"] = address
    if isinstance(document.get("customer"), dict):
        document["customer"] |= {"id": 900_000 + cart, "email": address, "phone": f"+49151{cart:08d}"}


@cache
def _sample(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / "events" / "shopify" / f"{name}.json").read_text())
    return read
