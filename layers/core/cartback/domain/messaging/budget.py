"""Who may have the next place in a person's budget: service before money before news, then whatever is worth the most.

Flows do not know of each other, but they share the person's row. There each says which message it means to send and
when; a message that is worth less, and would take the place, waits for it (CON-8). The reservation is bounded: it
holds for messages that are due within a day, and ends shortly after their time, whatever became of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cartback.domain.messaging.ranks import MONEY, RANKS
from cartback.domain.money import Money

AHEAD = timedelta(days=1)
"""How soon the better message must be due for a lower one to wait."""

GRACE = timedelta(minutes=10)
"""How long a run may take from its waking to its claim, before its place is free again."""

KEPT = timedelta(days=1)
MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class Intent:
    """The next message that a run means to send: about which subject, in which flow, when, and what it may win.

    ``rank`` is the flow's own, one of ``domain.messaging.ranks``: many messages have no worth in money. ``opened``
    marks a subject that was only just opened: then ``due_at`` is its last activity, and the policy says how long
    after it the first message is due.
    """

    subject: str
    flow: str
    due_at: datetime
    worth: Money | None = None
    opened: bool = False
    rank: str = MONEY

    def resolved(self, first_after: timedelta) -> Intent:
        """This intent with the instant at which its message is due."""
        return replace(self, due_at=self.due_at + first_after, opened=False) if self.opened else self


def intend(intents: Iterable[Intent], new: Intent, now: datetime) -> tuple[Intent, ...]:
    """Say what a flow means to send next about a subject, in place of what it said before."""
    others = (one for one in intents if not _same(one, new) and one.due_at > now - KEPT)
    return (*others, new)[-MOST_KEPT:]


def _same(one: Intent, other: Intent) -> bool:
    """Whether two intents are of one run: two flows about one subject have a place each."""
    return (one.flow, one.subject) == (other.flow, other.subject)


def outranks(one: Intent, other: Intent) -> bool:
    """Whether one message goes before another: the rank of its flow decides, and the worth within one rank.

    Amounts of different currencies, and unknown ones, cannot be compared: then whoever comes first goes first.
    """
    if one.rank != other.rank:
        return RANKS.index(one.rank) < RANKS.index(other.rank)
    if one.worth is None or other.worth is None or one.worth.currency != other.worth.currency:
        return False
    return one.worth.amount > other.worth.amount


def makes_room_until(
    intents: Iterable[Intent],
    mine: Intent,
    sends: tuple[datetime, ...],
    free_at: Callable[[datetime, tuple[datetime, ...]], datetime | None],
    now: datetime,
) -> datetime | None:
    """Until when my message waits for better ones, or None if it is in nobody's way.

    ``free_at`` says when one more message is allowed after some others. A better message is in danger if mine, sent
    now, would make it later than it is due.
    """
    waits = []
    for rival in intents:
        due = max(rival.due_at, now)
        near = now - GRACE < rival.due_at <= now + AHEAD
        if _same(rival, mine) or not near or not outranks(rival, mine):
            continue
        if free_at(due, (*sends, now)) != free_at(due, sends):
            waits.append(rival.due_at + GRACE)
    return max(waits, default=None)
