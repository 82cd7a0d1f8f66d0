"""On which channels somebody came back before: by a click, or by a purchase soon after one.

Opens are not asked: mail programs load pictures by themselves, and messengers tell of reading what was never looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

BOUGHT_WITHIN = timedelta(days=5)
"""A purchase so soon after a click on a channel is put down to it."""

COUNTS_FOR = timedelta(days=365)
"""How long it says something of somebody."""


@dataclass(frozen=True, slots=True)
class Answered:
    """When somebody last clicked in a message of a channel, and last bought after such a click."""

    clicked_at: datetime | None = None
    bought_at: datetime | None = None

    def weight(self, now: datetime) -> int:
        """2 for a purchase within the last year, 1 for a click alone, 0 for nothing."""
        since = now - COUNTS_FOR
        if self.bought_at is not None and self.bought_at > since:
            return 2
        return int(self.clicked_at is not None and self.clicked_at > since)


def clicked(known: Mapping[str, Answered], channel: str, at: datetime) -> dict[str, Answered]:
    """Count a click."""
    before = known.get(channel) or Answered()
    return {**known, channel: replace(before, clicked_at=_later(before.clicked_at, at))}


def bought(known: Mapping[str, Answered], at: datetime) -> dict[str, Answered]:
    """Put a purchase down to the channel of the last click before it, if that is not too long ago."""
    before = {
        channel: one.clicked_at
        for channel, one in known.items()
        if one.clicked_at is not None and one.clicked_at <= at <= one.clicked_at + BOUGHT_WITHIN
    }
    if not before:
        return dict(known)
    channel = max(before, key=lambda name: (before[name], name))
    one = known[channel]
    return {**known, channel: replace(one, bought_at=_later(one.bought_at, at))}


def united(one: Mapping[str, Answered], other: Mapping[str, Answered]) -> dict[str, Answered]:
    """What is known of two rows that turn out to be one person."""
    names = dict.fromkeys([*one, *other])
    return {name: _both(one.get(name) or Answered(), other.get(name) or Answered()) for name in names}


def _both(one: Answered, other: Answered) -> Answered:
    return Answered(_later(one.clicked_at, other.clicked_at), _later(one.bought_at, other.bought_at))


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)
