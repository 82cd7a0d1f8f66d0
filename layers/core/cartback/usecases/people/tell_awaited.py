"""Tell what fell due for somebody: read their orders freshly, and tell it if it is so, or ask again when it may be.

An entry of the list only wakes. What it amounts to is written into the person's row before it is told, and the entry
leaves row and list last: whoever dies in between tells the same once more, under the same ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cartback.domain.errors import Conflict
from cartback.domain.messaging.due import entry_of
from cartback.domain.people import awaited
from cartback.domain.people.awaited import LAPSED, Wait, to_the_minute
from cartback.domain.trade import lapse
from cartback.domain.trade.ownership import names_of
from cartback.ports import RowSet

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from cartback.domain.messaging.due import Due
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.lapse import Verdict
    from cartback.ports import Bus, Clock, DueIndex, Orders, Records


@dataclass(frozen=True, slots=True)
class TellAwaited:
    """Work off one entry. Answers whether it is done with; if not, it stays on the list and comes again.

    ``expects`` are the facts that the shop wants told; what it does not want any more is let go of. Raises TryLater if
    a store cannot be reached.
    """

    records: Records
    orders: Orders
    index: DueIndex
    bus: Bus
    clock: Clock

    def __call__(self, due: Due, expects: Mapping[str, timedelta]) -> bool:
        now = self.clock.now()
        person = self._living(due.shop, due.cart_id)
        while person is not None and not (mine := _of_entry(person, due)):
            person = self._living(due.shop, person.moved_to) if person.moved_to is not None else None
        if person is None:
            return True
        rest = tuple(wait for wait in person.waits if wait not in mine)
        if due.fact not in expects or awaited.waiting_for(rest, due.fact, now, now):
            return self._saved(person, replace(person, waits=rest))
        return self._told(person, rest, mine[0], expects[due.fact], now)

    def _told(
        self, person: Person, rest: tuple[Wait, ...], mine: Wait, after: timedelta, now: datetime
    ) -> bool:
        orders = self.orders.of_names(person.shop, names_of(person))
        verdict: Verdict
        if mine.fact == LAPSED:
            verdict = lapse.lapsed(person, orders, after, now)
        else:
            verdict = lapse.used_up(person, orders, mine.since, now)
        if verdict.lapse is not None and verdict.lapse != person.lapse:
            known = replace(person, lapse=verdict.lapse)
            if not self._saved(person, known):
                return False
            person = replace(known, version=known.version + 1)
        at = to_the_minute(verdict.again_at) if verdict.again_at is not None else None
        if at is not None and not awaited.waiting_for(rest, mine.fact, at, now):
            again = Wait(mine.fact, person.person_id, at, now)
            self.index.put(entry_of(person.shop, again))
            rest = (*rest, again)
        if verdict.facts:
            self.bus.publish(verdict.facts)
        return self._saved(person, replace(person, waits=rest))

    def _saved(self, before: Person, after: Person) -> bool:
        """Write the row; False if it changed since it was read."""
        rows = (RowSet(persons={before.person_id: row}) for row in (before, after))
        try:
            self.records.save(before.shop, *rows)
        except Conflict:
            return False
        return True

    def _living(self, shop: str, wanted: str) -> Person | None:
        """The row of this id, or the one that it was merged into; None for nobody, and for who was forgotten."""
        while True:
            person = self.records.read(shop, persons=[wanted]).persons[wanted]
            if person is None or person.erased_at is not None:
                return None
            if person.merged_into is None:
                return person
            wanted = person.merged_into


def _of_entry(person: Person, due: Due) -> list[Wait]:
    """What of a row is about this entry; nothing for one that was left behind."""
    entry = (due.fact, due.cart_id, due.due_at)
    return [wait for wait in person.waits if (wait.fact, wait.about, wait.at) == entry]
