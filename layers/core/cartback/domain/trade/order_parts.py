"""Parcels and returns by names of their own, and found again in the row of their order, which holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.subject import ORDER, PARCEL, RETURN, Subject
from cartback.domain.trade.part_names import part_id, ref_of

if TYPE_CHECKING:
    from cartback.domain.trade.orders import Order
    from cartback.domain.trade.parcels import Parcel
    from cartback.domain.trade.returns import Return


@dataclass(frozen=True, slots=True)
class PartOf[T]:
    """A part of an order, with the order. It has no version of its own: its order's row is what changes."""

    order: Order
    ref: str
    part: T

    @property
    def version(self) -> int:
        """That of the order's row."""
        return self.order.version


def parcel_of(order: Order, name: str) -> PartOf[Parcel] | None:
    """The parcel of this name in its order's row; None for one that nobody told."""
    return _part(order, order.parcels, ref_of(name))


def return_of(order: Order, name: str) -> PartOf[Return] | None:
    """The return of this name in its order's row; None for one that nobody told."""
    return _part(order, order.returns, ref_of(name))


def subjects_of(order: Order) -> Iterator[Subject]:
    """Everything of an order that a flow may be about: itself, its parcels, its returns."""
    yield Subject(ORDER, order.order_ref)
    yield from (Subject(PARCEL, part_id(order.order_ref, ref)) for ref in order.parcels)
    yield from (Subject(RETURN, part_id(order.order_ref, ref)) for ref in order.returns)


def _part[T](order: Order, parts: Mapping[str, T], ref: str) -> PartOf[T] | None:
    return PartOf(order, ref, parts[ref]) if ref in parts else None
