"""Why an address gets nothing, and for how long: a block ends where its reason ends.

Whoever complained, or has no mailbox any more, stays blocked. A mailbox that was full, and an address that the provider
refuses because of a list of its own, are tried again: mailboxes are emptied, and entries of such lists are taken off.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cartback.domain.channels import EMAIL
from cartback.domain.people.stop import Stop

if TYPE_CHECKING:
    from cartback.domain.people.person import Person

OFTEN, LISTED, COMPLAINED, GONE = "bounced_often", "suppressed", "complained", "bounced"
FOR_NOW = frozenset({OFTEN, LISTED})
"""Reasons that end by themselves. They stand in the person's row alone; rows of addresses are for what lasts."""

SHOP_WIDE = ("shop", "marketing")
"""What stands in place of an address where everybody of a shop is meant."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
RECHECKED_AFTER = timedelta(days=30)
"""When an address is tried again that the provider refused by its list; a block without an end of its own ends then."""


def lasts(because: str | None) -> bool:
    """Whether a reason holds until an operator says otherwise."""
    return because is not None and because not in FOR_NOW


def ends_at(person: Person) -> datetime | None:
    """When the block of a person ends by itself; None for one that lasts, and where there is none."""
    if person.blocked not in FOR_NOW:
        return None
    since = person.blocked_recorded_at
    return person.blocked_until or (since + RECHECKED_AFTER if since else _LONG_AGO)


def reason_at(person: Person, at: datetime, channel: str = EMAIL) -> str | None:
    """Why nothing may be sent to a person on a channel at an instant, or None.

    ``blocked`` is about the mailbox: where that is gone, a telephone is not. A complaint is the person's and holds on
    every channel.
    """
    if channel == EMAIL:
        until = ends_at(person)
        return person.blocked if until is None or at < until else None
    if person.blocked == COMPLAINED:
        return COMPLAINED
    stop = person.stops.get(channel)
    return stop.because if stop is not None and (stop.until is None or at < stop.until) else None


def recorded_at(person: Person, channel: str) -> datetime | None:
    """Since when, by our own clock, we knew of what ``reason_at`` gives for a channel."""
    if channel == EMAIL or person.blocked == COMPLAINED:
        return person.blocked_recorded_at
    return person.stops[channel].recorded_at if channel in person.stops else None


def on_channel(
    person: Person, channel: str, because: str, now: datetime, until: datetime | None = None
) -> Person:
    """The person blocked on one channel, ``until`` an instant or without end; a complaint, on all of them."""
    if channel == EMAIL or because == COMPLAINED:
        return blocked(person, because, now, until)
    known = person.stops.get(channel)
    if known is not None and lasts(known.because):
        return person
    return replace(person, stops={**person.stops, channel: Stop(because, now, until)})


def lifted_on(person: Person, channel: str, because: str) -> Person:
    """The person once a reason has ended on a channel."""
    if channel == EMAIL or because == COMPLAINED:
        return lifted(person, because)
    known = person.stops.get(channel)
    if known is None or known.because != because:
        return person
    return replace(person, stops={name: stop for name, stop in person.stops.items() if name != channel})


def blocked(person: Person, because: str, now: datetime | None, until: datetime | None) -> Person:
    """The person blocked, ``until`` an instant or without end; what lasts outweighs what ends by itself.

    A reason that ends by itself, told without its end, stands in a row of an address that earlier versions wrote.
    """
    if lasts(person.blocked) or (because in FOR_NOW and until is None):
        return person
    return replace(person, blocked=because, blocked_recorded_at=now, blocked_until=until)


def lifted(person: Person, because: str) -> Person:
    """The person once a reason has ended."""
    if person.blocked != because:
        return person
    return replace(person, blocked=None, blocked_recorded_at=None, blocked_until=None)


def united(winner: Person, loser: Person, now: datetime | None) -> dict[str, Any]:
    """The block of two rows that turn out to be one person: what lasts before what ends, the later end of two."""
    graver = max(
        (winner, loser),
        key=lambda one: (lasts(one.blocked), one.blocked is not None, one.blocked_until or _LONG_AGO),
    )
    return {
        "blocked": graver.blocked,
        "blocked_recorded_at": winner.blocked_recorded_at
        if graver is winner
        else now
        if graver.blocked
        else None,
        "blocked_until": graver.blocked_until,
        "stops": _stops_of_both(winner, loser),
    }


def _stops_of_both(winner: Person, loser: Person) -> dict[str, Stop]:
    """The stop of each channel, of two the one that lasts longer."""

    def graver(channel: str) -> Stop:
        found: list[Stop] = [one.stops[channel] for one in (winner, loser) if channel in one.stops]
        return max(found, key=lambda stop: (stop.until is None, stop.until or _LONG_AGO))

    return {channel: graver(channel) for channel in sorted({*winner.stops, *loser.stops})}
