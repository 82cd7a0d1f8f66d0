"""When a message may go out: quiet hours in the recipient's own zone, distances and caps.

Times are instants (aware, UTC); a zone only decides how an instant looks on the wall.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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

    Daylight-saving days are decided on the wall: an end of quiet hours that does not exist on that day (02:30 in
    spring) is taken where the clock lands after the gap, one that exists twice is taken at its second time.
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
    # Of a time that exists twice fold=1 is the later one, of a time that is skipped fold=0 is (PEP 495).
    return max(wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC))
