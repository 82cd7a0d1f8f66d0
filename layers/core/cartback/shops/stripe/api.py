"""Stripe's API: a restricted key, forms in, JSON out. The list of events is the list of our own webhooks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.observations import Fetch, OrderSeen
from cartback.domain.shop.calls import Call, Key, Reply, get, text_of, texts
from cartback.domain.shop.credentials import PLACE, Needs
from cartback.domain.shop.service import Change, Changes, Discount, DiscountMade, Subscription, Unsupported
from cartback.ports import Delivery, Http, ShopApi, ShopKeys
from cartback.shops import stripe
from cartback.shops.stripe import sums, translation

NEEDS = Needs(
    ({"secret_key": (re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9]{10,240}"), "a key such as rk_live_…")},),
    {"api_url": PLACE},
)
# Whose secret signs the webhooks (``usecases.shop.connect_shop``), and whether the address holds a secret word.
SIGNED_BY, WORD_IN_PATH = "told", False
TELLS_OF_CARTS = True
BY_HAND = (
    "Stripe > Developers > API keys: make a restricted key.",
    "It reads Checkout Sessions, Customers, Events, Prices; it writes Webhook Endpoints, Coupons, Promotion Codes.",
    "Hand it over: cartback shop connect SHOP --access-file FILE (secret_key).",
)
ALSO_REMINDS = (
    "whoever mails the recovery URL of checkout.session.expired: your own code, or a tool that listens to it",
    "sign: another webhook endpoint for checkout.session.expired",
)

ALL_EVENTS = "events"
PAGE = 100
# What we write is written in the words of one version, whatever the account's default is.
VERSION = "2025-03-31.basil"
_SESSION = re.compile(r"checkout/sessions/cs_(test|live)_[A-Za-z0-9]{10,200}\?expand\[\]=line_items")
_ID = re.compile(r"[A-Za-z]+_[A-Za-z0-9_]{6,250}")
_TOKEN = re.compile(r"[A-Za-z0-9_]{1,255}")


class Api(ShopApi):
    """One Stripe account."""

    def __init__(self, keys: ShopKeys, http: Http) -> None:
        given = keys.access()
        NEEDS.check(given)
        self._base = f"{given.get('api_url', 'https://api.stripe.com').rstrip('/')}/v1"
        self._access = Key("authorization", f"Bearer {given['secret_key']}")
        self._http = http

    def fetch(self, wanted: Fetch) -> Sequence[str]:
        """See ``ports.ShopApi``: a checkout session with its lines."""
        if not _SESSION.fullmatch(wanted.resource):
            raise Refused("this is no session of a checkout")
        reply = self._get(wanted.resource.replace("[]", "%5B%5D"), missing_ok=True)
        return () if reply.is_missing else (text_of(reply.read().value),)

    def stock_now(self, variants: Sequence[str]) -> Unsupported:
        """See ``ports.ShopApi``."""
        return Unsupported("Stripe keeps no stock")

    def prices_now(self, variants: Sequence[str]) -> dict[str, Money]:
        """See ``ports.ShopApi``: our variants are Stripe's prices; ones without a fixed amount are left out."""
        found: dict[str, Money] = {}
        for own in [one for one in variants if _ID.fullmatch(one)][:20]:
            reply = self._get(f"prices/{own}", missing_ok=True)
            money = None if reply.is_missing else sums.read(reply.read(), "unit_amount")
            if money is not None:
                found[own] = money
        return found

    def history(self, customer_ref: str, since: datetime) -> tuple[OrderSeen, ...]:
        """See ``ports.ShopApi``: the customer's finished checkouts."""
        if not _ID.fullmatch(customer_ref):
            return ()
        query = {
            "customer": customer_ref,
            "status": "complete",
            "created[gte]": int(since.timestamp()),
            "limit": PAGE,
        }
        sessions = self._get("checkout/sessions", query).read()["data"].each(PAGE)
        seen = (one for session in sessions for one in translation.session_completed(_finished(session)))
        return tuple(one for one in seen if isinstance(one, OrderSeen))

    def restore_link(self, ref: str) -> str | None:
        """See ``ports.ShopApi``: sessions made with recovery have one once they have expired."""
        kind, _, own = ref.partition(":")
        if kind != "checkout" or not own.startswith("cs_") or not _ID.fullmatch(own):
            return None
        reply = self._get(f"checkout/sessions/{own}", missing_ok=True)
        return None if reply.is_missing else reply.read()["after_expiration"]["recovery"]["url"].usable_link()

    def create_discount(self, wanted: Discount) -> DiscountMade:
        """See ``ports.ShopApi``: a coupon and its code. Idempotency keys make a repetition find the same two."""
        own = short("coupon", wanted.code, length=24)
        coupon = {
            "id": own,
            "name": wanted.title[:40],
            "duration": "once",
            "max_redemptions": 1,
            "redeem_by": int(wanted.ends_at.timestamp()),
            **_off(wanted),
        }
        try:
            self._post("coupons", coupon, f"{own}-coupon")
        except Refused as refusal:
            # A coupon of this id is there from an attempt that is older than Stripe's memory of keys (24 hours).
            if refusal.status != 400 or self._get(f"coupons/{own}", missing_ok=True).is_missing:
                raise
        known = self._get("promotion_codes", {"code": wanted.code, "coupon": own}).read()["data"].each()
        if known:
            return DiscountMade(wanted.code, known[0]["id"].identifier())
        code = {"coupon": own, "code": wanted.code, "max_redemptions": 1, **_least(wanted)}
        made = self._post("promotion_codes", code, f"{own}-code").read()
        return DiscountMade(wanted.code, made["id"].identifier())

    def revoke_discount(self, made: DiscountMade) -> None:
        """See ``ports.ShopApi``: codes are switched off, Stripe never forgets one."""
        self._post(f"promotion_codes/{made.ref}", {"active": "false"}, missing_ok=True)

    def orders_since(self, since: datetime, cursor: str | None = None) -> Changes:
        """See ``ports.ShopApi``: events, as the webhooks were, newest first; Stripe keeps them for 30 days."""
        query: dict[str, object] = {
            "types[]": list(stripe.TOPICS),
            "created[gte]": int(since.timestamp()),
            "limit": PAGE,
            "starting_after": cursor,
        }
        reply = self._get("events", query)
        events, bodies = reply.read()["data"].each(PAGE), texts(reply, "data")
        changes = tuple(
            Change(event["type"].text(120), event["id"].matching(_TOKEN, "an id", 255), body)
            for event, body in zip(events, bodies, strict=True)
        )
        more = reply.read()["has_more"].value is True and changes
        return Changes(changes, changes[-1].key if more else None)

    def checkouts_since(self, since: datetime, cursor: str | None = None) -> Unsupported:
        """See ``ports.ShopApi``."""
        return Unsupported("expired sessions are among the events")

    def topics(self) -> tuple[str, ...]:
        """See ``ports.ShopApi``: one endpoint takes every event."""
        return (ALL_EVENTS,)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """See ``ports.ShopApi``."""
        return tuple(
            map(_subscription, self._get("webhook_endpoints", {"limit": PAGE}).read()["data"].each(PAGE))
        )

    def subscribe(self, topic: str, url: str, secret: str) -> Subscription:
        """See ``ports.ShopApi``. Stripe chooses the secret, and tells it this once."""
        body = {"url": url, "enabled_events[]": list(stripe.TOPICS), "description": "Cartback"}
        return _subscription(self._post("webhook_endpoints", body).read())

    def renew(self, subscription: Subscription) -> Subscription:
        """See ``ports.ShopApi``: switches an endpoint on again, for every event of today."""
        body = {"disabled": "false", "enabled_events[]": list(stripe.TOPICS)}
        return _subscription(self._post(f"webhook_endpoints/{subscription.ref}", body).read())

    def unsubscribe(self, subscription: Subscription) -> None:
        """See ``ports.ShopApi``."""
        url = f"{self._base}/webhook_endpoints/{subscription.ref}"
        self._http.send(Call("DELETE", url, self._access, missing_ok=True))

    def _get(self, path: str, query: Mapping[str, object] | None = None, missing_ok: bool = False) -> Reply:
        url = get(f"{self._base}/{path}", query)
        return self._http.send(Call("GET", url, self._access, missing_ok=missing_ok))

    def _post(
        self, path: str, body: Mapping[str, object], once: str | None = None, missing_ok: bool = False
    ) -> Reply:
        headers = {"content-type": "application/x-www-form-urlencoded", "stripe-version": VERSION}
        headers |= {"idempotency-key": once} if once else {}
        form = urlencode(body, doseq=True).encode()
        return self._http.send(Call("POST", f"{self._base}/{path}", self._access, headers, form, missing_ok))


def _off(wanted: Discount) -> dict[str, object]:
    if wanted.amount is None:
        return {"percent_off": wanted.percent}
    return {"amount_off": sums.minor(wanted.amount), "currency": wanted.amount.currency.lower()}


def _least(wanted: Discount) -> dict[str, object]:
    least = wanted.minimum
    if least is None:
        return {}
    return {
        "restrictions[minimum_amount]": sums.minor(least),
        "restrictions[minimum_amount_currency]": least.currency.lower(),
    }


def _subscription(endpoint: Reader) -> Subscription:
    # An endpoint that an older version made lacks events, and is renewed like one that was switched off.
    takes = [one.value for one in endpoint["enabled_events"].each()]
    whole = "*" in takes or all(topic in takes for topic in stripe.TOPICS)
    return Subscription(
        ref=endpoint["id"].identifier(),
        topic=ALL_EVENTS,
        url=endpoint["url"].cut(2048) or "",
        live=endpoint["status"].value == "enabled" and whole,
        secret=endpoint["secret"].cut(200) or "",
    )


def _finished(session: Reader) -> Delivery:
    event = {"object": "event", "created": session["created"].value, "data": {"object": session.value}}
    at = datetime.fromtimestamp(session["created"].integer(0, 10**10), UTC)
    return Delivery("", "stripe", "checkout.session.completed", "", at, text_of(event))
