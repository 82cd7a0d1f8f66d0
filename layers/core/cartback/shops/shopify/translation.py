"""What each Shopify topic says, in our words. Every function takes a delivery and may raise ``Refused``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.intake import payload_reader
from cartback.domain.intake.foreign_words import unknown
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.intake.salvage import others
from cartback.domain.observations import (
    CartSeen,
    Contact,
    CustomerErased,
    CustomerSeen,
    DataRequested,
    Observation,
    OrderSeen,
    PaymentFailed,
    ProductSeen,
    ShopErased,
    ShopLeft,
    StockSeen,
)
from cartback.domain.trade.items import Item
from cartback.shops.shopify import goods, origins, people, refunds, sales, shapes, tokens, traces

if TYPE_CHECKING:
    from cartback.ports import Delivery

Translation = Callable[["Delivery"], list[Observation]]

_PAID = frozenset({"paid", "partially_refunded", "refunded"})
_PART_PAID = "partially_paid"
_ATTEMPTS = frozenset({"sale", "authorization", "capture"})
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com")


def cart(delivery: Delivery) -> list[Observation]:
    """A cart: it has a token and lines, but neither a shopper nor a total in any currency."""
    body = payload_reader.parse(delivery.body)
    token = tokens.read(body["id"] if body["token"].is_null else body["token"])
    items, further = goods.read_items(body["line_items"].each(), None)
    return [
        CartSeen(
            refs=(f"cart:{token}",),
            at=_changed_at(body, delivery),
            source="cart",
            items=items,
            further=further,
            restore_url=None if further else _permalink(delivery, items),
        )
    ]


def checkout(delivery: Delivery) -> list[Observation]:
    """A checkout. Its plain prices are in the currency that the shopper saw, unlike those of an order."""
    body = payload_reader.parse(delivery.body)
    token = tokens.read(body["token"])
    at = _changed_at(body, delivery)
    currency = goods.read_currency(body["presentment_currency"]) or goods.read_currency(body["currency"])
    items, further = goods.read_items(body["line_items"].each(), currency)
    return [
        CartSeen(
            refs=_refs(token, tokens.maybe(body["cart_token"])),
            at=at,
            source="checkout",
            items=items,
            further=further,
            total=goods.read_price(body, "total_price", currency),
            goods=goods.read_goods(body, items, currency),
            taxes=goods.read_taxes(body),
            stage="checkout",
            contact=people.of_checkout(body, token, at),
            locale=body["customer_locale"].fitting(payload_reader.LOCALE),
            restore_url=goods.read_link(body["abandoned_checkout_url"]),
            completed_at=body["completed_at"].maybe(Reader.instant),
            begun_at=body["created_at"].maybe(Reader.instant),
            origin=origins.of(body),
        )
    ]


def checkout_deleted(delivery: Delivery) -> list[Observation]:
    """A checkout that is gone: nothing is left to restore.

    Lately it is named by its cart's token. Some versions send the id alone, which joins nothing.
    """
    body = payload_reader.parse(delivery.body)
    refs = _refs(tokens.maybe(body["token"]), tokens.maybe(body["cart_token"]))
    if not refs:
        return []
    return [CartSeen(refs, _happened_at(delivery), source="checkout", items=(), stage="checkout")]


def order(delivery: Delivery) -> list[Observation]:
    """An order in any state, a cancelled one included: it was bought, so nobody is to be reminded.

    ``placed_at`` is ``created_at``: ``processed_at`` may be set by whoever imports or edits the order, and one
    that lies before the cart would leave the cart open.
    """
    return _order(delivery, paid=False)


def order_paid(delivery: Delivery) -> list[Observation]:
    """An order that is paid, whatever its payload says by the time that it is made."""
    return _order(delivery, paid=True)


def refund(delivery: Delivery) -> list[Observation]:
    """Money that went back. Whose order it was, and whether anything of it is left, only the order tells."""
    body = payload_reader.parse(delivery.body)
    seen = refunds.of_refund(body, body["order_id"].identifier(), delivery.received_at, Contact())
    return [seen] if seen is not None else []


def transaction(delivery: Delivery) -> list[Observation]:
    """An attempt to pay. One that succeeded is told with the order; a failed one only here."""
    body = payload_reader.parse(delivery.body)
    kind, status = ((body[name].cut(40) or "").lower() for name in ("kind", "status"))
    if kind not in _ATTEMPTS or status not in ("failure", "error"):
        return []
    ref = body["order_id"].identifier()
    at = body["processed_at"].maybe(Reader.instant) or _happened_at(delivery)
    return [
        PaymentFailed(
            payment_ref=ref,
            attempt=body["id"].identifier(),
            at=at,
            code=(body["error_code"].fitting(_WORD) or status).lower(),
            amount=goods.read_price(body, "amount", goods.read_currency(body["currency"])),
            order_ref=ref,
            test=bool(body["test"].maybe(Reader.flag)),
        )
    ]


def fulfillment_event(delivery: Delivery) -> list[Observation]:
    """Where a carrier says that a parcel is."""
    return [*sales.carried(payload_reader.parse(delivery.body), _happened_at(delivery))]


def return_step(delivery: Delivery) -> list[Observation]:
    """A return that was asked for, decided on or closed, which the topic alone says."""
    return [sales.returned(payload_reader.parse(delivery.body), delivery.topic, _happened_at(delivery))]


def customer(delivery: Delivery) -> list[Observation]:
    """A customer's record."""
    body = payload_reader.parse(delivery.body)
    body["id"].identifier()
    at = _changed_at(body, delivery)
    return [CustomerSeen(people.of_customer(body, at), at)]


def email_consent(delivery: Delivery) -> list[Observation]:
    """A customer's word on e-mail, which since API version 2025-01 is told here only."""
    return _consent(delivery, "customer_id", "email")


def sms_consent(delivery: Delivery) -> list[Observation]:
    """A customer's word on text messages; here Shopify calls the customer's id ``id``."""
    return _consent(delivery, "id", "sms")


def customer_redacted(delivery: Delivery) -> list[Observation]:
    """The shop was asked to forget a person."""
    who = shapes.redaction(payload_reader.parse(delivery.body))["customer"]
    if who.is_null:
        raise who.refused("must be an object")
    return [CustomerErased(people.of_redaction(who), _happened_at(delivery))]


def data_requested(delivery: Delivery) -> list[Observation]:
    """A person asked the shop what is known of them; it has 30 days to answer."""
    body = payload_reader.parse(delivery.body)
    who = body["customer"]
    if who.is_null:
        raise who.refused("must be an object")
    request = body["data_request"]["id"].identifier()
    return [DataRequested(people.of_redaction(who), _happened_at(delivery), request)]


def shop_redacted(delivery: Delivery) -> list[Observation]:
    """48 hours after the shop removed us: everything of it is to be forgotten."""
    shapes.shop_redaction(payload_reader.parse(delivery.body))
    return [ShopErased(_happened_at(delivery))]


def inventory_level(delivery: Delivery) -> list[Observation]:
    """The number of pieces at one place. ``available`` is null where the place does not count them."""
    body = payload_reader.parse(delivery.body)
    return [
        StockSeen(
            at=_changed_at(body, delivery),
            available=body["available"].maybe(goods.read_pieces),
            inventory_ref=body["inventory_item_id"].identifier(),
            location=body["location_id"].identifier(),
        )
    ]


def product(delivery: Delivery) -> list[Observation]:
    """A product and its variants. Prices come without a currency, so they are left out: a number is no price.

    A draft or archived product cannot be bought and counts as gone, until it is active again. One that is unlisted is
    sold to whoever has its link (API 2025-10).
    """
    body = payload_reader.parse(delivery.body)
    status = (body["status"].cut(40) or "active").lower()
    title = goods.read_title(body["title"])
    pictures = goods.read_pictures(body)
    variants = body["variants"].each()[: goods.MOST_VARIANTS]
    return [
        ProductSeen(
            product_id=body["id"].identifier(),
            at=_changed_at(body, delivery),
            variants=tuple(goods.read_variant(variant, title, pictures) for variant in variants),
            deleted=status in goods.NOT_ON_SALE,
            tags=goods.read_tags(body["tags"]),
            category=body["product_type"].cut(200),
            vendor=body["vendor"].cut(200),
            made_at=body["created_at"].maybe(Reader.instant),
        ),
        *unknown("shopify product.status", status, goods.STATUSES),
    ]


def product_deleted(delivery: Delivery) -> list[Observation]:
    """A product that is gone; the payload is its id."""
    return [
        ProductSeen(
            payload_reader.parse(delivery.body)["id"].identifier(), _happened_at(delivery), deleted=True
        )
    ]


def app_uninstalled(delivery: Delivery) -> list[Observation]:
    """The shop removed us. The payload is the shop, whose ``updated_at`` says nothing about that."""
    shapes.shop(payload_reader.parse(delivery.body))
    return [ShopLeft(_happened_at(delivery))]


def _order(delivery: Delivery, paid: bool) -> list[Observation]:
    body = payload_reader.parse(delivery.body)
    at = _changed_at(body, delivery)
    standing = (body["financial_status"].cut(40) or "").lower()
    codes = (code["code"].cut(100) for code in body["discount_codes"].each()[:20])
    contact = people.of_order(body, at)
    ref = body["id"].identifier()
    seen = OrderSeen(
        refs=_refs(tokens.maybe(body["checkout_token"]), tokens.maybe(body["cart_token"])),
        order_ref=ref,
        placed_at=body["created_at"].maybe(Reader.instant) or at,
        at=at,
        total=goods.read_price(body, "total_price", goods.read_currency(body["currency"])),
        contact=contact,
        paid=paid or standing in _PAID,
        paid_at=min(at, _happened_at(delivery)) if paid else None,
        part_paid=standing == _PART_PAID,
        cancelled_at=body["cancelled_at"].maybe(Reader.instant),
        test=bool(body["test"].maybe(Reader.flag)),
        coupon_codes=tuple(code for code in codes if code),
        beside=others(body.value, traces.ORDER, contact),
        origin=origins.of(body),
        sale=sales.of_order(body, at),
    )
    return [seen, *refunds.of_order(body, ref, contact, at), *sales.parcels(body, ref, at)]


def _consent(delivery: Delivery, id_field: str, channel: str) -> list[Observation]:
    body = payload_reader.parse(delivery.body)
    at = _happened_at(delivery)
    return [CustomerSeen(people.of_consent(body, channel, body[id_field].identifier(), at), at)]


def _changed_at(body: Reader, delivery: Delivery) -> datetime:
    # The test notifications of Shopify's own page of settings may say null for both dates.
    return body["updated_at"].maybe(Reader.instant) or _happened_at(delivery)


def _happened_at(delivery: Delivery) -> datetime:
    triggered = Reader(delivery.headers.get("x-shopify-triggered-at"), "the header triggered-at")
    return triggered.maybe(Reader.instant) or delivery.received_at


def _refs(checkout_token: str | None, cart_token: str | None) -> tuple[str, ...]:
    named = (("checkout", checkout_token), ("cart", cart_token))
    return tuple(f"{kind}:{token}" for kind, token in named if token)


def _permalink(delivery: Delivery, items: tuple[Item, ...]) -> str | None:
    # The header is not signed, so it may only lead to a shop of Shopify's.
    domain = delivery.headers.get("x-shopify-shop-domain", "").lower()
    if not items or not _DOMAIN.fullmatch(domain) or not all(item.variant_id.isdecimal() for item in items):
        return None
    link = f"https://{domain}/cart/" + ",".join(f"{item.variant_id}:{item.quantity}" for item in items)
    return link if len(link) <= payload_reader.LONGEST_LINK else None
