"""When virtual time may go on, and how far: the rule, without anything that it is about.

On AWS the work behind a webhook takes milliseconds; here it takes as long as this machine needs. So virtual time stands
while anything is under way that would long be done there, and whatever falls due meets a world that has come to rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast time may go at most: ``speed`` virtual seconds per real one since ``real_began``, in real seconds.

    What was lost by standing is made up for: time may then go from one thing that is due to the next at once.
    """

    speed: float
    real_began: float
    began: datetime

    @property
    def waits(self) -> bool:
        """Whether time waits for work. At the speed of life, or slower, nothing has to: it is as real as the work."""
        return self.speed > 1

    def goal(self, real_now: float) -> datetime:
        """How far time may have come by ``real_now``."""
        return self.began + timedelta(seconds=(real_now - self.real_began) * self.speed)


def next_instant(
    now: datetime, goal: datetime, due: Iterable[datetime], under_way: Collection[str] = ()
) -> datetime | None:
    """The instant to go on to, or None as long as time has to stand.

    Never back, never beyond ``goal``, and never past the first thing that is ``due``: that has to be done first. What
    is overdue is due now.
    """
    if under_way:
        return None
    return max(now, min((goal, *due)))
