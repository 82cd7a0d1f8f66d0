"""The Business Central company: notifications without content, and the OData API that they send us to."""

from __future__ import annotations

import json
import re
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from local.demo.assortment import VARIANTS, Variant
from local.demo.platforms import Asked, DemoShop, Told, says, worth
from local.demo.sender import Parcel, ask
from local.demo.shopify import Buyer, Lines
from local.proxy import Answer
from local.signing import JSON

COMPANY = "9f161476-6f1b-4c2e-8a8e-0a1b2c3d4e5f"
TENANT = "waldkante.example"
LIVES_FOR = timedelta(days=3)
NOBODY = "00000000-0000-0000-0000-000000000000"
FORM = {"content-type": "application/x-www-form-urlencoded"}
_SINGLE = re.compile(r"companies\([^)]+\)/([a-zA-Z]+)\(([0-9a-f-]+)\)")
_LISTED = re.compile(r"companies\([^)]+\)/([a-zA-Z]+)")
_SINCE = re.compile(r"lastModifiedDateTime gt ([0-9TZ:-]+)")


class Shop(DemoShop):
    """Quotes are its carts. It knows no consent: who agrees signs up with Cartback's own form and confirms it."""

    platform = "business_central"
    shop = "demo-business-central"
    keeps_links = False
    signs_up_here = True

    def access(self) -> dict[str, str]:
        """An Entra application's secret; the two addresses lead to this machine."""
        self._client = {"client_id": secrets.token_hex(8), "client_secret": secrets.token_urlsafe(24)}
        self._tokens: set[str] = set()
        self._subscriptions: dict[str, dict[str, Any]] = {}
        self._kept: dict[str, dict[str, dict[str, Any]]] = {
            name: {} for name in ("salesQuotes", "salesOrders", "customers", "items")
        }
        here = {"tenant": TENANT, "environment": "Production", "company": COMPANY}
        return {**here, **self._client, "api_url": self.base, "token_url": self.base}

    def goods(self, at: datetime) -> list[Told]:
        """Every item was made."""
        for variant in VARIANTS:
            self._keep("items", _item(variant, 25, at))
        return [_noted(("items", _guid(1, variant.number), "created") for variant in VARIANTS)]

    def left(self, variant: Variant, pieces: int, at: datetime) -> list[Told]:
        """An item changed."""
        self._keep("items", _item(variant, pieces, at))
        return [_noted([("items", _guid(1, variant.number), "updated")])]

    def signs_up(self, buyer: Buyer, at: datetime) -> list[Told]:
        """Cartback's own form; the question to confirm comes by mail. Raises RuntimeError if it is not taken."""
        form = urlencode({"email": buyer.email, "topics": "cart_reminders", "lang": buyer.lang})
        reply = ask("POST", f"{self.ground.api_url}/subscribe/{self.shop}", form.encode(), FORM)
        if reply.status != 202:
            raise RuntimeError(f"the sign-up was refused: {reply.status} {reply.body.decode()}")
        return []

    def checks_out(self, buyer: Buyer, lines: Lines, at: datetime, began_at: datetime) -> list[Told]:
        """A quote was written."""
        self._keep("salesQuotes", _document("salesQuote", 2, buyer, lines, at, "Sent"))
        return [_noted([("salesQuotes", _guid(2, buyer.number), "created" if at == began_at else "updated")])]

    def empties(self, buyer: Buyer, at: datetime, began_at: datetime) -> list[Told]:
        """The quote was deleted."""
        with self.lock:
            self._kept["salesQuotes"].pop(_guid(2, buyer.number), None)
        return [_noted([("salesQuotes", _guid(2, buyer.number), "deleted")])]

    def buys(self, buyer: Buyer, lines: Lines, at: datetime, way: str) -> list[Told]:
        """The quote is accepted and becomes an order; by telephone there is an order alone."""
        self._keep("salesOrders", _document("salesOrder", 3, buyer, lines, at, "Open"))
        changes = [("salesOrders", _guid(3, buyer.number), "created")]
        if way == "same":
            self._keep("salesQuotes", _document("salesQuote", 2, buyer, lines, at, "Accepted"))
            changes.append(("salesQuotes", _guid(2, buyer.number), "updated"))
        return [_noted(changes)]

    def parcel(self, told: Told, event_id: str, at: datetime, now: datetime) -> Parcel:
        """Notifications of whoever subscribed, each with the ``clientState`` of its subscription."""
        ours = {one["resource"].rpartition("/")[2]: one for one in self._subscriptions.values()}
        value = [
            {
                "subscriptionId": ours[kind]["subscriptionId"],
                "clientState": ours[kind]["clientState"],
                "expirationDateTime": ours[kind]["expirationDateTime"],
                "resource": f"api/v2.0/companies({COMPANY})/{kind}({own})",
                "changeType": change,
                "lastModifiedDateTime": _stamp(at),
            }
            for kind, own, change in told.payload
        ]
        to = ours[told.payload[0][0]]["notificationUrl"]
        return Parcel(told.topic, to, json.dumps({"value": value}).encode(), dict(JSON))

    def answer(self, asked: Asked) -> Answer:
        """A token; then subscriptions, single entities and lists of what changed."""
        if asked.path == f"{TENANT}/oauth2/v2.0/token":
            return self._token(parse_qs(asked.body.decode()))
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return says(401, {"error": {"code": "Authentication_InvalidCredentials"}})
        path = asked.path.removeprefix(f"v2.0/{TENANT}/Production/api/v2.0/")
        if path.startswith("subscriptions"):
            return self._subscribing(asked, path)
        single, listed = _SINGLE.fullmatch(path), _LISTED.fullmatch(path)
        if single is not None:
            with self.lock:
                found = self._kept[single[1]].get(single[2])
            return says(200, found) if found else says(404, {"error": {"code": "BadRequest_NotFound"}})
        since = _SINCE.search(asked.query.get("$filter", ""))
        if listed is None or since is None:
            return says(400, {"error": {"code": "BadRequest"}})
        with self.lock:
            changed = [
                one for one in self._kept[listed[1]].values() if one["lastModifiedDateTime"] > since[1]
            ]
        return says(200, {"value": changed})

    def _token(self, said: dict[str, list[str]]) -> Answer:
        if any(said.get(name) != [value] for name, value in self._client.items()):
            return says(401, {"error": "invalid_client"})
        token = secrets.token_urlsafe(32)
        self._tokens.add(token)
        return says(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def _subscribing(self, asked: Asked, path: str) -> Answer:
        if asked.method == "GET":
            return says(200, {"value": [_shown(one) for one in self._subscriptions.values()]})
        wanted = asked.read()
        # The handshake: our token has to come back as it is, or there will be no subscription.
        token = secrets.token_urlsafe(24)
        echo = ask("POST", f"{wanted['notificationUrl']}?validationToken={quote(token)}")
        if (echo.status, echo.body) != (200, token.encode()):
            return says(400, {"error": {"code": "Internal_SubscriptionNotificationUrlNotValid"}})
        renewed = path.partition("'")[2].rstrip("')")
        ends_at = self.ground.clock.now() + LIVES_FOR
        own = {"subscriptionId": renewed or secrets.token_hex(16), "expirationDateTime": _stamp(ends_at)}
        self._subscriptions[own["subscriptionId"]] = {**wanted, **own}
        return says(200 if renewed else 201, _shown({**wanted, **own}))

    def _keep(self, kind: str, document: dict[str, Any]) -> None:
        with self.lock:
            self._kept[kind][document["id"]] = document


def _noted(changes: Any) -> Told:
    return Told("notification", list(changes))


def _item(variant: Variant, pieces: int, at: datetime) -> dict[str, Any]:
    return {
        "id": _guid(1, variant.number),
        "number": f"WK-{variant.number:03d}",
        "displayName": f"{variant.german} – {variant.option_german}",
        "type": "Inventory",
        "blocked": False,
        "inventory": pieces,
        "unitPrice": variant.price / 100,
        "lastModifiedDateTime": _stamp(at),
    }


def _document(
    kind: str, series: int, buyer: Buyer, lines: Lines, at: datetime, status: str
) -> dict[str, Any]:
    return {
        "id": _guid(series, buyer.number),
        "number": f"{'ANG' if kind == 'salesQuote' else 'AUF'}-{buyer.number}",
        "orderDate": f"{at:%Y-%m-%d}",
        "documentDate": f"{at:%Y-%m-%d}",
        "customerId": _guid(4, buyer.number),
        "customerName": f"{buyer.last_name} Outdoor GmbH",
        "currencyCode": "EUR",
        "totalAmountIncludingTax": worth(lines) / 100,
        "status": status,
        "lastModifiedDateTime": _stamp(at),
        "email": "",
        "phoneNumber": "",
        f"{kind}Lines": [
            {
                "itemId": _guid(1, variant.number),
                "accountId": NOBODY,
                "lineType": "Item",
                "lineObjectNumber": f"WK-{variant.number:03d}",
                "description": variant.title(buyer.lang),
                "description2": variant.option(buyer.lang),
                "quantity": pieces,
                "unitPrice": variant.price / 100,
                "amountIncludingTax": variant.price * pieces / 100,
            }
            for variant, pieces in lines
        ],
        "customer": {
            "id": _guid(4, buyer.number),
            "displayName": f"{buyer.last_name} Outdoor GmbH",
            "type": "Company",
            "country": "DE",
            "email": buyer.email,
            "phoneNumber": "",
            "lastModifiedDateTime": _stamp(at),
        },
    }


def _shown(subscription: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in subscription.items() if name != "clientState"}


def _guid(kind: int, number: int) -> str:
    return f"5d115c9c-{kind:04x}-4a11-bb43-{number:012x}"


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
