"""When a person is left in peace: the law's hours and the shop's, on every wall clock that the person may look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cartback.domain.consent.jurisdiction import PACKS
from cartback.domain.messaging.timing import QuietHours, after_all_quiet, until_quiet
from cartback.domain.people.customer import Person
from cartback.domain.people.zones import countries_of, plausible
from cartback.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Opening:
    """The first instant that is allowed, and the zones on whose walls it is.

    ``common`` is False where the zones that are plausible share no allowed hour, and some had to be left out.
    """

    at: datetime
    zones: tuple[str, ...]
    common: bool = True


def opening(instant: datetime, person: Person, channel: str, policy: Policy) -> Opening:
    """The first instant at or after ``instant`` at which a message may reach this person on this channel.

    It must be allowed everywhere: the shop's hours and the law's together, in every plausible zone. Where there is no
    such hour, evidence is given up step by step (``zones.plausible``), and at last the shop's hours too: in its own
    zone the law alone decides, because a message that could never go would be dropped silently.
    """
    law = legal(person, channel, policy)
    own = (policy.quiet,) if policy.quiet is not None else ()
    groups = plausible(person.country, person.region, person.phone, policy.time_zone)
    for number, group in enumerate(groups):
        at = after_all_quiet(instant, map(ZoneInfo, group), (*own, *law))
        if at is not None:
            return Opening(at, group, common=number == 0)
    shop = (policy.time_zone,)
    at = after_all_quiet(instant, map(ZoneInfo, shop), law)
    return Opening(at or instant, shop, common=False)


def closing(instant: datetime, person: Person, channel: str, policy: Policy) -> datetime | None:
    """When the first quiet hours begin after an instant that is allowed; None where there are none.

    What is sent may lie at a carrier for hours: it must not ring then. The walls are those on which the instant was
    allowed.
    """
    found = opening(instant, person, channel, policy)
    own = (policy.quiet,) if policy.quiet is not None and (found.common or len(found.zones) > 1) else ()
    hours = (*own, *legal(person, channel, policy))
    ends = (until_quiet(found.at, ZoneInfo(zone), each) for zone in found.zones for each in hours)
    return min((end for end in ends if end is not None), default=None)


def legal(person: Person, channel: str, policy: Policy) -> tuple[QuietHours, ...]:
    """The hours that the law of the shop's market wants quiet, and of every market that the person may be in."""
    places = {person.country, *countries_of(person.phone)}
    packs = [
        pack for pack in PACKS.values() if pack.name == policy.pack or places.intersection(pack.countries)
    ]
    return tuple(dict.fromkeys(pack.quiet[channel][0] for pack in packs if channel in pack.quiet))
