"""Let somebody leave: one click, effective before the next claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain import customer
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.saying import tell_said
from cartback.ports import Line, Page
from cartback.usecases import links

if TYPE_CHECKING:
    from cartback.domain.customer import Person
    from cartback.ports import Bus, Clock, Ledger, Link, Records

MOST_TRIES = 8


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
        source = f"leave_link/{link.claim_id}"
        for _ in range(MOST_TRIES):
            person = self._person(link)
            if person is None or person.erased_at is not None:
                return link
            left = customer.opt_out(person, [link.channel], source, now)
            if left is not person:
                try:
                    self.records.save(
                        link.shop,
                        Page(persons={person.person_id: person}),
                        Page(persons={person.person_id: left}),
                    )
                except Conflict:
                    continue
                self.ledger.note(
                    link.shop, f"cart#{link.cart_id}", Line(now, "left", {"channel": link.channel})
                )
            self.bus.publish(tell_said(link.shop, left.person_id, left.consent(link.channel)))
            return link
        raise TryLater("the row keeps changing")

    def _person(self, link: Link) -> Person | None:
        wanted = link.person_id
        while True:
            person = self.records.read(link.shop, persons=[wanted]).persons.get(wanted)
            if person is None or person.merged_into is None:
                return person
            wanted = person.merged_into
