"""What falls due for somebody who bought, and what of it was told: as their row remembers it.

That nothing happened for so long is told by no shop. So a purchase puts an entry on the list of what is due
(``domain.messaging.due``), and when its time comes the orders are read: only then is it told, or the entry put anew
for when it may be so. Whoever has an entry needs no further one, however often they buy. Entries stay where they are
when two rows become one: both rows' are the one's then, and the last of them is worked off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

LAPSED, USED_UP = "person.lapsed", "replenishment.due"
AWAITED = (LAPSED, USED_UP)
"""The facts that fall due."""

RECKONED_AFTER = timedelta(days=1)
"""When it is reckoned after a purchase what will be used up next: the orders are in their rows by then."""
OVERDUE = timedelta(days=7)
"""An entry that was due so long ago is lost: it is waited for no more."""


@dataclass(frozen=True, slots=True)
class Wait:
    """An entry that waits: for which fact, under whose id it lies, and when. ``by`` is the event that put it there.

    What fell due up to ``since`` is told already, or was never to be.
    """

    fact: str
    about: str
    at: datetime
    since: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Lapse:
    """The latest lapse that was told: of which generation, under whose id, and when it was so.

    A generation is named by the purchase that nothing followed (``domain.trade.lapse``). A second telling of one
    lapse, under the id of a row that became one with this, would be a second story about it.
    """

    generation: int
    told_as: str
    at: datetime


def to_the_minute(at: datetime) -> datetime:
    """The minute of the list on which something is that is due then: never an earlier one."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)


def waiting_for(waits: Iterable[Wait], fact: str, until: datetime, now: datetime) -> bool:
    """Whether an entry for this fact waits that comes no later than this."""
    return any(one.fact == fact and now - OVERDUE < one.at <= until for one in waits)


def united_waits(one: Iterable[Wait], other: Iterable[Wait]) -> tuple[Wait, ...]:
    """The entries of two rows that are one."""
    return tuple(dict.fromkeys([*one, *other]))


def latest(one: Lapse | None, other: Lapse | None) -> Lapse | None:
    """The lapse that counts of two rows that are one: the later; of one and the same, the first row's."""
    if one is None or other is None:
        return one or other
    return other if other.generation > one.generation else one
