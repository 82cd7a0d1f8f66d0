"""What a person wishes beyond yes and no: how often, not for a while, in which language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

FREQUENCIES = {"all": None, "weekly": timedelta(days=7), "monthly": timedelta(days=30)}
"""How far apart two messages must be, the closest first; ``all`` leaves it to the shop's own caps."""

PAUSES = {"7": timedelta(days=7), "30": timedelta(days=30), "90": timedelta(days=90)}


@dataclass(frozen=True, slots=True)
class Preferences:
    """The wishes of one person, as they are kept in the person's row."""

    frequency: str = "all"
    paused_until: datetime | None = None
    language: str | None = None

    def paused(self, at: datetime) -> bool:
        """Whether nothing of marketing may go out at this instant."""
        return self.paused_until is not None and at < self.paused_until


NO_WISHES = Preferences()


def united(ahead: Preferences, behind: Preferences) -> Preferences:
    """The wishes of two rows that turn out to be one person: the longer pause, the rarer of two frequencies.

    Whatever keeps messages away holds, as with refusals. ``ahead`` is the row with the newer news: its language counts.
    """
    return Preferences(
        max(ahead.frequency, behind.frequency, key=list(FREQUENCIES).index),
        max(filter(None, (ahead.paused_until, behind.paused_until)), default=None),
        ahead.language or behind.language,
    )


@dataclass(frozen=True, slots=True)
class View:
    """What the preference page shows. It holds no name and no address: a link may be forwarded.

    ``topics`` and ``channels`` are what can be chosen and whether it is on, ``asked`` whether a mail goes out now that
    asks for what was switched on.
    """

    topics: dict[str, bool]
    channels: dict[str, bool]
    frequency: str = "all"
    paused_until: datetime | None = None
    language: str | None = None
    asked: bool = False


def free_at(instant: datetime, sends: Iterable[datetime], wishes: Preferences) -> datetime:
    """The first instant at or after ``instant`` at which one more message is not more often than wished."""
    apart = FREQUENCIES[wishes.frequency]
    latest = max(sends, default=None)
    return instant if apart is None or latest is None else max(instant, latest + apart)
