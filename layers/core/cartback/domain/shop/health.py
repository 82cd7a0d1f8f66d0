"""How well we hear a shop: when it last told us something, what we missed, and whether it still means to tell us."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

FIRST_LOOK = timedelta(hours=24)
OVERLAP = timedelta(minutes=30)
"""How far comparisons reach into each other: shops' lists lag behind, and clocks differ."""
LONGEST = timedelta(days=7)
MOST_UNREAD = 100
"""How many unreadable things are remembered. Whatever is beyond is parked by each comparison that meets it."""

SOURCE, LINK = "source", "link"
"""Of a stranger: its events are parked, its links lead to the front door."""
STRANGERS_KEPT = timedelta(days=30)

UNKNOWN, COMPLETE, REPAIRED, BY_HAND, LOST = "unknown", "complete", "repaired", "by_hand", "lost"


@dataclass(frozen=True, slots=True)
class Pulse:
    """The last event that a shop sent us, and how many seconds after its arrival it was applied."""

    last_event_at: datetime
    lag_seconds: int


@dataclass(frozen=True, slots=True)
class Stranger:
    """A name that is not the shop's: of who spoke in its place, or of where a way back to a cart leads."""

    kind: str
    name: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """The comparing with a shop's own lists. ``until`` is up to when that is done.

    ``began_at`` is set while a comparison is under way, with its ``since`` and the ``cursors`` of lists that are not
    finished. ``subscriptions`` is one of the words above; ``problem`` says why nothing could be compared. ``unread``
    are the names of listed things that nobody could read, and when each was last on the list.
    """

    shop: str
    until: datetime | None = None
    began_at: datetime | None = None
    since: datetime | None = None
    cursors: dict[str, str] = field(default_factory=dict)
    listed: int = 0
    gaps: int = 0
    gaps_ever: int = 0
    last_gap_at: datetime | None = None
    subscriptions: str = UNKNOWN
    problem: str | None = None
    unread: dict[str, datetime] = field(default_factory=dict)


def begun(health: Health, lists: tuple[str, ...], now: datetime) -> Health:
    """Begin a comparison of these lists, or go on with the one that is under way."""
    if health.began_at is not None:
        return health
    since = max((health.until or now - FIRST_LOOK) - OVERLAP, now - LONGEST)
    cursors = dict.fromkeys(lists, "")
    return replace(health, began_at=now, since=since, cursors=cursors, listed=0, gaps=0)


def turned(health: Health, name: str, cursor: str | None, listed: int, gaps: int, now: datetime) -> Health:
    """A page of a list was compared; without a cursor the list is finished."""
    cursors = {key: at for key, at in health.cursors.items() if key != name}
    if cursor is not None:
        cursors[name] = cursor
    return replace(
        health,
        cursors=cursors,
        listed=health.listed + listed,
        gaps=health.gaps + gaps,
        gaps_ever=health.gaps_ever + gaps,
        last_gap_at=now if gaps else health.last_gap_at,
    )


def unread(health: Health, name: str, now: datetime) -> Health:
    """Something on a list could not be read; a person was told once, and the overlap will list it again."""
    if name not in health.unread and len(health.unread) >= MOST_UNREAD:
        return health
    return replace(health, unread={**health.unread, name: now})


def ended(health: Health, subscriptions: str) -> Health:
    """All lists are compared, up to the beginning of the comparison. What was not listed any more is forgotten."""
    began_at = health.began_at
    listed = {name: at for name, at in health.unread.items() if began_at is not None and at >= began_at}
    return replace(
        health,
        unread=listed,
        until=health.began_at,
        began_at=None,
        since=None,
        cursors={},
        subscriptions=subscriptions,
        problem=None,
    )


def failed(health: Health, problem: str) -> Health:
    """Nothing could be compared. What is under way begins anew, because a cursor may be what is wrong."""
    return replace(health, began_at=None, since=None, cursors={}, problem=problem[:200])
