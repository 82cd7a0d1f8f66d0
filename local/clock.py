"""Virtual time: the local cloud lives faster than we do.

Step Functions waits are divided by ``speed`` (MiniStack's SFN_WAIT_SCALE), so everything that asks for the time has
to run as much faster, from the same starting point. The Lambdas learn both from ``CARTBACK_CLOCK``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

VARIABLE = "CARTBACK_CLOCK"


def speed(text: str) -> float:
    """Read how many virtual seconds pass in a real one. Raises ValueError unless it is a finite number above 0."""
    read = float(text)
    if not 0 < read < math.inf:
        raise ValueError(f"a clock cannot run {text} times as fast")
    return read


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that showed the real time at ``epoch`` and has run ``speed`` times as fast since."""

    speed: float
    epoch: datetime

    @classmethod
    def starting_now(cls, speed: float) -> Clock:
        """Return a clock whose epoch is this moment, cut to milliseconds so that ``str`` loses nothing."""
        now = datetime.now(UTC)
        return cls(speed, now.replace(microsecond=now.microsecond // 1000 * 1000))

    @classmethod
    def parse(cls, text: str) -> Clock:
        """Read ``<speed>@<epoch>``, the value of CARTBACK_CLOCK. Raises ValueError on anything else."""
        speed, _, epoch = text.partition("@")
        return cls(float(speed), datetime.fromisoformat(epoch).astimezone(UTC))

    def __str__(self) -> str:
        return f"{self.speed:g}@{self.epoch.isoformat(timespec='milliseconds')}"

    def now(self) -> datetime:
        """Return the virtual time, aware and in UTC."""
        return self.at(datetime.now(UTC))

    def at(self, real: datetime) -> datetime:
        """Return the virtual time that it is at the real time ``real``."""
        return self.epoch + (real - self.epoch) * self.speed

    def real_seconds(self, virtual: timedelta) -> float:
        """Return how many real seconds pass while ``virtual`` passes here."""
        return virtual.total_seconds() / self.speed
