"""What a Shopify order holds, where its parcels are and what comes back of it, for the record of trade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.intake.foreign_words import unknown
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.trade import sale
from cartback.domain.trade.precedence import CARRIER, SHOP, TILL
from cartback.domain.trade.sale import ParcelSeen, Piece, ReturnSeen, Sale
from cartback.shops.shopify import goods

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.observations import WordUnknown

_MOST_PARCELS, _MOST_PIECES = 50, 250
_CARRIERS_WORDS = {
    "label_printed": None,
    "label_purchased": None,
    "confirmed": None,
    "ready_for_pickup": sale.OUT_FOR_DELIVERY,
    "carrier_picked_up": sale.IN_TRANSIT,
    "in_transit": sale.IN_TRANSIT,
    "out_for_delivery": sale.OUT_FOR_DELIVERY,
    "attempted_delivery": sale.DELAYED,
    "delayed": sale.DELAYED,
    "delivered": sale.DELIVERED,
    "failure": sale.UNDELIVERABLE,
}
"""``shipment_status`` of a fulfilment and ``status`` of its events; a label is no parcel that left."""

_NEVER_LEFT = frozenset({"cancelled", "error", "failure"})
_RETURNS = {
    "returns/request": sale.REQUESTED,
    "returns/approve": sale.APPROVED,
    "returns/decline": sale.DECLINED,
    "returns/close": sale.CLOSED,
}


def of_order(order: Reader, at: datetime) -> Sale:
    """What an order holds. A listed order tells no lines, and nothing is said of them then."""
    currency = goods.read_currency(order["presentment_currency"]) or goods.read_currency(order["currency"])
    items, further = goods.read_items(order["line_items"].each(), goods.read_currency(order["currency"]))
    told = not order["line_items"].is_null
    at_the_till = order["source_name"].cut(40) == "pos"
    ways = [each["title"].cut(200) for each in order["shipping_lines"].each()[:10]]
    return Sale(
        source=TILL if at_the_till else SHOP,
        items=items if told else None,
        further=further,
        goods=goods.read_price(order, "subtotal_price", currency) if told else None,
        discount=goods.read_price(order, "total_discounts", currency) if told else None,
        tax=goods.read_price(order, "total_tax", currency) if told else None,
        shipping=goods.read_price(order, "total_shipping_price", None) if told else None,
        shipping_method=", ".join(way for way in ways if way) or None,
        standing=sale.CANCELLED if not order["cancelled_at"].is_null else sale.OPEN,
        shipped=(order["fulfillment_status"].cut(40) == "fulfilled") if told else None,
        due_at=_due_at(order["payment_terms"]),
        in_store=at_the_till or None,
        wholesale=True if not order["company"].is_null else None,
    )


def parcels(order: Reader, ref: str, at: datetime) -> list[ParcelSeen | WordUnknown]:
    """The parcels that an order tells of, oldest first."""
    listed = order["fulfillments"].each()[-_MOST_PARCELS:]
    return [seen for each in listed for seen in _parcel(each, ref, at)]


def carried(event: Reader, at: datetime) -> list[ParcelSeen | WordUnknown]:
    """What a carrier tells of a parcel, where it feeds that to Shopify."""
    status = (event["status"].cut(40) or "").lower()
    happened_at = event["happened_at"].maybe(Reader.instant) or at
    return [
        ParcelSeen(
            order_ref=event["order_id"].identifier(),
            parcel_ref=event["fulfillment_id"].identifier(),
            at=happened_at,
            state=_CARRIERS_WORDS.get(status),
            eta=event["estimated_delivery_at"].maybe(Reader.instant),
            source=CARRIER,
        ),
        *unknown("shopify fulfillment_event.status", status, frozenset(_CARRIERS_WORDS)),
    ]


def returned(body: Reader, topic: str, at: datetime) -> ReturnSeen:
    """A step of a return."""
    lines = body["return_line_items"].each()[:_MOST_PIECES]
    reasons = [reason for line in lines if (reason := line["return_reason"].cut(60))]
    return ReturnSeen(
        order_ref=body["order"]["id"].identifier(),
        return_ref=body["id"].identifier(),
        at=at,
        state=_RETURNS[topic],
        pieces=_pieces([(line, line["fulfillment_line_item"]["line_item"]) for line in lines]),
        reason=reasons[0] if reasons else None,
    )


def _parcel(each: Reader, ref: str, at: datetime) -> list[ParcelSeen | WordUnknown]:
    status = (each["status"].cut(40) or "").lower()
    word = (each["shipment_status"].cut(40) or "").lower()
    shipped_at = each["created_at"].maybe(Reader.instant)
    state = _CARRIERS_WORDS.get(word) or (sale.SHIPPED if status == "success" else None)
    if status in _NEVER_LEFT:
        state = sale.STOPPED
    lines = each["line_items"].each()[:_MOST_PIECES]
    return [
        ParcelSeen(
            order_ref=ref,
            parcel_ref=each["id"].identifier(),
            at=each["updated_at"].maybe(Reader.instant) or shipped_at or at,
            state=state,
            pieces=_pieces([(line, line) for line in lines]),
            carrier=each["tracking_company"].cut(100),
            tracking=each["tracking_number"].cut(100),
            tracking_url=goods.read_link(each["tracking_url"]),
            shipped_at=shipped_at if state not in (None, sale.STOPPED) else None,
            source=SHOP,
        ),
        *(unknown("shopify fulfillment.shipment_status", word, frozenset(_CARRIERS_WORDS)) if word else ()),
    ]


def _pieces(lines: list[tuple[Reader, Reader]]) -> tuple[Piece, ...] | None:
    """How much of which line; None as long as a line does not say which variant it is."""
    told = [(line["quantity"].quantity(), of["variant_id"].maybe(Reader.identifier)) for line, of in lines]
    named = [(variant, quantity) for quantity, variant in told if variant is not None]
    if not told or len(named) < len(told):
        return None
    return tuple(Piece(variant, quantity) for variant, quantity in named if quantity > 0)


def _due_at(terms: Reader) -> datetime | None:
    """When the next part is due that is not paid yet."""
    open_ones = [
        one["due_at"].maybe(Reader.instant)
        for one in terms["payment_schedules"].each()[:20]
        if one["completed_at"].is_null
    ]
    return min((at for at in open_ones if at is not None), default=None)
