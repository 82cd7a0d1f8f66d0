"""A shop without a platform: our own events, signed as Standard Webhooks say. It has no API."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import datetime
from typing import Any

from local.demo.assortment import Variant
from local.demo.platforms import DemoShop, Told, products, worth
from local.demo.sender import Parcel
from local.demo.shopify import Buyer, Lines, amount
from local.signing import JSON, generic_headers


class Shop(DemoShop):
    """Tells everything but links and pictures: our schema takes https only, and this machine has no certificate."""

    platform = "generic"
    shop = "demo-generic"
    keeps_links = False

    def fresh_secret(self) -> str:
        """Made by the operator, entered on both sides."""
        self.secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
        return self.secret

    def goods(self, at: datetime) -> list[Told]:
        """product.updated."""
        return [
            _told(
                "product.updated",
                at,
                product_id=f"P-{number}",
                title=variants[0].german,
                currency="EUR",
                variants=[
                    {
                        "variant_id": _sku(variant),
                        "variant_title": variant.option_german,
                        "price": amount(variant.price),
                        "available": 25,
                    }
                    for variant in variants
                ],
            )
            for number, variants in products().items()
        ]

    def left(self, variant: Variant, pieces: int, at: datetime) -> list[Told]:
        """stock.updated."""
        return [_told("stock.updated", at, variant_id=_sku(variant), available=pieces)]

    def signs_up(self, buyer: Buyer, at: datetime) -> list[Told]:
        """customer.updated with a consent."""
        return [_told("customer.updated", at, **_person(buyer, at, granted=True))]

    def refuses(self, buyer: Buyer, at: datetime) -> list[Told]:
        """customer.updated with a refusal."""
        return [_told("customer.updated", at, **_person(buyer, at, granted=False))]

    def fills_cart(self, buyer: Buyer, lines: Lines, at: datetime, first: bool) -> list[Told]:
        """cart.updated."""
        return [_told("cart.updated", at, **_content(buyer, lines))]

    def checks_out(self, buyer: Buyer, lines: Lines, at: datetime, began_at: datetime) -> list[Told]:
        """checkout.updated."""
        who = {"checkout_id": f"CO-{buyer.number}", "customer": _person(buyer)}
        return [_told("checkout.updated", at, **_content(buyer, lines), **who)]

    def empties(self, buyer: Buyer, at: datetime, began_at: datetime) -> list[Told]:
        """A cart without items."""
        return [*self.fills_cart(buyer, (), at, False), *self.checks_out(buyer, (), at, began_at)]

    def buys(self, buyer: Buyer, lines: Lines, at: datetime, way: str) -> list[Told]:
        """order.placed."""
        return [_told("order.placed", at, **_order(buyer, lines, at, way))]

    def pays(self, buyer: Buyer, lines: Lines, at: datetime, ordered_at: datetime, way: str) -> list[Told]:
        """order.paid."""
        return [_told("order.paid", at, **_order(buyer, lines, ordered_at, way))]

    def parcel(self, told: Told, event_id: str, at: datetime, now: datetime) -> Parcel:
        """Signed over id, time and body; dated anew for each try."""
        body = json.dumps(told.payload, ensure_ascii=False).encode()
        signed = generic_headers(body, self.secret, message_id=f"msg_{event_id}", timestamp=now)
        return Parcel(told.topic, self.hook, body, {**JSON, **signed})


def _told(kind: str, at: datetime, **data: Any) -> Told:
    return Told(kind, {"type": kind, "at": at.isoformat(), "data": data})


def _sku(variant: Variant) -> str:
    return f"WK-{variant.number:03d}"


def _person(buyer: Buyer, at: datetime | None = None, granted: bool = True) -> dict[str, Any]:
    consent = {"channel": "email", "granted": granted, "basis": "double_opt_in", "source": "newsletter form"}
    said = [{**consent, "at": at.isoformat()}] if at else []
    return {
        "id": f"C-{buyer.number}",
        "email": buyer.email,
        "first_name": buyer.first_name,
        "locale": "de-DE" if buyer.lang == "de" else "en-GB",
        "country": "DE",
        "consents": said,
    }


def _content(buyer: Buyer, lines: Lines) -> dict[str, Any]:
    return {
        "cart_id": f"CA-{buyer.number}",
        "currency": "EUR",
        "total": amount(worth(lines)),
        "items": [
            {
                "variant_id": _sku(variant),
                "title": variant.title(buyer.lang),
                "variant_title": variant.option(buyer.lang),
                "quantity": pieces,
                "unit_price": amount(variant.price),
                "product_id": f"P-{variant.product_number}",
            }
            for variant, pieces in lines
        ],
    }


def _order(buyer: Buyer, lines: Lines, at: datetime, way: str) -> dict[str, Any]:
    known = {"cart_id": f"CA-{buyer.number}", "checkout_id": f"CO-{buyer.number}"} if way == "same" else {}
    return {
        "order_id": f"O-{buyer.number}",
        "placed_at": at.isoformat(),
        "currency": "EUR",
        "total": amount(worth(lines)),
        "customer": _person(buyer),
        **known,
    }
