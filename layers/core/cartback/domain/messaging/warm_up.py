"""How a new sender begins: with few messages a day, and where one goes that finds no room (LEG-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

NO_CEILING_FROM = 100_000


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How a new sender begins: so many messages on the first day (UTC), twice as many on each that follows (LEG-10)."""

    start: date
    first_day: int

    def ceiling(self, at: datetime) -> int | None:
        """How many messages may be claimed on the day of an instant; None once there is no ceiling any more."""
        days = (at.date() - self.start).days
        if days < 0:
            return self.first_day
        most = self.first_day * 2 ** min(days, 64)
        return most if most < NO_CEILING_FROM else None


def next_day(at: datetime, spread: int) -> datetime:
    """When a message that found no room any more looks again: after midnight (UTC), spread over an hour by a number."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight + timedelta(seconds=spread % 3600)
