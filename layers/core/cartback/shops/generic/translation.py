"""What each type of generic event says, in our words: the code's half of docs/events/generic.schema.json.

The two agree word for word (a test compares them on every sample and every small damage to it): unknown fields are
refused, null means "not said", texts and lists have limits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.consent.consent import MARKETING, TOPICS
from cartback.domain.goods.bundles import Told, assembled
from cartback.domain.intake import payload_reader
from cartback.domain.intake.delivery import TOLD_BY
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.observations import (
    CartSeen,
    ConsentSeen,
    Contact,
    CustomerErased,
    CustomerSeen,
    DeviceSeen,
    Observation,
    OrderSeen,
    ParcelSeen,
    PaymentFailed,
    ProductSeen,
    ProductViewed,
    RefundSeen,
    ReturnSeen,
    ShopLeft,
    StockSeen,
    TicketSeen,
)
from cartback.domain.people import device, tickets
from cartback.domain.trade.items import EXCLUDED, INCLUDED
from cartback.domain.trade.precedence import SHOP
from cartback.domain.trade.sale import PARCEL_STATES, RETURN_STATES
from cartback.shops.generic import goods, origins, people, sales
from cartback.shops.generic.clock import not_ahead

if TYPE_CHECKING:
    from cartback.ports import Delivery

Translation = Callable[[Reader, datetime], list[Observation]]

MOST_ITEMS = 1000
MOST_VARIANTS = 2000
DEVICES = frozenset({"mobile", "tablet", "desktop"})

_ENVELOPE = frozenset("type at data shop".split())
_CART = frozenset(
    "cart_id checkout_id items currency total customer restore_url device locale prices_include_tax origin".split()
)
_CHECKOUT = _CART | {"completed_at"}
_ORDER = sales.FIELDS | frozenset(
    "order_id placed_at currency total cart_id checkout_id customer paid cancelled_at test coupon_codes "
    "paid_at origin".split()
)
_PARCEL = frozenset(
    "order_id parcel_id state items carrier tracking tracking_url shipped_at delivered_at eta".split()
)
_RETURN = frozenset("order_id return_id state items reason".split())
_REFUND = frozenset("order_id refund_id currency amount full customer test".split())
_FAILED = frozenset(
    "payment_id attempt currency amount code order_id cart_id checkout_id customer test".split()
)
_STOCK = frozenset("variant_id available location incoming expected_at".split())
_PRODUCT = frozenset("product_id title currency deleted variants tags collections category vendor".split())
_TICKET = frozenset("ticket_id order_id customer".split())
_PUSH = frozenset("customer endpoint p256dh auth topics wording".split())
_PUSH_LEFT = frozenset("customer endpoint".split())
_VIEW = frozenset("product_id cart_id customer".split())


def translate(delivery: Delivery, name: str) -> list[Observation]:
    """Check the envelope and hand its data to the function of this module called ``name``."""
    event = payload_reader.parse(delivery.body).only(_ENVELOPE)
    event["type"].word((delivery.topic,))
    event["shop"].words(253)
    understand: Translation = globals()[name]
    seen = understand(event["data"], event["at"].instant())
    seen = [not_ahead(one, delivery.received_at) for one in seen]
    if delivery.headers.get(TOLD_BY) == "page":
        return [_of_page(one) if isinstance(one, CartSeen) else one for one in seen]
    return seen


def cart_updated(data: Reader, at: datetime) -> list[Observation]:
    """Read a cart, which needs its id."""
    data.only(_CART)
    data["cart_id"].matching(payload_reader.IDENTIFIER, "an id")
    return [_cart(data, at, "cart")]


def checkout_updated(data: Reader, at: datetime) -> list[Observation]:
    """Read a checkout, which needs its id; the cart's id joins the two."""
    data.only(_CHECKOUT)
    data["checkout_id"].matching(payload_reader.IDENTIFIER, "an id")
    return [_cart(data, at, "checkout")]


def order_placed(data: Reader, at: datetime) -> list[Observation]:
    """Read a new order."""
    return [_order(data, at, paid=False, cancelled=False)]


def order_paid(data: Reader, at: datetime) -> list[Observation]:
    """Read an order that is paid, whether ``paid`` says so or not."""
    return [_order(data, at, paid=True, cancelled=False)]


def order_cancelled(data: Reader, at: datetime) -> list[Observation]:
    """Read a cancelled order; without an instant of its own the event's counts."""
    return [_order(data, at, paid=False, cancelled=True)]


def payment_failed(data: Reader, at: datetime) -> list[Observation]:
    """Read an attempt to pay that did not succeed, of an order or of a checkout that is none yet."""
    data.only(_FAILED)
    order = data["order_id"].maybe(goods.read_id)
    return [
        PaymentFailed(
            payment_ref=goods.read_id(data["payment_id"]),
            attempt=data["attempt"].maybe(goods.read_id) or at.isoformat(),
            at=at,
            code=sales.read_code(data["code"]) or "failed",
            amount=goods.read_money(data["amount"], _currency(data["currency"])),
            refs=_refs(data),
            order_ref=order,
            contact=data["customer"].maybe(people.read_customer) or Contact(),
            test=bool(data["test"].maybe(Reader.flag)),
        )
    ]


def refund_issued(data: Reader, at: datetime) -> list[Observation]:
    """Read that money of an order went back."""
    data.only(_REFUND)
    return [
        RefundSeen(
            payment_ref=goods.read_id(data["order_id"]),
            refund_ref=goods.read_id(data["refund_id"]),
            at=at,
            amount=goods.read_money(data["amount"], _currency(data["currency"])),
            full=bool(data["full"].maybe(Reader.flag)),
            contact=data["customer"].maybe(people.read_customer) or Contact(),
            test=bool(data["test"].maybe(Reader.flag)),
        )
    ]


def parcel_updated(data: Reader, at: datetime) -> list[Observation]:
    """Read where a parcel is."""
    data.only(_PARCEL)
    return [
        ParcelSeen(
            order_ref=goods.read_id(data["order_id"]),
            parcel_ref=goods.read_id(data["parcel_id"]),
            at=at,
            state=data["state"].maybe(lambda word: word.word(PARCEL_STATES)),
            pieces=data["items"].maybe(sales.read_pieces),
            carrier=data["carrier"].words(100),
            tracking=data["tracking"].words(100),
            tracking_url=data["tracking_url"].maybe(Reader.link),
            shipped_at=data["shipped_at"].maybe(Reader.instant),
            delivered_at=data["delivered_at"].maybe(Reader.instant),
            eta=data["eta"].maybe(Reader.instant),
            source=SHOP,
        )
    ]


def return_updated(data: Reader, at: datetime) -> list[Observation]:
    """Read how a return stands."""
    data.only(_RETURN)
    return [
        ReturnSeen(
            order_ref=goods.read_id(data["order_id"]),
            return_ref=goods.read_id(data["return_id"]),
            at=at,
            state=data["state"].word(RETURN_STATES),
            pieces=data["items"].maybe(sales.read_pieces),
            reason=data["reason"].words(200),
        )
    ]


def customer_updated(data: Reader, at: datetime) -> list[Observation]:
    """Read a customer's record; one without an id, a usable address or number names nobody."""
    people.check_named(data.only(people.CUSTOMER))
    contact = people.read_contact(data)
    return [CustomerSeen(contact, at)] if contact.aliases() else []


def customer_erased(data: Reader, at: datetime) -> list[Observation]:
    """Read whom to forget; an address that we could never have written to was never kept."""
    people.check_named(data.only(people.PERSON))
    contact = people.read_contact(data)
    return [CustomerErased(contact, at)] if contact.aliases() else []


def stock_updated(data: Reader, at: datetime) -> list[Observation]:
    """Read how many pieces are left; null says that nobody counts."""
    data.only(_STOCK)
    if not data.has("available"):
        raise data["available"].refused("must be a whole number or null")
    return [
        StockSeen(
            at=at,
            available=data["available"].maybe(goods.read_pieces),
            variant_id=goods.read_id(data["variant_id"]),
            location=data["location"].maybe(goods.read_id) or "all",
            incoming=data["incoming"].maybe(goods.read_pieces),
            expected_at=data["expected_at"].maybe(Reader.instant),
        )
    ]


def product_updated(data: Reader, at: datetime) -> list[Observation]:
    """Read a product and all its variants."""
    data.only(_PRODUCT)
    title = goods.read_words(data["title"].text(300))
    currency = _currency(data["currency"])
    variants = _list(data["variants"]).each(MOST_VARIANTS)
    return [
        ProductSeen(
            product_id=goods.read_id(data["product_id"]),
            at=at,
            variants=tuple(goods.read_variant(variant, title, currency) for variant in variants),
            deleted=bool(data["deleted"].maybe(Reader.flag)),
            tags=data["tags"].maybe(goods.read_tags),
            collections=data["collections"].maybe(goods.read_ids),
            category=data["category"].words(200),
            vendor=data["vendor"].words(200),
        )
    ]


def product_viewed(data: Reader, at: datetime) -> list[Observation]:
    """Read that somebody looked at a product; the cart's id is that of the visit."""
    data.only(_VIEW)
    contact = data["customer"].maybe(people.read_customer) or Contact()
    return [ProductViewed(goods.read_id(data["product_id"]), at, _refs(data), contact)]


def ticket_opened(data: Reader, at: datetime) -> list[Observation]:
    """Read that somebody waits for an answer of the shop's people."""
    return [_ticket(data, at, tickets.OPENED)]


def ticket_closed(data: Reader, at: datetime) -> list[Observation]:
    """Read that nobody waits for it any more."""
    return [_ticket(data, at, tickets.CLOSED)]


def push_allowed(data: Reader, at: datetime) -> list[Observation]:
    """Read that somebody lets the shop push to a browser, and for what; without topics, for all marketing."""
    data.only(_PUSH)
    topics = tuple(each.word(TOPICS) for each in data["topics"].each(len(TOPICS))) or (MARKETING,)
    wording = data["wording"].words(2000)
    words = tuple(_push_word(True, at, topic, wording) for topic in dict.fromkeys(topics))
    p256dh = data["p256dh"].matching(device.P256DH, "a point of P-256 in base64url")
    if not device.is_point(p256dh):
        raise data["p256dh"].refused("must be a point of P-256 in base64url")
    auth = data["auth"].matching(device.AUTH, "16 bytes in base64url")
    return [DeviceSeen(_endpoint(data), at, _of_browser(data["customer"], words), p256dh, auth)]


def push_left(data: Reader, at: datetime) -> list[Observation]:
    """Read that somebody wants no more of it, on whichever of their browsers they say so."""
    data.only(_PUSH_LEFT)
    words = (_push_word(False, at, MARKETING, None),)
    return [DeviceSeen(_endpoint(data), at, _of_browser(data["customer"], words))]


def shop_left(data: Reader, at: datetime) -> list[Observation]:
    """Read that the shop is gone."""
    data.only(())
    return [ShopLeft(at)]


def _cart(data: Reader, at: datetime, source: str) -> CartSeen:
    currency = _currency(data["currency"])
    items, further = assembled(
        Told(goods.read_item(item, currency)) for item in _list(data["items"]).each(MOST_ITEMS)
    )
    total, with_tax = goods.read_money(data["total"], currency), data["prices_include_tax"].maybe(Reader.flag)
    return CartSeen(
        refs=_refs(data),
        at=at,
        source=source,
        items=items,
        further=further,
        total=total,
        goods=total,
        taxes=None if with_tax is None else INCLUDED if with_tax else EXCLUDED,
        locale=data["locale"].maybe(people.read_tag),
        stage=source,
        contact=data["customer"].maybe(people.read_customer) or Contact(),
        restore_url=data["restore_url"].maybe(Reader.link),
        completed_at=data["completed_at"].maybe(Reader.instant),
        device=data["device"].maybe(lambda device: device.word(DEVICES)),
        origin=origins.of(data["origin"]),
    )


def _order(data: Reader, at: datetime, *, paid: bool, cancelled: bool) -> OrderSeen:
    data.only(_ORDER)
    said_paid = bool(data["paid"].maybe(Reader.flag))
    cancelled_at = data["cancelled_at"].maybe(Reader.instant)
    placed_at, paid_at = data["placed_at"].instant(), data["paid_at"].maybe(Reader.instant)
    origin, currency = origins.of(data["origin"]), _currency(data["currency"])
    if origin is not None and origin.marks == ("import",):
        paid_at = paid_at or placed_at  # it was paid at some time before it came in: nobody pays by an import
    return OrderSeen(
        refs=_refs(data),
        order_ref=goods.read_id(data["order_id"]),
        placed_at=placed_at,
        at=at,
        total=goods.read_money(data["total"], currency),
        contact=data["customer"].maybe(people.read_customer) or Contact(),
        paid=paid or said_paid or not data["paid_at"].is_null,
        cancelled_at=cancelled_at or (at if cancelled else None),
        test=bool(data["test"].maybe(Reader.flag)),
        coupon_codes=tuple(code.text(100) for code in data["coupon_codes"].each(20)),
        paid_at=paid_at if paid or said_paid or not data["paid_at"].is_null else None,
        origin=origin,
        sale=sales.read(data, currency, origin is not None and origin.marks == ("pos",)),
    )


def _ticket(data: Reader, at: datetime, state: str) -> TicketSeen:
    data.only(_TICKET)
    people.check_named(data["customer"].only(people.PERSON))
    return TicketSeen(
        ticket_ref=goods.read_id(data["ticket_id"]),
        at=at,
        state=state,
        contact=people.read_contact(data["customer"]),
        order_ref=data["order_id"].maybe(goods.read_id),
    )


def _of_browser(customer: Reader, words: tuple[ConsentSeen, ...]) -> Contact:
    people.check_named(customer.only(people.CUSTOMER))
    contact = people.read_contact(customer)
    return replace(contact, consents=(*contact.consents, *words))


def _endpoint(data: Reader) -> str:
    return data["endpoint"].matching(
        device.ENDPOINT, "the address of a push service that we know", device.LONGEST
    )


def _push_word(granted: bool, at: datetime, purpose: str, wording: str | None) -> ConsentSeen:
    return ConsentSeen("push", granted, at, "explicit", "browser", True, purpose, wording)


def _of_page(seen: CartSeen) -> CartSeen:
    # Dated by our clock, not by the shop's: neither may make the other's news look old. Its words are anybody's.
    return replace(seen, source="page", items=tuple(replace(item, hearsay=True) for item in seen.items))


def _refs(data: Reader) -> tuple[str, ...]:
    named = (
        ("checkout", data["checkout_id"].maybe(goods.read_id)),
        ("cart", data["cart_id"].maybe(goods.read_id)),
    )
    return tuple(f"{kind}:{name}" for kind, name in named if name)


def _list(field: Reader) -> Reader:
    if field.is_null:
        raise field.refused("must be a list")
    return field


def _currency(field: Reader) -> str:
    return field.matching(payload_reader.CURRENCY, "an ISO 4217 currency")
