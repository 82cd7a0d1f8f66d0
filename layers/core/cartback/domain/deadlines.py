"""When something really ends, as the reader's wall shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant at which something really ends, and the zone on whose wall the reader is told of it.

    Only ``until`` makes one: a deadline that is past, or that nothing happens at, is none (TIM-5, CONFLICTS-5).
    """

    expires_at: datetime
    zone: str

    @classmethod
    def until(cls, expires_at: datetime | None, zone: str, now: datetime) -> Deadline | None:
        """The deadline, or None where nothing expires, or has expired already."""
        return None if expires_at is None or expires_at <= now else cls(expires_at, zone)

    @property
    def wall(self) -> datetime:
        """What the clock on the reader's wall shows, to the minute that is safe: rounded down, never up."""
        return self.expires_at.astimezone(ZoneInfo(self.zone)).replace(second=0, microsecond=0)
