"""Tables in memory that tell the season what the house writes into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cartback.domain.claims import RELEASED, Claim
from cartback.domain.messaging.due import Due
from cartback.domain.people.customer import Person
from cartback.domain.subject import CART, ORDER
from cartback.ports import Guard, Link, RowSet, TimelineEntry
from tests.fakes.memory import MemoryDue, MemoryLedger, MemoryTables

if TYPE_CHECKING:
    from tests.simulation.season import Season


class WitnessedLedger(MemoryLedger):
    """The ledger in memory; tells the season what was claimed and what was decided."""

    def __init__(self, tables: MemoryTables, season: Season) -> None:
        super().__init__(tables)
        self._season = season

    def claim(
        self,
        claim: Claim,
        guards: Sequence[Guard],
        rows: RowSet,
        line: TimelineEntry,
        links: Sequence[Link] = (),
    ) -> str | None:
        refused = super().claim(claim, guards, rows, line, links)
        if refused is None and claim.subject.kind in (CART, ORDER):
            self._season.claimed(claim, rows.persons[claim.person_id].email)
        elif refused is None:
            self._season.asked(claim)
        return refused

    def mark(self, before: Claim, after: Claim, closing: RowSet | None = None) -> None:
        super().mark(before, after, closing)
        if after.state == RELEASED:
            self._season.claims.settle(after.shop, after.claim_id)

    def release(self, before: Claim, after: Claim, person: Person) -> None:
        super().release(before, after, person)
        self._season.claims.settle(after.shop, after.claim_id)

    def note(self, shop: str, subject: str, line: TimelineEntry) -> None:
        super().note(shop, subject, line)
        self._season.decided(shop, subject, line)


class WitnessedDue(MemoryDue):
    """The list in memory; tells the season when a sweep is worth playing."""

    def __init__(self, tables: MemoryTables, season: Season) -> None:
        super().__init__(tables)
        self._season = season

    def put(self, due: Due) -> None:
        super().put(due)
        self._season.jobs.listed(due)
