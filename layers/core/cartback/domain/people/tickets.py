"""What somebody asked the shop's people or complained of, as a helpdesk tells it: whether it still waits for an answer.

Whoever waits for one is not advertised to (CON-14). A ticket's words arrive in any order, so the latest of them holds;
of two of one instant, the one that says that it is open does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

OPENED, CLOSED = "opened", "closed"
MOST_TICKETS = 20
CLOSED_KEPT = timedelta(days=30)
"""How long a closed ticket is remembered, so that an older word which comes late does not open it again."""
OPEN_COUNTS = timedelta(days=180)
"""How long an open ticket counts since its last word: helpdesks keep tickets open that nobody works on any more."""
ANSWER = "answer:"
"""How the name of a ticket begins that is an answer to a message of the shop's: nobody tells when that is over."""
ANSWER_COUNTS = timedelta(days=3)
"""How long such a one counts: the day in which the shop may write back freely, and two for the person to think."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it is known: the latest word of it, and when that was so (the helpdesk's clock)."""

    ref: str
    at: datetime
    is_open: bool
    order_ref: str | None = None

    @property
    def ends_at(self) -> datetime:
        """Until when it counts while nobody says that it is closed."""
        return self.at + (ANSWER_COUNTS if self.ref.startswith(ANSWER) else OPEN_COUNTS)

    def waits(self, now: datetime) -> bool:
        """Whether somebody waits for an answer to it."""
        return self.is_open and now < self.ends_at


def told(tickets: Iterable[Ticket], word: Ticket, now: datetime) -> tuple[Ticket, ...]:
    """The tickets of somebody with one word more. Repeated and older words change nothing."""
    return united(tickets, (word,), now)


def united(one: Iterable[Ticket], other: Iterable[Ticket], now: datetime | None = None) -> tuple[Ticket, ...]:
    """The tickets of two rows, each once, by its latest word; with ``now``, without what is over.

    Of too many the open ones stay, the latest first.
    """
    latest: dict[str, Ticket] = {}
    for ticket in (*one, *other):
        known = latest.get(ticket.ref)
        if known is None or (ticket.at, ticket.is_open) > (known.at, known.is_open):
            order = ticket.order_ref or (known.order_ref if known is not None else None)
            latest[ticket.ref] = Ticket(ticket.ref, ticket.at, ticket.is_open, order)
    kept = [ticket for ticket in latest.values() if now is None or not _is_over(ticket, now)]
    kept.sort(key=lambda ticket: (ticket.is_open, ticket.at, ticket.ref))
    return tuple(kept[-MOST_TICKETS:])


def waiting(tickets: Iterable[Ticket], now: datetime, order_ref: str | None = None) -> Ticket | None:
    """A ticket that waits for an answer; with ``order_ref``, one of that order or of none in particular."""
    for ticket in tickets:
        if ticket.waits(now) and (order_ref is None or ticket.order_ref in (None, order_ref)):
            return ticket
    return None


def _is_over(ticket: Ticket, now: datetime) -> bool:
    return now >= (ticket.ends_at if ticket.is_open else ticket.at + CLOSED_KEPT)
