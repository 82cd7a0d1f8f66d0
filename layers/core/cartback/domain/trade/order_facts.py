"""What is told of an order's row: each fact once, by the event that first made it true, however often that is folded.

That an order was placed, paid or cancelled, that a payment failed and that money went back is told with the cart
(``payments``), because a purchase waits for nothing; what is told here follows from the record of trade.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from cartback.domain.facts import Fact, tell
from cartback.domain.hashes import short
from cartback.domain.trade import sale
from cartback.domain.trade.orders import Order
from cartback.domain.trade.parcels import Parcel, parcel_id
from cartback.domain.trade.returns import Return, return_id


class _Truth(NamedTuple):
    """A fact that holds of a row: under which name it is remembered, and what is told."""

    key: str
    fact: str
    at: datetime
    data: dict[str, object]


def told_by(order: Order, cause: str, at: datetime) -> tuple[Order, list[Fact]]:
    """The row that remembers what ``cause`` made true at ``at``, and the facts of that; none without an order."""
    if order.joined or order.erased_at:
        return order, []
    by, causes, facts = short("cause", cause, length=12), dict(order.causes), []
    for truth in _truths(order, at):
        if causes.setdefault(truth.key, by) == by:
            facts.append(tell(truth.fact, order.shop, truth.at, truth.key, **truth.data))
    return (order if causes == order.causes else replace(order, causes=causes)), facts


def _truths(order: Order, at: datetime) -> Iterator[_Truth]:
    about: dict[str, object] = {"order_ref": order.order_ref, "person_id": order.person_id}
    if order.is_shipped:
        yield _Truth("shipped", "order.shipped", at, {**about, "shipped_at": _last_left(order) or at})
    if order.standing == sale.COMPLETED:
        yield _Truth("completed", "order.completed", at, {**about, "completed_at": at})
    if order.due_at is not None and not order.paid and not order.is_cancelled:
        due = {**about, "due_at": order.due_at}
        yield _Truth(f"due:{order.due_at.isoformat()}", "payment.due", at, due)
    if order.in_store and order.placed_at is not None:
        yield _Truth("in_store", "sale.in_store", order.placed_at, {**about, "sold_at": order.placed_at})
    for code in order.coupon_codes:
        coupon = short("coupon", order.shop, code.casefold())
        yield _Truth(f"coupon:{coupon[:12]}", "coupon.used", at, {**about, "coupon_id": coupon})
    for ref, parcel in order.parcels.items():
        yield from _of_parcel(ref, parcel, about, at)
    for ref, each in order.returns.items():
        yield from _of_return(ref, each, about)


def _of_parcel(ref: str, parcel: Parcel, about: dict[str, object], at: datetime) -> Iterator[_Truth]:
    told = {**about, "parcel_id": parcel_id(str(about["order_ref"]), ref)}
    if parcel.has_left:
        shipped_at = parcel.shipped_at or at
        yield _Truth(f"p:{ref}:left", "parcel.shipped", shipped_at, {**told, "shipped_at": shipped_at})
    if parcel.delayed_at is not None:
        late = {**told, "eta": parcel.eta}
        yield _Truth(f"p:{ref}:late", "parcel.delayed", parcel.delayed_at, late)
    if parcel.failed_at is not None:
        yield _Truth(f"p:{ref}:failed", "parcel.failed", parcel.failed_at, told)
    if parcel.delivered_at is not None:
        there = {**told, "delivered_at": parcel.delivered_at}
        yield _Truth(f"p:{ref}:there", "parcel.delivered", parcel.delivered_at, there)


def _of_return(ref: str, known: Return, about: dict[str, object]) -> Iterator[_Truth]:
    told = {**about, "return_id": return_id(str(about["order_ref"]), ref)}
    for word, at in (
        ("requested", known.requested_at),
        ("received", known.received_at),
        ("closed", known.closed_at),
    ):
        if at is not None:
            yield _Truth(f"r:{ref}:{word}", f"return.{word}", at, {**told, f"{word}_at": at})


def _last_left(order: Order) -> datetime | None:
    return max((one.shipped_at for one in order.parcels.values() if one.shipped_at), default=None)
