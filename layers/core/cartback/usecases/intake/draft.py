"""The rows of one pass over observations as they will be saved, and what is to be told with them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.facts import tell
from cartback.domain.goods.catalogue import usual_limits
from cartback.domain.people import customer
from cartback.domain.people.person import Person

if TYPE_CHECKING:
    from cartback.domain.facts import Fact
    from cartback.domain.goods.catalogue import Limits
    from cartback.domain.messaging.due import Due
    from cartback.ports import RowSet
    from cartback.usecases.intake.record_trade import Buyer


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody wrote back: the name of their message, who it was, and the cart that it may be about."""

    ref: str
    person_id: str
    cart_id: str | None


@dataclass(slots=True)
class Draft:
    """What a pass over observations has made of its rows so far.

    ``page`` is changed in place; ``facts`` collects what to tell.
    ``old_news`` are the causes that tell of what happened before anybody listened, or tell it once more. ``buyers``
    collects whose the orders are that were told of, for the record of trade. ``expects`` are the facts that fall due
    so long after a purchase; ``listed`` and ``unlisted`` collect the entries of what is due that begin and end with
    these rows; ``limits`` are those at which somebody wants to hear of a variant's stock. ``answers`` collects who
    wrote back to the shop.
    """

    shop: str
    page: RowSet
    now: datetime
    hashed: Callable[[str], str]
    facts: list[Fact] = field(default_factory=list)
    old_news: Container[str] = ()
    buyers: dict[str, Buyer] = field(default_factory=dict)
    expects: Mapping[str, timedelta] = field(default_factory=dict)
    listed: list[Due] = field(default_factory=list)
    unlisted: list[Due] = field(default_factory=list)
    limits: Limits = usual_limits
    answers: list[Answered] = field(default_factory=list)

    def tell(self, name: str, at: datetime, *same: object, **data: object) -> None:
        """Remember a fact to be told once the rows are saved."""
        self.facts.append(tell(name, self.shop, at, *same, **data))

    def known_as(self, names: Iterable[str]) -> list[Person]:
        """Everybody to whom one of these names (hashes) leads, by id."""
        found = filter(None, (self.person(self.page.aliases.get(name)) for name in names))
        return sorted({person.person_id: person for person in found}.values(), key=lambda one: one.person_id)

    def stranger(self, name: str) -> Person:
        """A new person; its row may be that of somebody who was forgotten, or whose pointer has ended."""
        person_id = customer.person_id_for(self.shop, name)
        before = self.page.persons.get(person_id)
        if before is None:
            return Person(self.shop, person_id)
        if name in before.aliases and before.erased_at is None and not before.merged_into:
            return before  # only the pointer has ended: what they said has not
        return Person(self.shop, person_id, version=before.version, **customer.chain(before))

    def person(self, person_id: str | None) -> Person | None:
        """The person of this id, or the one that the row was merged into."""
        person = self.page.persons.get(person_id) if person_id else None
        while person is not None and person.merged_into:
            person = self.page.persons.get(person.merged_into)
        return person

    def keep(self, person: Person | None) -> None:
        """Let a row be as it is given, on the page that is saved."""
        if person is not None:
            self.page.persons[person.person_id] = person
