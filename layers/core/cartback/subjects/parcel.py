"""A parcel of an order, on its way or there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.subject import PARCEL, View
from cartback.domain.trade.order_parts import parcel_of
from cartback.subjects import order

if TYPE_CHECKING:
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


KIND = order.part_kind(PARCEL, view, parcel_of)
