"""A shop's clock that runs ahead: what it dates years ahead would outlast all that follows, an opt-out among it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta

AHEAD = timedelta(hours=2)
"""How far a shop's clock may run ahead: local time that is written as if it were UTC is no more in Europe."""


_AHEAD = frozenset({"eta", "due_at", "expected_at"})
"""What is dated ahead because it is still to come."""


def not_ahead[T](told: T, received_at: datetime) -> T:
    """What was told, with every instant that lies further ahead than ``AHEAD`` set to when it came.

    The later of two news wins: so a wrong clock's are ordered as they came, and freeze nothing.
    """
    if isinstance(told, datetime):
        return received_at if told > received_at + AHEAD else told  # type: ignore[return-value]
    if isinstance(told, tuple):
        return tuple(not_ahead(one, received_at) for one in told)  # type: ignore[return-value]
    if not is_dataclass(told) or isinstance(told, type):
        return told
    given = {field.name: getattr(told, field.name) for field in fields(told) if field.name not in _AHEAD}
    bounded = {name: not_ahead(one, received_at) for name, one in given.items()}
    return told if bounded == given else replace(told, **bounded)
