"""When a message may go out: quiet hours in the recipient's own zone, distances and caps.

Times are instants (aware, UTC); a zone only decides how an instant looks on the wall.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from math import ceil
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """No marketing between ``start`` and ``end`` o'clock of the recipient's wall; may run over midnight."""

    start: time
    end: time

    def covers(self, wall: time) -> bool:
        """Whether this wall-clock time is quiet."""
        if self.start == self.end:
            return False
        if self.start < self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end


@dataclass(frozen=True, slots=True)
class Caps:
    """At most so many messages to one person, over all flows and channels, and at least ``min_gap`` between two."""

    per_day: int = 2
    per_week: int = 4
    per_month: int = 8
    min_gap: timedelta = timedelta(hours=4)

    def windows(self) -> tuple[tuple[timedelta, int], ...]:
        """Each rolling window and how many messages it may hold."""
        return (
            (timedelta(days=1), self.per_day),
            (timedelta(days=7), self.per_week),
            (timedelta(days=30), self.per_month),
        )


def after_quiet(instant: datetime, zone: ZoneInfo, quiet: QuietHours | None) -> datetime:
    """The first instant at or after ``instant`` that is not quiet on the wall of ``zone``.

    Daylight-saving days are decided on the wall: if the end of quiet hours does not exist on that day (02:30 in
    spring), they end when the clock jumps over it; one that exists twice is taken at its second time.
    """
    if quiet is None:
        return instant
    wall = instant.astimezone(zone)
    if not quiet.covers(wall.time()):
        return instant
    day = wall.date()
    if quiet.start > quiet.end and wall.time() >= quiet.start:
        day += timedelta(days=1)
    return max(instant, _on_wall(day, quiet.end, zone))


def until_quiet(instant: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime | None:
    """When the next quiet hours begin on the wall of ``zone``: now, if it is quiet; None for hours that never come."""
    if quiet.start == quiet.end:
        return None
    wall = instant.astimezone(zone)
    if quiet.covers(wall.time()):
        return instant
    today = _on_wall(wall.date(), quiet.start, zone)
    return today if today > instant else _on_wall(wall.date() + timedelta(days=1), quiet.start, zone)


_MINUTE = timedelta(minutes=1)
SEARCHED = timedelta(days=3)
"""How far ahead an hour that is loud everywhere is looked for: on days on which clocks change there may be none."""


def after_all_quiet(
    instant: datetime, zones: Iterable[ZoneInfo], quiet: Iterable[QuietHours]
) -> datetime | None:
    """The first instant at or after ``instant`` that is not quiet on any of these walls by any of these hours.

    None if there is none within three days: the walls are too far apart to share an hour.
    """
    asked = list(product(zones, quiet))
    free = instant
    while free <= instant + SEARCHED:
        later = max((after_quiet(free, zone, hours) for zone, hours in asked), default=free)
        if later == free:
            return free
        free = later
    return None


def after_caps(instant: datetime, sends: Iterable[datetime], caps: Caps) -> datetime | None:
    """The first instant at or after ``instant`` at which one more message keeps all caps; None if a cap is zero."""
    past = sorted(sends)
    if any(limit < 1 for _, limit in caps.windows()):
        return None
    free = instant
    if past:
        free = max(free, past[-1] + caps.min_gap)
    for window, limit in caps.windows():
        if len(past) >= limit:
            free = max(free, past[-limit] + window)
    return free


def _on_wall(day: date, at: time, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, at, tzinfo=zone)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if first <= second:
        return second
    # A time that is skipped reads as an instant after the jump, and with fold=1 as one before it (PEP 495).
    before = second.astimezone(zone).utcoffset()
    minutes = range((first - second) // _MINUTE)
    jumped = bisect_left(
        minutes, True, key=lambda n: (second + n * _MINUTE).astimezone(zone).utcoffset() != before
    )
    return second + jumped * _MINUTE


def whole_seconds(now: datetime, until: datetime) -> int:
    """How long a Wait state waits: whole seconds, rounded up, never zero, so that it never wakes too early."""
    return max(1, ceil((until - now).total_seconds()))
