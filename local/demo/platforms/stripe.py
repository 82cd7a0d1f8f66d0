"""The Stripe account: hosted checkouts that expire or complete, and the API that lists the same events."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs

from local.demo.assortment import Variant
from local.demo.platforms import Asked, DemoShop, Told, says, worth
from local.demo.sender import Parcel
from local.demo.shopify import Buyer, Lines
from local.proxy import Answer
from local.signing import stripe_headers

VERSION = "2026-10-29.clover"
SHORTEST_LIFE = timedelta(minutes=30)
"""After which a session may expire at the earliest; this shop wants them no longer, so that carts are known soon."""


class Shop(DemoShop):
    """Its only word of a cart is that a session expired. Who agreed ticked Stripe's own box, enough for ``eu``."""

    platform = "stripe"
    shop = "demo-stripe"
    policy: ClassVar[dict[str, Any]] = {"pack": "eu"}

    def access(self) -> dict[str, str]:
        """A restricted key."""
        self._key = f"rk_live_{secrets.token_hex(16)}"
        self._endpoints: list[dict[str, Any]] = []
        self._events: dict[str, dict[str, Any]] = {}
        self._sessions: dict[str, dict[str, Any]] = {}
        return {"secret_key": self._key, "api_url": self.base}

    def checks_out(self, buyer: Buyer, lines: Lines, at: datetime, began_at: datetime) -> list[Told]:
        """checkout.session.expired: half an hour after the shopper was there."""
        session = self._session(buyer, lines, at, "expired")
        with self.lock:
            self._sessions[session["id"]] = {
                **session,
                "line_items": {"object": "list", "data": [self._line(*line, buyer.lang) for line in lines]},
            }
        return [Told("checkout.session.expired", session)]

    def tells_after(self, topic: str) -> timedelta:
        """Stripe tells of a cart when its session has expired."""
        return SHORTEST_LIFE if topic == "checkout.session.expired" else timedelta(0)

    def buys(self, buyer: Buyer, lines: Lines, at: datetime, way: str) -> list[Told]:
        """checkout.session.completed, of the session that the recovery link opened or of any other."""
        return [
            Told("checkout.session.completed", self._session(buyer, lines, at, "complete", way == "same"))
        ]

    def pays(self, buyer: Buyer, lines: Lines, at: datetime, ordered_at: datetime, way: str) -> list[Told]:
        """charge.succeeded, which tells of the same purchase once more."""
        return [Told("charge.succeeded", self._charge(buyer, lines, ordered_at))]

    def keep(self, told: Told, event_id: str, at: datetime) -> None:
        """Every event can be listed for a month."""
        with self.lock:
            self._events[event_id] = _event(told, event_id, at)

    def parcel(self, told: Told, event_id: str, at: datetime, now: datetime) -> Parcel:
        """Signed over time and body with the endpoint's secret; dated anew for each try."""
        body = json.dumps(_event(told, event_id, at)).encode()
        endpoint = self._endpoints[0]
        return Parcel(told.topic, endpoint["url"], body, stripe_headers(body, endpoint["secret"], at=now))

    def answer(self, asked: Asked) -> Answer:
        """Endpoints, events and sessions."""
        if asked.headers.get("authorization") != f"Bearer {self._key}":
            return says(401, {"error": {"type": "invalid_request_error"}})
        match asked.method, asked.path.removeprefix("v1/").split("/"):
            case "GET", ["webhook_endpoints"]:
                return _list([{**one, "secret": None} for one in self._endpoints])
            case "POST", ["webhook_endpoints"]:
                form = parse_qs(asked.body.decode())
                own = {"id": f"we_{secrets.token_hex(12)}", "object": "webhook_endpoint", "status": "enabled"}
                made = {**own, "url": form["url"][0], "enabled_events": form["enabled_events[]"]}
                made["secret"] = f"whsec_{secrets.token_hex(16)}"
                self._endpoints.append(made)
                return says(200, made)
            case "GET", ["events"]:
                since = int(asked.query["created[gte]"])
                with self.lock:
                    return _list([one for one in reversed(self._events.values()) if one["created"] >= since])
            case "GET", ["checkout", "sessions", own] if own in self._sessions:
                return says(200, self._sessions[own])
        return says(404, {"error": {"type": "invalid_request_error"}})

    def _session(
        self, buyer: Buyer, lines: Lines, at: datetime, status: str, recovered: bool = True
    ) -> dict[str, Any]:
        bought = status == "complete"
        link = f"{self.front}/checkouts/{buyer.checkout_token}/recover?lang={buyer.lang}"
        recovery = {"enabled": True, "url": link, "allow_promotion_codes": False}
        return {
            "id": f"cs_live_a1{'Bought' if bought else 'Left'}{buyer.number:012d}",
            "object": "checkout.session",
            "after_expiration": {"recovery": recovery},
            "amount_total": worth(lines),
            "client_reference_id": f"WK-{buyer.number}" if recovered else f"WK-{buyer.number}-other",
            "consent": {"promotions": "opt_in" if buyer.agrees else None},
            "created": int(at.timestamp()),
            "currency": "eur",
            "customer": None,
            "customer_details": {"address": {"country": "DE"}, "email": buyer.email, "phone": None},
            "customer_email": None,
            "expires_at": int((at + SHORTEST_LIFE).timestamp()),
            "livemode": True,
            "locale": buyer.lang,
            "metadata": {},
            "mode": "payment",
            "payment_intent": f"pi_{buyer.number:024d}" if bought else None,
            "payment_status": "paid" if bought else "unpaid",
            "status": status,
        }

    def _charge(self, buyer: Buyer, lines: Lines, at: datetime) -> dict[str, Any]:
        return {
            "id": f"ch_{buyer.number:024d}",
            "object": "charge",
            "amount": worth(lines),
            "billing_details": {"address": {"country": "DE"}, "email": buyer.email, "phone": None},
            "captured": True,
            "created": int(at.timestamp()),
            "currency": "eur",
            "customer": None,
            "description": None,
            "livemode": True,
            "metadata": {},
            "paid": True,
            "payment_intent": f"pi_{buyer.number:024d}",
            "receipt_email": None,
            "status": "succeeded",
        }

    def _line(self, variant: Variant, pieces: int, lang: str) -> dict[str, Any]:
        return {
            "id": f"li_{variant.number:024d}",
            "amount_total": variant.price * pieces,
            "currency": "eur",
            "description": f"{variant.title(lang)} – {variant.option(lang)}",
            "price": {
                "id": f"price_{variant.number:024d}",
                "product": f"prod_{variant.product_number:014d}",
                "unit_amount": variant.price,
            },
            "quantity": pieces,
        }


def _event(told: Told, event_id: str, at: datetime) -> dict[str, Any]:
    return {
        "id": f"evt_{event_id.replace('-', '_')}",
        "object": "event",
        "api_version": VERSION,
        "created": int(at.timestamp()),
        "data": {"object": told.payload},
        "livemode": True,
        "pending_webhooks": 1,
        "type": told.topic,
    }


def _list(found: list[dict[str, Any]]) -> Answer:
    return says(200, {"object": "list", "data": found, "has_more": False})
