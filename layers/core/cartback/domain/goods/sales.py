"""How quickly a variant sells, from the counts that the shop tells: what left, by week.

Pieces that were moved from one place to another, or written off, count as sold; weeks in which nothing was to be had
lower the average. So it is a hint for a person who orders, and no forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

_WEEKS = 4
"""Full weeks that the average looks back."""


def left(known: Mapping[str, int], pieces: int, at: datetime) -> dict[str, int]:
    """The pieces by week, with so many more that left at ``at``. Older weeks are forgotten."""
    week = _week(at)
    after = {**known, str(week): known.get(str(week), 0) + pieces}
    newest = max(map(int, after))
    return {name: count for name, count in after.items() if int(name) >= newest - _WEEKS}


def weekly(known: Mapping[str, int], now: datetime) -> Decimal | None:
    """Pieces a week on average, to a tenth; None where nothing was seen to leave in these weeks."""
    recent = {int(week): count for week, count in known.items() if int(week) >= _week(now) - _WEEKS}
    if not recent:
        return None
    days = now.date().toordinal() - min(recent) * 7  # weeks begin on Mondays, the day 1 of the calendar
    return (Decimal(sum(recent.values())) * 7 / max(7, days)).quantize(Decimal("0.1"))


def _week(at: datetime) -> int:
    return (at.date().toordinal() - 1) // 7
