"""Look back on a day: join claims with what speaks against them, publish the counts, keep the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING

from cartback.domain.errors import TryLater
from cartback.domain.results.audit import (
    AFTER_OPT_OUT,
    AFTER_PURCHASE,
    DUPLICATE,
    IN_FLIGHT,
    NOBODY_KNOWS,
    OWNED_LINE,
    UNJUDGED,
    WITHOUT_BASIS,
    Evidence,
    audit,
)
from cartback.domain.subject import CART

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.domain.people.customer import Person
    from cartback.domain.results.audit import (
        Audit,
    )
    from cartback.ports import AuditBook, ClaimIndex, Clock, Metrics, Records

METRICS = {
    AFTER_PURCHASE: "SendsAfterPurchase",
    OWNED_LINE: "SendsAfterPurchase",
    AFTER_OPT_OUT: "SendsAfterOptOut",
    WITHOUT_BASIS: "SendsWithoutBasis",
    DUPLICATE: "DuplicateSends",
    NOBODY_KNOWS: "UnknownSends",
    IN_FLIGHT: "SendsInFlight",
    UNJUDGED: "SendsUnjudged",
}
_PER_READ = 50


@dataclass(frozen=True, slots=True)
class LookBack:
    """Judge the claims of one shop and day as the tables stand now. Changes nothing."""

    index: ClaimIndex
    records: Records
    clock: Clock

    def __call__(self, shop: str, day: date) -> Audit:
        return audit(shop, day, self._evidence(shop, day), self.clock.now())

    def _evidence(self, shop: str, day: date) -> Iterator[Evidence]:
        for claims in batched(self.index.claimed_on(shop, day), _PER_READ, strict=False):
            carts = {claim.cart_id for claim in claims if claim.subject.kind == CART}
            page = self.records.read(shop, carts=carts, persons={claim.person_id for claim in claims})
            for claim in claims:
                person, merged_at = self._person(claim, page.persons)
                cart = page.carts[claim.cart_id] if claim.subject.kind == CART else None
                yield Evidence(claim, cart, person, merged_at)

    def _person(
        self, claim: Claim, persons: dict[str, Person | None]
    ) -> tuple[Person | None, datetime | None]:
        person, merged_at = persons[claim.person_id], None
        while person is not None and person.merged_into:
            merged_at = max(filter(None, (merged_at, person.merged_at)), default=None)
            following = person.merged_into
            if following not in persons:
                persons.update(self.records.read(claim.shop, persons=[following]).persons)
            person = persons[following]
        return person, merged_at


@dataclass(frozen=True, slots=True)
class AuditDay:
    """Look back on one shop and day, publish the counts, keep the result."""

    look_back: LookBack
    book: AuditBook
    metrics: Metrics

    def __call__(self, shop: str, day: date) -> Audit:
        done = self.look_back(shop, day)
        self.book.keep(done)
        counts: Counter[str] = Counter()
        for kind, name in METRICS.items():
            counts[name] += done.counts[kind]
        for name, count in counts.items():
            self.metrics.count(name, count)
            # A metric per shop has its price: it is born when there is something to tell.
            if count:
                self.metrics.count(name, count, shop=shop)
        return done


@dataclass(frozen=True, slots=True)
class AuditShops:
    """Audit yesterday (UTC) of every shop that was ever added: a shop that left is owed silence most of all."""

    audit_day: AuditDay
    shops: Callable[[], Iterable[str]]
    clock: Clock

    def __call__(self, day: date | None = None) -> list[Audit]:
        """Give the audits. One shop that cannot be read holds up none of the others, and then surfaces."""
        day = day or self.clock.now().date() - timedelta(days=1)
        done: list[Audit] = []
        missed: list[str] = []
        for shop in self.shops():
            try:
                done.append(self.audit_day(shop, day))
            except TryLater:
                missed.append(shop)
        if missed:
            raise TryLater(f"{len(missed)} shops could not be audited: {' '.join(missed[:5])}")
        return done
