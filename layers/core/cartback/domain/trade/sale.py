"""What a source tells of an order beside that it was made: lines, sums, payments, parcels and returns of it.

None means that nothing was told, never that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cartback.domain.money import Money
from cartback.domain.trade.items import Item
from cartback.domain.trade.precedence import CARRIER, SHOP

OPEN, CANCELLED, COMPLETED = "open", "cancelled", "completed"
STANDINGS = frozenset({OPEN, CANCELLED, COMPLETED})
PENDING, AUTHORISED, PAID, FAILED, VOIDED = "pending", "authorised", "paid", "failed", "voided"
PAYMENT_STATES = frozenset({PENDING, AUTHORISED, PAID, FAILED, VOIDED})


@dataclass(frozen=True, slots=True)
class PaymentTold:
    """An attempt to pay an order, in its state at ``at``. ``method`` and ``code`` are the source's words."""

    payment_ref: str
    at: datetime
    state: str
    amount: Money | None = None
    method: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """An order's content. ``items`` cost what the buyer paid for each line; the sums are those of the whole order.

    ``goods`` is what the lines cost together after ``discount``; ``tax`` is within ``total`` whatever the prices show.
    ``payment_refs`` are the names under which a payment provider tells of this order. ``shipped`` says that all of it
    is on its way, where that is told without parcels; ``due_at`` is until when it is to be paid.
    """

    source: str = SHOP
    items: tuple[Item, ...] | None = None
    further: int = 0
    goods: Money | None = None
    discount: Money | None = None
    tax: Money | None = None
    shipping: Money | None = None
    shipping_method: str | None = None
    standing: str | None = None
    payments: tuple[PaymentTold, ...] = ()
    payment_refs: tuple[str, ...] = ()
    shipped: bool | None = None
    due_at: datetime | None = None
    in_store: bool | None = None
    wholesale: bool | None = None
    preorder: bool | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """So many pieces of a variant of an order: in a parcel, or sent back."""

    variant_id: str
    quantity: int | Decimal = 1


SHIPPED, IN_TRANSIT, OUT_FOR_DELIVERY = "shipped", "in_transit", "out_for_delivery"
DELIVERED, DELAYED, UNDELIVERABLE, STOPPED = "delivered", "delayed", "failed", "cancelled"
PARCEL_STATES = frozenset({SHIPPED, IN_TRANSIT, OUT_FOR_DELIVERY, DELIVERED, DELAYED, UNDELIVERABLE, STOPPED})
"""What becomes of a parcel. ``failed`` could not be delivered; ``cancelled`` never left."""


@dataclass(frozen=True, slots=True)
class ParcelSeen:
    """A parcel of an order at ``at``. ``eta`` is when the carrier means to deliver it."""

    order_ref: str
    parcel_ref: str
    at: datetime
    state: str | None = None
    pieces: tuple[Piece, ...] | None = None
    carrier: str | None = None
    tracking: str | None = None
    tracking_url: str | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    eta: datetime | None = None
    source: str = CARRIER


REQUESTED, APPROVED, DECLINED, RECEIVED, CLOSED = "requested", "approved", "declined", "received", "closed"
RETURN_STATES = frozenset({REQUESTED, APPROVED, DECLINED, RECEIVED, CLOSED})


@dataclass(frozen=True, slots=True)
class ReturnSeen:
    """A return of an order at ``at``: asked for, decided on, come back, dealt with. ``reason`` is the source's word."""

    order_ref: str
    return_ref: str
    at: datetime
    state: str
    pieces: tuple[Piece, ...] | None = None
    reason: str | None = None
    source: str = SHOP
