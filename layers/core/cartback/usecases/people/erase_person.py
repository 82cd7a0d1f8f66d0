"""Forget somebody because an operator was asked to: the same as the shop's own word for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback import subjects
from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.domain.observations import CustomerErased, ShopErased
from cartback.domain.people.customer import person_id_for
from cartback.domain.people.identity import number_id
from cartback.usecases.intake import forgetting
from cartback.usecases.intake.fold import Fold
from cartback.usecases.intake.rows import copied, page_about

if TYPE_CHECKING:
    from cartback.domain.observations import Contact
    from cartback.domain.people.customer import Person
    from cartback.ports import Bus, Clock, DueIndex, Hasher, Records, RowSet

MOST_TRIES = 8
BY_HAND = "operator"


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Forget in the rows, and tell it, which starts the sweep of the rest. Raises TryLater if rows keep changing."""

    records: Records
    hasher: Hasher
    bus: Bus
    clock: Clock
    due: Callable[[], DueIndex] | None = None

    def by_contact(self, shop: str, contact: Contact) -> list[str]:
        """Forget whoever has this address or number, whether we know them or not. Gives the ids of persons.

        Raises Refused (409) for a number that several people share: which of them is meant, only an address can say.
        """
        for _ in range(MOST_TRIES):
            one_of(self.records, self.hasher, shop, contact)
            seen = CustomerErased(contact, self.clock.now())
            before = page_about(self.records, self.hasher, shop, [seen], thoroughly=True)
            fold = self._fold(shop, before)
            fold.apply(seen, BY_HAND)
            if self._saved(before, fold):
                return [str(fact.data["person_id"]) for fact in fold.facts]
        raise TryLater("the rows keep changing")

    def by_id(self, shop: str, person_id: str) -> list[str]:
        """Forget a person, under whatever row they are known now. Raises Refused (404) for nobody."""
        for _ in range(MOST_TRIES):
            person = person_of(self.records, shop, person_id)
            before = self.records.read(
                shop,
                persons=[person.person_id],
                aliases=(*person.aliases, *(each.hash for each in person.devices)),
                blocks=[person.email_hash] if person.email_hash else [],
                **{kind.part: kind.of_person(person) for kind in subjects.with_people()},
            )
            owners = {
                owner
                for kind in subjects.with_people()
                for row in getattr(before, kind.part).values()
                if row is not None and (owner := kind.view(row).person_id)
            }
            before.persons.update(self.records.read(shop, persons=owners - before.persons.keys()).persons)
            fold = self._fold(shop, before)
            row = before.persons[person.person_id]
            if row is not None:
                forgetting.forget(fold, [row], fold.now, BY_HAND)
            if self._saved(before, fold):
                return [person.person_id]
        raise TryLater("the rows keep changing")

    def everybody(self, shop: str) -> None:
        """Forget everybody of a shop: nobody is written to any more, and the sweep takes the rows away."""
        before = self.records.read(shop, blocks=["shop"])
        fold = self._fold(shop, before)
        fold.apply(ShopErased(fold.now), BY_HAND)
        if not self._saved(before, fold):
            raise TryLater("the rows keep changing")

    def _fold(self, shop: str, before: RowSet) -> Fold:
        return Fold(shop, copied(before), self.clock.now(), lambda text: self.hasher(shop, text))

    def _saved(self, before: RowSet, fold: Fold) -> bool:
        try:
            self.records.save(fold.shop, before, fold.page)
        except Conflict:
            return False
        if self.due is not None and fold.unlisted:
            self.due().drop(fold.unlisted)
        self.bus.publish(fold.facts)
        return True


def one_of(records: Records, hasher: Hasher, shop: str, contact: Contact) -> None:
    """Check that a contact means one person. Raises Refused (409) for a number alone that several people share."""
    if contact.email or contact.customer_ref or not contact.phone:
        return
    number = number_id(shop, hasher(shop, f"phone:{contact.phone}"))
    row = records.read(shop, persons=[number]).persons[number]
    if row is not None and len(row.beside) > 1:
        raise Refused("several people share this number: name the address of the one who is meant", 409)


def rows_of(records: Records, shop: str, person: Person) -> list[str]:
    """The ids of all rows that are this person: their own, and those that were merged into it.

    A merged row bears the id that its first name gave it, and all its names went to the person.
    """
    named = {*person.merged_from, *(person_id_for(shop, name) for name in person.aliases)} - {
        person.person_id
    }
    found = records.read(shop, persons=sorted(named)).persons if named else {}
    into = {i: row.merged_into for i, row in found.items() if row is not None and row.merged_into}
    mine = {person.person_id}
    while more := {i for i, winner in into.items() if winner in mine} - mine:
        mine |= more
    return sorted(mine)


def person_of(records: Records, shop: str, person_id: str) -> Person:
    """The person of this id, or the one that the row was merged into. Raises Refused (404) for nobody."""
    wanted = person_id
    while True:
        person = records.read(shop, persons=[wanted]).persons[wanted]
        if person is None:
            raise Refused(f"person: {shop} knows nobody by {person_id}", 404)
        if person.merged_into is None:
            return person
        wanted = person.merged_into
