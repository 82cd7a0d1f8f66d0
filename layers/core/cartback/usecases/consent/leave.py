"""Let somebody leave: one click, effective before the next claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.consent.consent_facts import tell_said
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.people import customer
from cartback.ports import RowSet, TimelineEntry
from cartback.usecases.messaging import links

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.people.customer import Person
    from cartback.ports import Bus, Clock, Ledger, Link, Records

MOST_TRIES = 8
MOST_MOVES = 5
"""How often an account may have changed its address between a message and the leaving that it led to."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Withdraw the consent that a message's leave link stands for. Leaving twice is leaving once."""

    ledger: Ledger
    records: Records
    bus: Bus
    clock: Clock

    def look(self, token: str) -> Link | None:
        """The link, if it is good. Changes nothing: mail scanners open every address they find."""
        return links.find(self.ledger, token, "leave", self.clock.now())

    def __call__(self, token: str) -> Link | None:
        """Leave. Gives the link, or None for one that is not good. Raises TryLater if the row keeps changing."""
        now = self.clock.now()
        link = links.find(self.ledger, token, "leave", now)
        if link is None:
            return None
        for row in filter(None, (link.person_id, link.account)):
            left = self._left(link, row, now)
            for _ in range(MOST_MOVES):
                if left is None or left.moved_to is None:
                    break
                left = self._left(link, left.moved_to, now)
        return link

    def _left(self, link: Link, person_id: str, now: datetime) -> Person | None:
        """Withdraw for one mailbox; an account that has another by now has left with that one, too."""
        for _ in range(MOST_TRIES):
            person = self._person(link.shop, person_id)
            if person is None or person.erased_at is not None:
                return None
            left = customer.opt_out(person, [link.channel], f"leave_link/{link.claim_id}", now)
            if left is not person:
                try:
                    self.records.save(
                        link.shop,
                        RowSet(persons={person.person_id: person}),
                        RowSet(persons={person.person_id: left}),
                    )
                except Conflict:
                    continue
                self.ledger.note(
                    link.shop, link.about.timeline, TimelineEntry(now, "left", {"channel": link.channel})
                )
            said = left.consent(link.channel)
            if said is not None:
                self.bus.publish(tell_said(link.shop, left.person_id, said))
            return left
        raise TryLater("the row keeps changing")

    def _person(self, shop: str, wanted: str) -> Person | None:
        while True:
            person = self.records.read(shop, persons=[wanted]).persons.get(wanted)
            if person is None or person.merged_into is None:
                return person
            wanted = person.merged_into
