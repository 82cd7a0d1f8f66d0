"""A return: goods of an order that came back, or are to come back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.people import identity
from cartback.domain.subject import RETURN, Kind, View
from cartback.domain.trade.order_parts import return_of
from cartback.domain.trade.part_names import row_of
from cartback.subjects import order

if TYPE_CHECKING:
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.order_parts import PartOf
    from cartback.domain.trade.returns import Return


def view(row: PartOf[Return]) -> View:
    """What rules may ask of a return: it belongs to whom its order does, and holds what is to come back."""
    said = row.part
    return replace(
        order.view(row.order),
        started_at=said.requested_at,
        activity_at=said.closed_at or said.received_at or said.requested_at,
        worth=None,
        variants=tuple(dict.fromkeys(piece.variant_id for piece in said.pieces)),
    )


def ended(row: PartOf[Return], generation: int) -> str | None:
    """As for its order."""
    return order.ended(row.order, generation)


def following(row: PartOf[Return], person: Person) -> str | None:
    """As for its order."""
    return identity.following(row.order, person)


KIND = Kind(
    name=RETURN,
    part="orders",
    view=view,
    ended=ended,
    row_of=row_of,
    seen=return_of,
    blocks=order.KIND.blocks,
    following=following,
)
