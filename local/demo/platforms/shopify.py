"""The Shopify shop: webhooks of the classic topics, and as much of the Admin GraphQL API as Cartback asks."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from cartback.shops.shopify.api import SCOPES, SUBSCRIBED
from local.demo import shopify
from local.demo.assortment import PRODUCT_NUMBERS, Variant
from local.demo.platforms import Asked, DemoShop, Told, says
from local.demo.sender import Parcel
from local.demo.shopify import Buyer, Lines
from local.proxy import Answer
from local.signing import shopify_headers

DOMAIN = "waldkante-demo.myshopify.com"
CONSENT = "customers_email_marketing_consent/update"


class Shop(DemoShop):
    """Carts, checkouts, orders, consents, products and stock: everything that Cartback can hear of."""

    platform = "shopify"
    shop = "demo"

    def fresh_secret(self) -> str:
        """The client secret of the app, which signs."""
        self.secret = secrets.token_urlsafe(24)
        self._token = f"shpat_{secrets.token_hex(16)}"
        self._orders: dict[int, dict[str, Any]] = {}
        self._subscriptions: list[dict[str, str]] = []
        return self.secret

    @property
    def subscribed(self) -> bool:
        """Whether Cartback has subscribed to everything that it wants of this shop."""
        return len(self._subscriptions) >= len(SUBSCRIBED)

    def access(self) -> dict[str, str]:
        """A custom app's token."""
        return {"domain": DOMAIN, "access_token": self._token, "api_url": self.base}

    def goods(self, at: datetime) -> list[Told]:
        """products/create, each with its variants."""
        front = self.ground.front_url
        return [Told("products/create", shopify.product(number, front, at)) for number in PRODUCT_NUMBERS]

    def left(self, variant: Variant, pieces: int, at: datetime) -> list[Told]:
        """inventory_levels/update."""
        return [Told("inventory_levels/update", shopify.stock(variant, pieces, at))]

    def withdrawn(self, variant: Variant, at: datetime) -> list[Told]:
        """products/delete, which names the product and none of its variants."""
        return [Told("products/delete", {"id": variant.product_id})]

    def signs_up(self, buyer: Buyer, at: datetime) -> list[Told]:
        """The newsletter's double opt-in."""
        return [Told(CONSENT, shopify.consent(buyer, "subscribed", at))]

    def refuses(self, buyer: Buyer, at: datetime) -> list[Told]:
        """A farewell in the account."""
        return [Told(CONSENT, shopify.consent(buyer, "unsubscribed", at))]

    def fills_cart(self, buyer: Buyer, lines: Lines, at: datetime, first: bool) -> list[Told]:
        """carts/create, then carts/update."""
        return [Told("carts/create" if first else "carts/update", shopify.cart(buyer, lines, at))]

    def checks_out(self, buyer: Buyer, lines: Lines, at: datetime, began_at: datetime) -> list[Told]:
        """checkouts/create, then checkouts/update."""
        topic = "checkouts/create" if began_at == at else "checkouts/update"
        return [Told(topic, shopify.checkout(buyer, lines, self.front, at, began_at))]

    def empties(self, buyer: Buyer, at: datetime, began_at: datetime) -> list[Told]:
        """Both the cart and the checkout without lines."""
        empty = shopify.checkout(buyer, (), self.front, at, began_at)
        return [Told("carts/update", shopify.cart(buyer, (), at)), Told("checkouts/update", empty)]

    def buys(self, buyer: Buyer, lines: Lines, at: datetime, way: str) -> list[Told]:
        """orders/create."""
        return [Told("orders/create", shopify.order(buyer, lines, at, way))]

    def pays(self, buyer: Buyer, lines: Lines, at: datetime, ordered_at: datetime, way: str) -> list[Told]:
        """orders/paid."""
        return [Told("orders/paid", shopify.order(buyer, lines, ordered_at, way))]

    def keep(self, told: Told, event_id: str, at: datetime) -> None:
        """Orders can be listed afterwards."""
        if told.topic.startswith("orders/"):
            with self.lock:
                self._orders[told.payload["id"]] = told.payload

    def parcel(self, told: Told, event_id: str, at: datetime, now: datetime) -> Parcel:
        """Signed in a header over the raw body."""
        body = json.dumps(told.payload, ensure_ascii=False).encode()
        signed = shopify_headers(
            body, told.topic, self.secret, event_id=event_id, triggered_at=at, domain=DOMAIN
        )
        return Parcel(told.topic, self.hook, body, {"content-type": "application/json", **signed})

    def answer(self, asked: Asked) -> Answer:
        """The app's token, and the few documents that Cartback sends, told apart by their names."""
        if asked.path == "admin/oauth/access_token":
            own = parse_qs(asked.body.decode()).get("client_secret") == [self.secret]
            return says(200, {"access_token": self._token, "expires_in": 86399}) if own else says(400)
        if asked.headers.get("x-shopify-access-token") != self._token:
            return says(401, {"errors": "[API] Invalid API key or access token"})
        said = asked.read()
        known = {
            "Orders": self._list_orders,
            "Checkouts": self._list_checkouts,
            "Scopes": _scopes,
            "People": _people,
            "Subscriptions": self._list_subscriptions,
            "Subscribe": self._subscribe,
        }
        name = said["query"].partition("(")[0].partition("{")[0].split()[-1]
        if name not in known:
            return says(200, {"errors": [{"message": f"the demo shop has no {name}"}]})
        return says(200, {"data": known[name](said["variables"])})

    def _list_orders(self, variables: dict[str, Any]) -> dict[str, Any]:
        since = variables["query"].partition("'")[2].rstrip("'")
        with self.lock:
            found = [order for order in self._orders.values() if order["updated_at"] >= since]
        return {"orders": _page([_node(order) for order in found])}

    def _list_subscriptions(self, variables: dict[str, Any]) -> dict[str, Any]:
        return {"webhookSubscriptions": {"nodes": self._subscriptions}}

    def _subscribe(self, variables: dict[str, Any]) -> dict[str, Any]:
        number = len(self._subscriptions) + 1
        one = {
            "id": f"gid://shopify/WebhookSubscription/{number}",
            "topic": variables["topic"],
            "uri": variables["subscription"]["uri"],
        }
        self._subscriptions.append(one)
        return {"webhookSubscriptionCreate": {"webhookSubscription": one, "userErrors": []}}

    def _list_checkouts(self, variables: dict[str, Any]) -> dict[str, Any]:
        return {"abandonedCheckouts": _page([])}


def _scopes(variables: dict[str, Any]) -> dict[str, Any]:
    return {"currentAppInstallation": {"accessScopes": [{"handle": handle} for handle in SCOPES]}}


def _people(variables: dict[str, Any]) -> dict[str, Any]:
    return {"customers": {"nodes": [{"defaultEmailAddress": {"emailAddress": "mia@example.com"}}]}}


def _page(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    # A demo's list fits on one page; paging is tested where the API is.
    return {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}


def _node(order: dict[str, Any]) -> dict[str, Any]:
    """An order of our webhooks as the API lists it."""
    customer = order["customer"]
    money = {"amount": order["total_price"], "currencyCode": order["currency"]}
    known = customer and {
        "legacyResourceId": str(customer["id"]),
        "createdAt": customer["created_at"],
        "firstName": customer["first_name"],
        "defaultEmailAddress": {"emailAddress": customer["email"], "marketingState": None},
        "defaultPhoneNumber": None,
    }
    return {
        "legacyResourceId": str(order["id"]),
        "createdAt": order["created_at"],
        "updatedAt": order["updated_at"],
        "cancelledAt": None,
        "test": False,
        "email": order["email"],
        "phone": None,
        "customerLocale": order["customer_locale"],
        "currencyCode": order["currency"],
        "displayFinancialStatus": "PAID",
        "totalPriceSet": {"presentmentMoney": money},
        "discountCodes": [],
        "shippingAddress": None,
        "customer": known,
    }
