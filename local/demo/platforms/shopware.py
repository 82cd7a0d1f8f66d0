"""The Shopware shop: an app's registration with proof and confirmation, its signed webhooks, and the Admin API."""

from __future__ import annotations

import hmac
import json
import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from local.demo.assortment import VARIANTS, Variant
from local.demo.platforms import Asked, DemoShop, Told, says, worth
from local.demo.sender import Parcel, ask
from local.demo.shopify import Buyer, Lines
from local.proxy import Answer
from local.signing import shopware_headers, shopware_signature

APP_NAME = "Cartback"
PAID = "state_enter.order_transaction.state.paid"


class Shop(DemoShop):
    """Tells people, orders and goods. Shopware's core has no word for a cart, so nobody can be reminded of one."""

    platform = "shopware"
    shop = "demo-shopware"
    has_carts = False

    def fresh_secret(self) -> str:
        """The app's secret, of the manifest; the shop's own comes with the registration."""
        self._app_secret = secrets.token_hex(32)
        self._shop_id = secrets.token_hex(8)
        self._api = {"apiKey": f"SWIA{secrets.token_hex(10).upper()}", "secretKey": secrets.token_urlsafe(32)}
        self._tokens: set[str] = set()
        self._kept: dict[str, dict[str, dict[str, Any]]] = {"order": {}, "product": {}}
        return self._app_secret

    def introduce_itself(self) -> None:
        """Register, check the proof, take the secret, confirm with it and hand over the access to the API."""
        stamp = int(self.ground.clock.now().timestamp())
        query = f"shop-id={self._shop_id}&shop-url={quote(self.base, safe='')}&timestamp={stamp}"
        decoded = f"shop-id={self._shop_id}&shop-url={self.base}&timestamp={stamp}"
        signed = {"shopware-app-signature": shopware_signature(decoded.encode(), self._app_secret)}
        reply = ask("GET", f"{self.hook}/register?{query}", headers=signed)
        if reply.status != 200:
            raise RuntimeError(f"the registration was refused: {reply.status} {reply.body.decode()}")
        told = json.loads(reply.body)
        proof = f"{self._shop_id}{self.base}{APP_NAME}".encode()
        if told["proof"] != hmac.new(self._app_secret.encode(), proof, sha256).hexdigest():
            raise RuntimeError("the proof of the registration is wrong")
        self.secret = told["secret"]
        body = json.dumps(
            {**self._api, "timestamp": str(stamp), "shopUrl": self.base, "shopId": self._shop_id}
        ).encode()
        # The address is the API's own on AWS; here the same path leads through the gateway of the local cloud.
        path = urlsplit(told["confirmation_url"]).path
        confirmed = ask("POST", f"{self.ground.api_url}{path}", body, shopware_headers(body, self.secret))
        if confirmed.status != 204:
            raise RuntimeError(f"the confirmation was refused: {confirmed.status} {confirmed.body.decode()}")

    def goods(self, at: datetime) -> list[Told]:
        """product.written: keys only, so that each has to be fetched."""
        for variant in VARIANTS:
            self._kept["product"][_key(1, variant.number)] = self._product(variant, 25, at)
        return [_written(sorted(self._kept["product"]))]

    def left(self, variant: Variant, pieces: int, at: datetime) -> list[Told]:
        """product.written for one."""
        key = _key(1, variant.number)
        self._kept["product"][key] = self._product(variant, pieces, at)
        return [_written([key])]

    def signs_up(self, buyer: Buyer, at: datetime) -> list[Told]:
        """newsletter.confirm."""
        return [Told("newsletter.confirm", {"newsletterRecipient": _recipient(buyer, at)})]

    def refuses(self, buyer: Buyer, at: datetime) -> list[Told]:
        """newsletter.unsubscribe."""
        return [Told("newsletter.unsubscribe", {"newsletterRecipient": _recipient(buyer, at)})]

    def buys(self, buyer: Buyer, lines: Lines, at: datetime, way: str) -> list[Told]:
        """checkout.order.placed."""
        return [Told("checkout.order.placed", {"order": _order(buyer, lines, at, "open")})]

    def pays(self, buyer: Buyer, lines: Lines, at: datetime, ordered_at: datetime, way: str) -> list[Told]:
        """The payment's own event."""
        return [Told(PAID, {"order": _order(buyer, lines, ordered_at, "paid")})]

    def keep(self, told: Told, event_id: str, at: datetime) -> None:
        """Orders can be searched for."""
        order = told.payload.get("order") if isinstance(told.payload, dict) else None
        if order is not None:
            with self.lock:
                self._kept["order"][order["id"]] = {**order, "updatedAt": _stamp(at)}

    def parcel(self, told: Told, event_id: str, at: datetime, now: datetime) -> Parcel:
        """The event with its source, signed as a whole with the shop's own secret."""
        source = {"url": self.base, "appVersion": "1.0.0", "shopId": self._shop_id, "eventId": event_id}
        whole = {
            "data": {"payload": told.payload, "event": told.topic},
            "source": {**source, "inAppPurchases": None},
            "timestamp": int(at.timestamp()),
        }
        body = json.dumps(whole).replace("/", "\\/").encode()  # as PHP escapes it
        return Parcel(told.topic, self.hook, body, shopware_headers(body, self.secret))

    def answer(self, asked: Asked) -> Answer:
        """A token, and the search for entities."""
        path = asked.path.removeprefix("api/")
        if (asked.method, path) == ("POST", "oauth/token"):
            return self._token(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return says(401, {"errors": [{"status": "401"}]})
        if asked.method == "POST" and path.startswith("search/"):
            found = self._found(path.removeprefix("search/"), asked.read())
            return says(200, {"total": len(found), "data": found})
        return says(404, {"errors": [{"status": "404"}]})

    def _token(self, asked: Asked) -> Answer:
        kind = asked.headers.get("content-type", "")
        said = asked.read() if kind.startswith("application/json") else _form(asked.body)
        if (said.get("client_id"), said.get("client_secret")) != (
            self._api["apiKey"],
            self._api["secretKey"],
        ):
            return says(401, {"errors": [{"status": "401"}]})
        token = secrets.token_urlsafe(32)
        self._tokens.add(token)
        return says(200, {"token_type": "Bearer", "expires_in": 600, "access_token": token})

    def _found(self, entity: str, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        with self.lock:
            kept = dict(self._kept.get(entity, {}))
        if "ids" in wanted:
            return [kept[key] for key in wanted["ids"] if key in kept]
        if entity != "order":
            return []
        since = wanted["filter"][0]["queries"][0]["parameters"]["gte"]
        return [one for one in kept.values() if one["updatedAt"] >= since]

    def _product(self, variant: Variant, pieces: int, at: datetime) -> dict[str, Any]:
        return {
            "id": _key(1, variant.number),
            "parentId": None,
            "name": variant.german,
            "translated": {"name": f"{variant.german} – {variant.option_german}"},
            "productNumber": f"WK-{variant.number:03d}",
            "active": True,
            "isCloseout": True,
            "stock": pieces,
            "availableStock": pieces,
            "cover": {"media": {"url": self.ground.front_url + variant.picture}},
            "createdAt": _stamp(at),
            "updatedAt": _stamp(at),
        }


def _written(keys: list[str]) -> Told:
    changes = [
        {"entity": "product", "operation": "update", "primaryKey": key, "updatedFields": ["stock"]}
        for key in keys
    ]
    return Told("product.written", changes)


def _recipient(buyer: Buyer, at: datetime) -> dict[str, Any]:
    return {
        "id": _key(2, buyer.number),
        "email": buyer.email,
        "firstName": buyer.first_name,
        "lastName": buyer.last_name,
        "status": "optIn",
        "confirmedAt": _stamp(at),
        "language": {"locale": {"code": "de-DE" if buyer.lang == "de" else "en-GB"}},
    }


def _order(buyer: Buyer, lines: Lines, at: datetime, payment: str) -> dict[str, Any]:
    return {
        "id": _key(3, buyer.number),
        "orderNumber": str(10_000 + buyer.number),
        "orderDateTime": _stamp(at),
        "amountTotal": worth(lines) / 100,
        "createdAt": _stamp(at),
        "updatedAt": None,
        "currency": {"isoCode": "EUR", "factor": 1},
        "language": {"locale": {"code": "de-DE" if buyer.lang == "de" else "en-GB"}},
        "billingAddress": {"firstName": buyer.first_name, "country": {"iso": "DE"}},
        "orderCustomer": {
            "email": buyer.email,
            "firstName": buyer.first_name,
            "lastName": buyer.last_name,
            "customerId": _key(4, buyer.number),
        },
        "transactions": [{"stateMachineState": {"technicalName": payment}}],
        "stateMachineState": {"technicalName": "open"},
    }


def _form(body: bytes) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(body.decode()).items()}


def _key(kind: int, number: int) -> str:
    """Shopware's ids are UUIDs without hyphens."""
    return f"0192f3c0{kind:04x}7000{number:016x}"


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000+00:00"
