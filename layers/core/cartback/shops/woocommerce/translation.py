"""What each WooCommerce topic says, in our words. Every function takes a delivery and may raise ``Refused``.

An order that nobody has paid yet is WooCommerce's cart: it is the first thing that a webhook tells of a shopper.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from cartback.domain.hashes import short
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.observations import (
    CartSeen,
    CustomerErased,
    CustomerSeen,
    Observation,
    OrderSeen,
    PaymentFailed,
    ProductSeen,
    RefundSeen,
)
from cartback.domain.trade.items import Item
from cartback.shops.woocommerce import goods, origins, people, sales, shapes

if TYPE_CHECKING:
    from cartback.ports import Delivery

Translation = Callable[["Delivery"], list[Observation]]

# Statuses of the core in which the shopper can still pay on the order's own page (WC_Order::needs_payment).
UNPAID = frozenset({"pending", "failed", "checkout-draft"})
OVER = frozenset({"cancelled", "trash"})
# WooCommerce Deposits: a part is paid, the rest is due.
PART_PAID = frozenset({"partial-payment", "partially-paid"})
_MOST_REFUNDS = 50


def order(delivery: Delivery) -> list[Observation]:
    """An order: a cart while it is unpaid, an order afterwards.

    The payload is made when it is delivered, so it always tells the latest state. A status that a plugin made up
    counts as bought: silence is the safe side. So does a paid order that staff set back to pending, because
    WooCommerce lets nobody edit it otherwise.
    """
    body = payload_reader.parse(delivery.body)
    ref = f"checkout:{body['id'].identifier()}"
    status = (body["status"].cut(60) or "").lower()
    if status == "auto-draft":  # an administrator opened the form for a new order
        return []
    paid_at = body["date_paid_gmt"].maybe(Reader.utc)
    if status in UNPAID and paid_at is None:
        return _unpaid(body, ref, status, delivery)
    if status in OVER and paid_at is None:
        # Called off before anybody paid, by the shopper, the merchant or the clock that holds the stock.
        return [_called_off(ref, _changed_at(body, delivery))]
    return [_order(body, ref, status, delivery), *_refunds(body, delivery)]


def order_deleted(delivery: Delivery) -> list[Observation]:
    """An order that is gone: nothing is left to pay. The payload is its id."""
    ref = f"checkout:{shapes.deleted(delivery.body)}"
    return [_called_off(ref, delivery.received_at)]


def customer(delivery: Delivery) -> list[Observation]:
    """A customer's record."""
    body = payload_reader.parse(delivery.body)
    at = _changed_at(body, delivery)
    return [CustomerSeen(people.of_customer(body, body["id"].identifier()), at)]


def customer_deleted(delivery: Delivery) -> list[Observation]:
    """An account that is gone, and with it what we know of the person. The payload is its id."""
    ref = shapes.deleted(delivery.body)
    return [CustomerErased(people.by_id(ref), delivery.received_at)]


def product(delivery: Delivery) -> list[Observation]:
    """A product or a variation. A variable product is but the roof over variations, which are told by themselves."""
    body = payload_reader.parse(delivery.body)
    own = body["id"].identifier()
    roof = body["type"].cut(40) == "variable"
    parent = body["parent_id"].maybe(Reader.identifier)
    return [
        ProductSeen(
            product_id=parent if parent not in (None, "0") else own,
            at=_changed_at(body, delivery),
            variants=() if roof else (goods.read_variant(body, own),),
            deleted=body["status"].cut(40) in goods.NOT_ON_SALE,
            tags=goods.read_names(body["tags"]),
            collections=goods.read_ids(body["categories"]),
            whole=parent in (None, "0"),
            made_at=body["date_created_gmt"].maybe(Reader.utc),
            vendor=next(iter(goods.read_names(body["brands"]) or ()), None),
        ),
        *goods.unknown_words(body),
    ]


def product_deleted(delivery: Delivery) -> list[Observation]:
    """A product or variation that is gone. The payload is its id."""
    own = shapes.deleted(delivery.body)
    return [ProductSeen(own, delivery.received_at, (goods.gone(own),), deleted=True)]


def form_abandoned(delivery: Delivery) -> list[Observation]:
    """A cart that CartFlows gave up waiting for. It has no currency, so no sum is shown; its products are one line."""
    form = payload_reader.parse(delivery.body)
    ref = form_ref(form["checkout_url"])
    title = form["product_names"].html(300)
    return [
        CartSeen(
            refs=(ref,),
            at=delivery.received_at,
            source="cartflows",
            items=(Item(ref, title),) if title else (),
            stage="checkout",
            contact=people.of_form(form),
            restore_url=form["checkout_url"].usable_link(),
            once=_has_token(form["checkout_url"]),
        )
    ]


def form_completed(delivery: Delivery) -> list[Observation]:
    """A cart that CartFlows saw become an order, under no number of its own."""
    form = payload_reader.parse(delivery.body)
    ref = form_ref(form["checkout_url"])
    at = delivery.received_at
    contact, once = people.of_form(form), _has_token(form["checkout_url"])
    return [OrderSeen((ref,), ref.replace(":", "-"), placed_at=at, at=at, contact=contact, once=once)]


def form_ref(url: Reader) -> str:
    """The name of a form's cart. A token opens the cart, so that only its hash may name it; else the whole address."""
    return f"cartflows:{short('cartflows', _token(url) or url.text(payload_reader.LONGEST_LINK))}"


def _token(url: Reader) -> str | None:
    try:
        return dict(parse_qsl(urlsplit(url.text(payload_reader.LONGEST_LINK)).query)).get("wcf_ac_token")
    except ValueError:
        raise url.refused("must be an address") from None


def _has_token(url: Reader) -> bool:
    # A token is of one visit to the checkout. Without one the address may be everybody's.
    return _token(url) is not None


def _called_off(ref: str, at: datetime) -> CartSeen:
    """The end of an order that nobody paid. Told as one before (``on-hold``, or paid on delivery), it is cancelled."""
    return CartSeen((ref,), at, "checkout", items=(), stage="checkout", calls_off=ref.partition(":")[2])


def _unpaid(body: Reader, ref: str, status: str, delivery: Delivery) -> list[Observation]:
    contact = people.of_order(body)
    total = _total(body)
    items, further = goods.read_items(body["line_items"].each(), goods.read_currency(body))
    cart = CartSeen(
        refs=(ref,),
        # Its making, not its latest change, is what the shopper did: gateways and staff touch an order too. And so
        # no late word of the unpaid order can outlive the purchase, which is dated by the making as well.
        at=_made_at(body, delivery),
        source="checkout",
        items=items,
        further=further,
        total=total,
        taxes=goods.read_taxes(body),
        stage="checkout",
        contact=contact,
        restore_url=body["payment_url"].usable_link(),
        once=True,
        origin=origins.of(body, status),
    )
    if status != "failed":
        return [cart]
    at = _changed_at(body, delivery)
    failed = PaymentFailed(
        payment_ref=ref.partition(":")[2],
        attempt=at.isoformat(),
        at=at,
        code="failed",
        amount=total,
        refs=(ref,),
        order_ref=ref.partition(":")[2],
        contact=contact,
    )
    return [cart, failed]


def _order(body: Reader, ref: str, status: str, delivery: Delivery) -> OrderSeen:
    at = _changed_at(body, delivery)
    codes = (coupon["code"].cut(100) for coupon in body["coupon_lines"].each()[:20])
    return OrderSeen(
        refs=(ref,),
        order_ref=ref.partition(":")[2],
        placed_at=_made_at(body, delivery),
        at=at,
        total=_total(body),
        contact=people.of_order(body),
        paid=not body["date_paid_gmt"].is_null,
        cancelled_at=at if status in OVER else None,
        coupon_codes=tuple(code for code in codes if code),
        once=True,
        paid_at=body["date_paid_gmt"].maybe(Reader.utc),
        part_paid=status in PART_PAID,
        origin=origins.of(body, status),
        sale=sales.of_order(body, status),
    )


def _refunds(body: Reader, delivery: Delivery) -> list[Observation]:
    # Each word of the order repeats all its refunds; they carry no date, only a negative sum.
    total, contact = _total(body), people.of_order(body)
    at = _changed_at(body, delivery)
    full = (body["status"].cut(60) or "").lower() == "refunded"
    refunds = body["refunds"].each()[-_MOST_REFUNDS:]
    return [
        RefundSeen(
            payment_ref=body["id"].identifier(),
            refund_ref=refund["id"].identifier(),
            at=at,
            amount=_positive(refund["total"], total.currency) if total else None,
            full=full and number == len(refunds),
            contact=contact,
        )
        for number, refund in enumerate(refunds, 1)
    ]


def _positive(field: Reader, currency: str) -> Money | None:
    money = field.maybe(lambda total: total.money(currency))
    return Money(abs(money.amount), currency) if money else None


def _total(body: Reader) -> Money | None:
    currency = goods.read_currency(body)
    return None if currency is None or body["total"].is_null else body["total"].money(currency)


def _made_at(body: Reader, delivery: Delivery) -> datetime:
    return body["date_created_gmt"].maybe(Reader.utc) or delivery.received_at


def _changed_at(body: Reader, delivery: Delivery) -> datetime:
    # Never date_modified, which is the site's own wall clock without saying so.
    return body["date_modified_gmt"].maybe(Reader.utc) or _made_at(body, delivery)
