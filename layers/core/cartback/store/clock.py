"""Time, from the machine; and the times of the local cloud and of tests."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDTH = 8


class SystemClock:
    """The time of this machine, in UTC."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)


class FastClock:
    """A clock that runs ``speed`` times as fast since ``epoch``; with 0 it stands.

    ``virtual = epoch + (real - epoch) * speed``: every process that knows both numbers agrees.
    """

    def __init__(self, speed: float, epoch: datetime) -> None:
        self._speed = speed
        self._epoch = epoch

    @classmethod
    def parse(cls, text: str) -> FastClock:
        """Read ``<speed>@<ISO 8601 instant>``. Raises ValueError for anything else."""
        speed, _, epoch = text.partition("@")
        return cls(float(speed), datetime.fromisoformat(epoch))

    def now(self) -> datetime:
        """The present instant of the fast time."""
        return self._epoch + (datetime.now(UTC) - self._epoch) * self._speed


class LedClock:
    """A clock that somebody else leads, as the local cloud's, whose time stands still while work is under way.

    Its file holds the microseconds since 1970 in eight bytes, big end first. Each reading moves it by one, in whatever
    process, so that what is done later has a later time although none passes.
    """

    def __init__(self, file: str) -> None:
        self._file = file

    def now(self) -> datetime:
        """The present instant. Raises OSError when whoever led the clock has gone."""
        import fcntl

        at = os.open(self._file, os.O_RDWR)
        try:
            fcntl.flock(at, fcntl.LOCK_EX)
            moved = int.from_bytes(os.pread(at, _WIDTH, 0)) + 1
            os.pwrite(at, moved.to_bytes(_WIDTH), 0)
        finally:
            os.close(at)
        return _EPOCH + timedelta(microseconds=moved)


def clock_of(text: str) -> FastClock | LedClock:
    """The clock that ``<speed>@<instant or file>`` speaks of. Raises ValueError for anything else."""
    told = text.partition("@")[2]
    return LedClock(told) if told.startswith("/") else FastClock.parse(text)
