"""Time, from the machine; and the faster time of the local cloud."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The time of this machine, in UTC."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)


class FastClock:
    """A clock that runs ``speed`` times as fast since ``epoch``, as the local cloud's Wait states do.

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
