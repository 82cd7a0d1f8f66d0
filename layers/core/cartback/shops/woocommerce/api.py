"""WooCommerce's REST API v3 (``/wp-json/wc/v3``): HTTP Basic with a key of the shop's settings, pages by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.observations import OrderSeen, ProductSeen, VariantSeen
from cartback.domain.shop.calls import Basic, Call, Reply, document, get, text_of, texts
from cartback.domain.shop.credentials import PLACE, SECRET, Needs
from cartback.domain.shop.service import Change, Changes, Discount, DiscountMade, Subscription, Unsupported
from cartback.ports import Delivery, Http, ShopApi, ShopKeys
from cartback.shops import woocommerce
from cartback.shops.woocommerce import goods, translation

NEEDS = Needs(({"url": PLACE, "consumer_key": SECRET, "consumer_secret": SECRET},), {})
# Whose secret signs the webhooks (``usecases.shop.connect_shop``), and whether the address holds a secret word.
SIGNED_BY, WORD_IN_PATH = "ours", False
TELLS_OF_CARTS = True
BY_HAND = (
    "WooCommerce > Settings > Advanced > REST API: add a key with the permission Read/Write, for an administrator.",
    "Hand it over: cartback shop connect SHOP --access-file FILE (url, consumer_key, consumer_secret).",
    "Settings > Products > Inventory: empty Hold stock, which cancels unpaid orders before they are reminded of.",
)
ALSO_REMINDS = (
    "plugins: CartFlows' Cart Abandonment (follow-up e-mails), AutomateWoo, MailPoet, Mailchimp for WooCommerce",
    "sign: a cron hook of such a plugin under Tools > Scheduled Actions",
)

# Deleted and restored things are told by webhooks only; the lists do not have them any more.
SUBSCRIBED = tuple(topic for topic in woocommerce.TOPICS if not topic.startswith("cartflows."))
PAGE, MOST_VARIANTS = 50, 5
_LOOK_SECONDS = 2.0


class Api(ShopApi):
    """One WooCommerce shop."""

    def __init__(self, keys: ShopKeys, http: Http) -> None:
        NEEDS.check(keys.access())
        self._base = f"{keys.api['url'].rstrip('/')}/wp-json/wc/v3"
        self._access = Basic(keys.api["consumer_key"], keys.api["consumer_secret"])
        self._http = http

    def stock_now(self, variants: Sequence[str]) -> tuple[VariantSeen, ...]:
        """See ``ports.ShopApi``. One request each: a list of products leaves variations out."""
        found = ((own, self._thing(own)) for own in variants[:MOST_VARIANTS] if own.isdecimal())
        return tuple(goods.read_variant(seen, own) for own, seen in found if seen is not None)

    def prices_now(self, variants: Sequence[str]) -> dict[str, Money]:
        """See ``ports.ShopApi``: with or without tax, as the shop shows its prices."""
        currency = (
            self._get("data/currencies/current")
            .read()["code"]
            .matching(payload_reader.CURRENCY, "a currency")
        )
        found = ((own, self._thing(own)) for own in variants[:MOST_VARIANTS] if own.isdecimal())
        prices = ((own, seen["price"]) for own, seen in found if seen is not None)
        return {own: price.money(currency) for own, price in prices if price.value not in (None, "")}

    def history(self, customer_ref: str, since: datetime) -> tuple[OrderSeen, ...]:
        """See ``ports.ShopApi``. Guests have no number, so there is nothing to ask by."""
        if not customer_ref.isdecimal() or customer_ref == "0":
            return ()
        query = {"customer": customer_ref, "after": _stamp(since), "dates_are_gmt": "true", "per_page": PAGE}
        bodies = texts(self._get("orders", query))
        seen = (one for body in bodies for one in translation.order(_delivery(body)))
        return tuple(one for one in seen if isinstance(one, OrderSeen))

    def restore_link(self, ref: str) -> str | None:
        """See ``ports.ShopApi``: the page on which an unpaid order can be paid."""
        kind, _, own = ref.partition(":")
        if kind != "checkout" or not own.isdecimal():
            return None
        reply = self._get(f"orders/{own}", missing_ok=True)
        if reply.is_missing or reply.read()["needs_payment"].value is False:
            return None
        return reply.read()["payment_url"].usable_link()

    def create_discount(self, wanted: Discount) -> DiscountMade:
        """See ``ports.ShopApi``. Codes are unique in small letters, so one that is there is ours."""
        off = str(wanted.amount.major) if wanted.amount else str(wanted.percent)
        body = {
            "code": wanted.code,
            "description": wanted.title,
            "discount_type": "fixed_cart" if wanted.amount else "percent",
            "amount": off,
            "date_expires_gmt": _stamp(wanted.ends_at),
            "usage_limit": 1,
            "individual_use": True,
            **({"minimum_amount": str(wanted.minimum.major)} if wanted.minimum else {}),
        }
        try:
            made = self._post("coupons", body).read()
        except Refused as refusal:
            if refusal.status != 400:
                raise
            found = self._get("coupons", {"code": wanted.code}).read().each()
            if not found:
                raise
            made = found[0]
        return DiscountMade(wanted.code, made["id"].identifier())

    def revoke_discount(self, made: DiscountMade) -> None:
        """See ``ports.ShopApi``."""
        self._http.send(self._call("DELETE", f"coupons/{made.ref}?force=true", missing_ok=True))

    def product(self, product_id: str) -> ProductSeen | None:
        """See ``ports.ShopApi``. The variations of a variable product are a list of their own."""
        if not product_id.isdecimal():
            return None
        whole = self._thing(product_id)
        if whole is None:
            return None
        seen, *_ = translation.product(_delivery(text_of(whole.value)))
        roof = cast("ProductSeen", seen)
        if whole["type"].value != "variable":
            return roof
        reply = self._get(f"products/{product_id}/variations", {"per_page": 100})
        variants = (goods.read_variant(one, one["id"].identifier()) for one in reply.read().each(100))
        return ProductSeen(roof.product_id, roof.at, tuple(variants), roof.deleted)

    def orders_since(self, since: datetime, cursor: str | None = None) -> Changes:
        """See ``ports.ShopApi``: unpaid orders are WooCommerce's checkouts and come along."""
        page = int(cursor or 1)
        query = {
            "modified_after": _stamp(since),
            "dates_are_gmt": "true",
            "orderby": "modified",
            "order": "asc",
            "per_page": PAGE,
            "page": page,
        }
        reply = self._get("orders", query)
        changes = tuple(
            _change(order, body) for order, body in zip(reply.read().each(), texts(reply), strict=True)
        )
        return Changes(changes, str(page + 1) if len(changes) == PAGE else None)

    def checkouts_since(self, since: datetime, cursor: str | None = None) -> Unsupported:
        """See ``ports.ShopApi``."""
        return Unsupported("unpaid orders are among the orders")

    def topics(self) -> tuple[str, ...]:
        """See ``ports.ShopApi``."""
        return SUBSCRIBED

    def subscriptions(self) -> tuple[Subscription, ...]:
        """See ``ports.ShopApi``. After five failures in a row a webhook is ``disabled`` without a word."""
        found = self._get("webhooks", {"per_page": 100}).read().each(100)
        return tuple(map(_subscription, found))

    def subscribe(self, topic: str, url: str, secret: str) -> Subscription:
        """See ``ports.ShopApi``. The shop then pings the address, unsigned, and wants exactly 200."""
        body = {"name": f"Cartback {topic}", "topic": topic, "delivery_url": url, "secret": secret}
        return _subscription(self._post("webhooks", body).read())

    def renew(self, subscription: Subscription) -> Subscription:
        """See ``ports.ShopApi``: switches a disabled one on again."""
        call = self._call("PUT", f"webhooks/{subscription.ref}", body={"status": "active"})
        return _subscription(self._http.send(call).read())

    def unsubscribe(self, subscription: Subscription) -> None:
        """See ``ports.ShopApi``."""
        self._http.send(self._call("DELETE", f"webhooks/{subscription.ref}?force=true", missing_ok=True))

    def _thing(self, own: str) -> Reader | None:
        reply = self._get(f"products/{own}", missing_ok=True, seconds=_LOOK_SECONDS)
        return None if reply.is_missing else reply.read()

    def _get(
        self,
        path: str,
        query: Mapping[str, object] | None = None,
        missing_ok: bool = False,
        seconds: float = 20.0,
    ) -> Reply:
        return self._http.send(self._call("GET", get(path, query), missing_ok=missing_ok, seconds=seconds))

    def _post(self, path: str, body: object) -> Reply:
        return self._http.send(self._call("POST", path, body=body))

    def _call(
        self, method: str, path: str, body: object = None, missing_ok: bool = False, seconds: float = 20.0
    ) -> Call:
        headers = {"accept": "application/json", **({"content-type": "application/json"} if body else {})}
        sent = document(body) if body else b""
        return Call(method, f"{self._base}/{path}", self._access, headers, sent, missing_ok, seconds)


def _change(order: Reader, body: str) -> Change:
    stamp = order["date_modified_gmt"].cut(40) or order["date_created_gmt"].cut(40) or ""
    return Change("order.updated", f"reconcile:order:{order['id'].identifier()}:{stamp}", body)


def _subscription(webhook: Reader) -> Subscription:
    return Subscription(
        ref=webhook["id"].identifier(),
        topic=webhook["topic"].cut(100) or "",
        url=webhook["delivery_url"].cut(2048) or "",
        live=webhook["status"].value == "active",
    )


def _delivery(body: str) -> Delivery:
    # Everything that the API lists is dated by itself.
    return Delivery("", "woocommerce", "order.updated", "", datetime.fromtimestamp(0, UTC), body)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
