"""Why nothing is sent to a person on one channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """The reason, since when we know of it by our own clock, and when it ends by itself; None for one that lasts."""

    because: str
    recorded_at: datetime
    until: datetime | None = None
