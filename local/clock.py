"""Virtual time: the local cloud lives faster than we do, and waits for its work.

The present instant is a number in a file that every process here reads: the Lambdas learn of it from
``CARTBACK_CLOCK``. It stands until somebody moves it; when it may be moved is the rule of `local.pace`.
"""

from __future__ import annotations

import fcntl
import math
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

VARIABLE = "CARTBACK_CLOCK"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDTH = 8


class Watch(Protocol):
    """Whatever tells the time."""

    def now(self) -> datetime:
        """The present instant."""


def speed(text: str) -> float:
    """Read how many virtual seconds pass in a real one. Raises ValueError unless it is a finite number above 0."""
    read = float(text)
    if not 0 < read < math.inf:
        raise ValueError(f"a clock cannot run {text} times as fast")
    return read


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock in ``file`` that is led at ``speed``, in virtual seconds per real one, while nothing is under way.

    The file is what `cartback.store.clock.LedClock` reads: microseconds since 1970 in eight bytes.
    """

    speed: float
    file: Path

    @classmethod
    def set_to(cls, instant: datetime, speed: float, file: Path) -> Clock:
        """Return a clock that shows ``instant`` and stands."""
        file.write_bytes(_microseconds(instant).to_bytes(_WIDTH))
        return cls(speed, file)

    @classmethod
    def parse(cls, text: str) -> Clock:
        """Read ``<speed>@<file>``, the value of CARTBACK_CLOCK. Raises ValueError on anything else."""
        speed, _, file = text.partition("@")
        return cls(float(speed), Path(file))

    def __str__(self) -> str:
        return f"{self.speed:g}@{self.file}"

    def now(self) -> datetime:
        """Return the virtual time, aware and in UTC. Raises OSError when whoever leads the clock has gone."""
        return _EPOCH + timedelta(microseconds=int.from_bytes(self.file.read_bytes()))

    def move(self, to: datetime) -> None:
        """Go on to an instant; never back."""
        at = os.open(self.file, os.O_RDWR)
        try:
            fcntl.flock(at, fcntl.LOCK_EX)
            if (moved := _microseconds(to)) > int.from_bytes(os.pread(at, _WIDTH, 0)):
                os.pwrite(at, moved.to_bytes(_WIDTH), 0)
        finally:
            os.close(at)

    def real_seconds(self, virtual: timedelta) -> float:
        """Return how many real seconds pass at least while ``virtual`` passes here."""
        return virtual.total_seconds() / self.speed


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)
