"""When somebody has lapsed, and when what they bought is used up: the rules of the entries that fall due.

Both are reckoned anew from the orders at the time at which an entry falls due; nothing is remembered of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.domain.trade.orders import Order
    from cartback.domain.trade.ownership import History

FEWEST_TIMES = 3
"""How often somebody has to have bought a thing before a rhythm is seen in it: two distances are one."""


def lapses_at(history: History, after: timedelta) -> datetime | None:
    """When somebody will have bought nothing for so long; None for whoever never bought."""
    return None if history.last_at is None else history.last_at + after


def has_lapsed(history: History, after: timedelta, now: datetime) -> bool:
    """Whether somebody who bought before has bought nothing for so long."""
    at = lapses_at(history, after)
    return at is not None and at <= now


def used_up_at(orders: Iterable[Order], product_id: str) -> datetime | None:
    """When somebody will want a product again, by the rhythm in which they bought it; None where there is none.

    The middle distance of their purchases after the last: one order early or late shifts nothing.
    """
    times = sorted(
        order.placed_at
        for order in orders
        if order.counts
        and order.placed_at is not None
        and any(item.product_id == product_id for item in order.items)
    )
    if len(times) < FEWEST_TIMES:
        return None
    distances = [later - earlier for earlier, later in pairwise(times)]
    return times[-1] + timedelta(seconds=median(each.total_seconds() for each in distances))
