"""Whether what a shop tells happened some time ago: then more of that time may be missing (``domain.shop.grace``)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from cartback.domain.observations import CartSeen, Observation, OrderSeen

LATE = timedelta(minutes=10)


def is_late(told: Iterable[Observation], now: datetime) -> bool:
    """Whether any of this happened in the shop some time ago.

    A document that can be bought but once is dated by its making, which says nothing of when it was told.
    """
    return any(
        now - one.at > LATE
        for one in told
        if isinstance(one, OrderSeen) or (isinstance(one, CartSeen) and not one.once)
    )
