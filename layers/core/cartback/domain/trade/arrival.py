"""When the buyer of an order has the goods, by the best word that there is of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.domain.trade.orders import Order
    from cartback.domain.trade.parcels import Parcel

CARRIED, PACKED = timedelta(days=2), timedelta(days=5)
"""How long a parcel is taken to travel, and an order to reach its buyer after its payment, where nobody tells."""


def there_at(order: Order) -> datetime | None:
    """When the buyer has the goods: as all parcels were delivered, else as what left is expected, else after payment.

    A parcel that names no pieces is taken for all of it. None while nobody can say: of a preorder that has not left,
    and of an order that nobody told was paid or made.
    """
    left = [parcel for parcel in order.parcels.values() if parcel.has_left]
    is_whole = order.is_shipped or not any(parcel.pieces for parcel in left)
    sent_at = max((_expected(parcel) for parcel in left), default=None)
    if sent_at is None and order.shipped and "shipped" in order.said:
        sent_at = order.said["shipped"][1] + CARRIED
    paid_at = order.paid_at or order.placed_at
    reckoned = paid_at + PACKED if paid_at is not None and not order.preorder else None
    if sent_at is not None and reckoned is not None and not is_whole:
        return max(sent_at, reckoned)
    return sent_at or reckoned


def _expected(parcel: Parcel) -> datetime:
    """When a parcel that left is there: as it was delivered or announced, else some days after it left."""
    if parcel.delivered_at is not None:
        return parcel.delivered_at
    left_at = (parcel.shipped_at or max(at for _, at in parcel.said.values())) + CARRIED
    return left_at if parcel.eta is None else max(left_at, parcel.eta)
