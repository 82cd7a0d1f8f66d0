"""A return: goods of an order that came back, or are to come back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.subject import RETURN, View
from cartback.domain.trade.order_parts import return_of
from cartback.subjects import order

if TYPE_CHECKING:
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


KIND = order.part_kind(RETURN, view, return_of)
