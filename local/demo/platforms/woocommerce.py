"""The WooCommerce shop: the core's signed webhooks with their unsigned ping, and its REST API."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import datetime
from typing import Any, ClassVar

from local.demo.assortment import VARIANTS, Variant
from local.demo.platforms import Asked, DemoShop, Told, says, worth
from local.demo.sender import Parcel, ask
from local.demo.shopify import Buyer, Lines, amount
from local.proxy import Answer
from local.signing import woocommerce_headers

FORM = {"content-type": "application/x-www-form-urlencoded"}


class Shop(DemoShop):
    """An unpaid order is its cart. Who agreed ticked a box at the checkout, which is enough where ``eu`` is the law.

    It speaks German, to everybody: WooCommerce's orders tell no language.
    """

    platform = "woocommerce"
    shop = "demo-woocommerce"
    policy: ClassVar[dict[str, Any]] = {"pack": "eu"}

    def access(self) -> dict[str, str]:
        """A key of the REST API. Cartback makes the secret and hands it over with each webhook's subscription."""
        self._key, self._key_secret = f"ck_{secrets.token_hex(20)}", f"cs_{secrets.token_hex(20)}"
        self._webhooks: dict[str, dict[str, Any]] = {}
        self._orders: dict[int, dict[str, Any]] = {}
        return {"url": self.base, "consumer_key": self._key, "consumer_secret": self._key_secret}

    def goods(self, at: datetime) -> list[Told]:
        """product.created."""
        return [Told("product.created", self._product(variant, 25, at)) for variant in VARIANTS]

    def left(self, variant: Variant, pieces: int, at: datetime) -> list[Told]:
        """product.updated."""
        return [Told("product.updated", self._product(variant, pieces, at))]

    def checks_out(self, buyer: Buyer, lines: Lines, at: datetime, began_at: datetime) -> list[Told]:
        """order.created, unpaid."""
        return [Told("order.created", self._order(buyer, lines, "pending", began_at, at))]

    def empties(self, buyer: Buyer, at: datetime, began_at: datetime) -> list[Told]:
        """The unpaid order is called off."""
        return [Told("order.updated", self._order(buyer, (), "cancelled", began_at, at))]

    def buys(self, buyer: Buyer, lines: Lines, at: datetime, way: str) -> list[Told]:
        """The unpaid order is paid, or another one is made and paid."""
        topic = "order.updated" if way == "same" else "order.created"
        return [Told(topic, self._order(buyer, lines, "processing", at, at, other=way != "same"))]

    def keep(self, told: Told, event_id: str, at: datetime) -> None:
        """Orders can be listed."""
        if told.topic.startswith("order."):
            with self.lock:
                self._orders[told.payload["id"]] = told.payload

    def parcel(self, told: Told, event_id: str, at: datetime, now: datetime) -> Parcel:
        """Signed with the secret that came with the subscription to this topic."""
        webhook = self._webhooks[told.topic]
        body = json.dumps(told.payload).encode()  # PHP writes what is not ASCII as escapes
        signed = woocommerce_headers(
            body,
            told.topic,
            webhook["secret"],
            webhook_id=str(webhook["id"]),
            source=f"{self.ground.front_url}/",
        )
        return Parcel(told.topic, webhook["delivery_url"], body, signed)

    def answer(self, asked: Asked) -> Answer:
        """Orders that changed, and webhooks."""
        pair = base64.b64encode(f"{self._key}:{self._key_secret}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {pair}":
            return says(401, {"code": "woocommerce_rest_cannot_view"})
        match asked.method, asked.path.removeprefix("wp-json/wc/v3/"):
            case "GET", "orders":
                with self.lock:
                    orders = sorted(self._orders.values(), key=lambda order: str(order["date_modified_gmt"]))
                changed = asked.query["modified_after"]
                return says(200, [order for order in orders if order["date_modified_gmt"] >= changed])
            case "GET", "webhooks":
                return says(200, [_shown(webhook) for webhook in self._webhooks.values()])
            case "POST", "webhooks":
                return self._subscribed(asked.read())
        return says(404, {"code": "rest_no_route"})

    def _subscribed(self, wanted: dict[str, Any]) -> Answer:
        webhook = {**wanted, "id": len(self._webhooks) + 1, "status": "active"}
        # The ping that comes with every new webhook: a form, unsigned, that wants exactly 200.
        ping = ask("POST", webhook["delivery_url"], f"webhook_id={webhook['id']}".encode(), FORM)
        if ping.status != 200:
            return says(400, {"code": "woocommerce_rest_cannot_create", "message": f"ping: {ping.status}"})
        self._webhooks[webhook["topic"]] = webhook
        return says(201, _shown(webhook))

    def _product(self, variant: Variant, pieces: int, at: datetime) -> dict[str, Any]:
        return {
            "id": _number(variant),
            "name": f"{variant.german} – {variant.option_german}",
            "type": "simple",
            "status": "publish",
            "parent_id": 0,
            "sku": f"WK-{variant.number:03d}",
            "price": amount(variant.price),
            "manage_stock": True,
            "stock_quantity": pieces,
            "stock_status": "instock" if pieces else "outofstock",
            "backorders_allowed": False,
            "images": [{"id": 30 + variant.number, "src": self.ground.front_url + variant.picture}],
            "date_created_gmt": _stamp(at),
            "date_modified_gmt": _stamp(at),
        }

    def _order(
        self, buyer: Buyer, lines: Lines, status: str, made_at: datetime, at: datetime, other: bool = False
    ) -> dict[str, Any]:
        own, paid = 10_000 + buyer.number + (50_000 if other else 0), status == "processing"
        before = self._orders.get(own)
        made = before["date_created_gmt"] if before else _stamp(made_at)
        said = {"key": "cartback_email_consent_at", "value": f"{made}Z"}
        front = self.front
        return {
            "id": own,
            "parent_id": 0,
            "status": status,
            "currency": "EUR",
            "total": amount(worth(lines)),
            "customer_id": 500 + buyer.number,
            "billing": {"first_name": buyer.first_name, "email": buyer.email, "country": "DE", "phone": ""},
            "date_created_gmt": made,
            "date_modified_gmt": _stamp(at),
            "date_paid_gmt": _stamp(at) if paid else None,
            "meta_data": [{"id": 9000 + buyer.number, **said}] if buyer.agrees else [],
            "line_items": [self._line(variant, pieces) for variant, pieces in lines],
            "coupon_lines": [],
            "refunds": [],
            "needs_payment": not paid,
            "payment_url": f"{front}/checkouts/{buyer.checkout_token}/recover?lang=de",
        }

    def _line(self, variant: Variant, pieces: int) -> dict[str, Any]:
        gross = variant.price * pieces
        net = round(gross / 1.19)
        return {
            "id": 700 + variant.number,
            "name": f"{variant.german} – {variant.option_german}",
            "product_id": _number(variant),
            "variation_id": 0,
            "quantity": pieces,
            "total": amount(net),
            "total_tax": amount(gross - net),
            "sku": f"WK-{variant.number:03d}",
            "image": {"id": str(30 + variant.number), "src": self.ground.front_url + variant.picture},
            "parent_name": None,
        }


def _number(variant: Variant) -> int:
    return 800 + variant.number


def _shown(webhook: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in webhook.items() if name != "secret"}


def _stamp(at: datetime) -> str:
    """Woo's GMT fields say no zone."""
    return f"{at:%Y-%m-%dT%H:%M:%S}"
