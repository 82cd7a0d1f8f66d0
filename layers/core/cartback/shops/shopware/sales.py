"""What a Shopware order holds, how it is paid and where its deliveries are, for the record of trade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.goods.bundles import Lines, Told, assembled
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.trade import sale
from cartback.domain.trade.items import Item, priced
from cartback.domain.trade.precedence import SHOP
from cartback.domain.trade.sale import ParcelSeen, PaymentTold, Piece, ReturnSeen, Sale

if TYPE_CHECKING:
    from datetime import datetime

_STANDINGS = {
    "open": sale.OPEN,
    "in_progress": sale.OPEN,
    "completed": sale.COMPLETED,
    "cancelled": sale.CANCELLED,
}
_PAYMENTS = {
    "open": sale.PENDING,
    "in_progress": sale.PENDING,
    "reminded": sale.PENDING,
    "authorized": sale.AUTHORISED,
    "paid": sale.PAID,
    "refunded": sale.PAID,
    "refunded_partially": sale.PAID,
    "chargeback": sale.PAID,
    "failed": sale.FAILED,
    "cancelled": sale.VOIDED,
}
_LEFT = frozenset({"shipped", "returned", "returned_partially"})
_CAME_BACK = frozenset({"returned", "returned_partially"})
_MOST = 50


def of_order(order: Reader, at: datetime) -> Sale:
    """What an order holds, as far as its parts came along. Promotions are lines without goods, and left out."""
    currency = _currency(order)
    items, further = _items(order["lineItems"], currency)
    deliveries = order["deliveries"].each()[:_MOST]
    states = {_state(each) for each in deliveries}
    ways = (each["shippingMethod"]["translated"]["name"].html(200) for each in deliveries)
    return Sale(
        items=items if items else None,
        further=further,
        goods=_sum(order["positionPrice"], currency),
        tax=_tax(order, currency),
        shipping=_sum(order["shippingTotal"], currency),
        shipping_method=next(filter(None, ways), None),
        standing=_STANDINGS.get(_state(order)),
        shipped=states <= _LEFT if states else None,
        payments=_payments(order, currency, at),
    )


def parcels(order: Reader, ref: str, at: datetime) -> list[ParcelSeen | ReturnSeen]:
    """The deliveries of an order that left, were stopped or came back. Shopware says of none that it arrived."""
    told: list[ParcelSeen | ReturnSeen] = []
    for each in order["deliveries"].each()[:_MOST]:
        own, state = each["id"].maybe(Reader.identifier), _state(each)
        if own is None:
            continue
        changed_at = each["updatedAt"].maybe(Reader.instant) or at
        codes = [code.cut(100) for code in each["trackingCodes"].each()[:_MOST]]
        if state in _LEFT or state == "cancelled":
            told.append(
                ParcelSeen(
                    order_ref=ref,
                    parcel_ref=own,
                    at=changed_at,
                    state=sale.STOPPED if state == "cancelled" else sale.SHIPPED,
                    pieces=_pieces(each),
                    tracking=next(filter(None, codes), None),
                    source=SHOP,
                )
            )
        if state in _CAME_BACK:
            told.append(ReturnSeen(ref, own, changed_at, sale.RECEIVED))
    return told


def came_back(order: Reader, ref: str, at: datetime) -> list[ReturnSeen]:
    """That an order came back, where the deliveries that did are not told with it."""
    return [] if order["deliveries"].each() else [ReturnSeen(ref, "delivery", at, sale.RECEIVED)]


def _items(lines: Reader, currency: str | None) -> Lines:
    found = (_item(line, currency) for line in lines.each())
    return assembled(Told(item) for item in found if item is not None)


def _item(line: Reader, currency: str | None) -> Item | None:
    if (line["type"].cut(40) or "product") != "product":
        return None
    own = line["productId"].maybe(Reader.identifier) or line["referencedId"].maybe(Reader.identifier)
    item = Item(
        variant_id=own or f"line:{line['id'].maybe(Reader.identifier) or '0'}",
        title=line["label"].html(300) or "?",
        quantity=max(0, line["quantity"].quantity()),
        product_id=own,
        sku=line["payload"]["productNumber"].cut(100),
    )
    return priced(item, _sum(line["totalPrice"], currency))


def _payments(order: Reader, currency: str | None, at: datetime) -> tuple[PaymentTold, ...]:
    told = []
    for each in order["transactions"].each()[:_MOST]:
        own, state = each["id"].maybe(Reader.identifier), _PAYMENTS.get(_state(each))
        if own is not None and state is not None:
            changed_at = (
                each["updatedAt"].maybe(Reader.instant) or each["createdAt"].maybe(Reader.instant) or at
            )
            method = each["paymentMethod"]["translated"]["name"].html(100)
            told.append(
                PaymentTold(own, changed_at, state, _sum(each["amount"]["totalPrice"], currency), method)
            )
    return tuple(told)


def _pieces(delivery: Reader) -> tuple[Piece, ...] | None:
    """What lies in a delivery; None unless its positions came along with their lines."""
    told = []
    for position in delivery["positions"].each():
        line = position["orderLineItem"]
        own = line["productId"].maybe(Reader.identifier)
        if own is None:
            return None
        told.append(Piece(own, line["quantity"].quantity()))
    return tuple(told) or None


def _tax(order: Reader, currency: str | None) -> Money | None:
    """The tax within the total: what is left of it without the net sum."""
    total, net = _sum(order["amountTotal"], currency), _sum(order["amountNet"], currency)
    return None if total is None or net is None else Money(total.amount - net.amount, total.currency)


def _sum(field: Reader, currency: str | None) -> Money | None:
    return None if currency is None or field.is_null else field.noisy_money(currency)


def _currency(order: Reader) -> str | None:
    return order["currency"]["isoCode"].fitting(payload_reader.CURRENCY)


def _state(holder: Reader) -> str:
    return holder["stateMachineState"]["technicalName"].cut(60) or ""
