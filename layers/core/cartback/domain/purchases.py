"""Since when we knew of a person's purchases: what an audit measures messages against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

REMEMBERED = 5


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order: ``placed_at`` by the shop's clock, ``recorded_at`` when we first knew of it."""

    placed_at: datetime
    recorded_at: datetime


def heard(known: tuple[Purchase, ...], placed_at: datetime, now: datetime) -> tuple[Purchase, ...]:
    """Remember an order from now on; one that is told again was known before."""
    if any(each.placed_at == placed_at for each in known):
        return known
    return _latest([*known, Purchase(placed_at, now)])


def united(
    own: tuple[Purchase, ...], other: tuple[Purchase, ...], now: datetime | None
) -> tuple[Purchase, ...]:
    """The purchases of two rows that turn out to be one person: the other's are known from ``now`` on."""
    placed = {each.placed_at for each in own}
    added = [
        replace(each, recorded_at=now or each.recorded_at) for each in other if each.placed_at not in placed
    ]
    return _latest([*own, *added])


def _latest(purchases: Iterable[Purchase]) -> tuple[Purchase, ...]:
    return tuple(sorted(purchases, key=lambda each: each.placed_at)[-REMEMBERED:])
