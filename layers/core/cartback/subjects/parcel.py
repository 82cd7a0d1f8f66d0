"""A parcel of an order, on its way or there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.people import identity
from cartback.domain.subject import PARCEL, Kind, View
from cartback.domain.trade.order_parts import parcel_of
from cartback.domain.trade.part_names import row_of
from cartback.subjects import order

if TYPE_CHECKING:
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.order_parts import PartOf
    from cartback.domain.trade.parcels import Parcel


def view(row: PartOf[Parcel]) -> View:
    """What rules may ask of a parcel: it belongs to whom its order does, and holds what was packed into it."""
    parcel = row.part
    return replace(
        order.view(row.order),
        started_at=parcel.shipped_at,
        activity_at=parcel.delivered_at or parcel.shipped_at,
        worth=None,
        variants=tuple(dict.fromkeys(piece.variant_id for piece in parcel.pieces)),
    )


def ended(row: PartOf[Parcel], generation: int) -> str | None:
    """As for its order."""
    return order.ended(row.order, generation)


def following(row: PartOf[Parcel], person: Person) -> str | None:
    """As for its order."""
    return identity.following(row.order, person)


KIND = Kind(
    name=PARCEL,
    part="orders",
    view=view,
    ended=ended,
    row_of=row_of,
    seen=parcel_of,
    blocks=order.KIND.blocks,
    following=following,
)
