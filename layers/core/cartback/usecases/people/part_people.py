"""Part people whom an earlier version made one, and say of each open cart whose it is, from the events that are kept.

Until then a row of that time is used for nothing: whoever might read somebody else's cart is not written to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.domain.observations import CartSeen, CustomerSeen, OrderSeen
from cartback.domain.people.identity import belongs, following
from cartback.usecases.intake.fold import Fold
from cartback.usecases.intake.replay import KEPT
from cartback.usecases.intake.rows import copied, page_about

if TYPE_CHECKING:
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.cart import Cart
    from cartback.ports import Clock, Delivery, Hasher, RawArchive, Records, RowSet, ShopAdapter, TableSweep

MOST_TRIES = 8


@dataclass(slots=True)
class Parted:
    """What was found, by ids: which rows held several mailboxes, which carts are known to be whose by now, and which
    open carts nobody can tell that of, since the events that named their owners are kept no more."""

    events: int = 0
    people: set[str] = field(default_factory=set)
    carts: set[str] = field(default_factory=set)
    in_doubt: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PartPeople:
    """Look through a shop's kept events (14 days). Changes rows only if ``apply`` says so, and tells no facts.

    Doing it again changes nothing more. Raises TryLater if rows keep changing.
    """

    records: Records
    tables: TableSweep
    shelf: RawArchive
    hasher: Hasher
    adapter: Callable[[str], ShopAdapter]
    clock: Clock

    def __call__(self, shop: str, *, apply: bool = False) -> Parted:
        now = self.clock.now()
        found = Parted()
        for kept in self.shelf.between(shop, now - KEPT, now + timedelta(minutes=1)):
            for seen in self._said(kept):
                found.events += 1
                self._part(shop, seen, found, apply)
        found.in_doubt = sorted(
            cart.cart_id for cart in self._doubtful(shop) if cart.cart_id not in found.carts
        )
        return found

    def _said(self, kept: Delivery) -> Iterator[CartSeen | OrderSeen | CustomerSeen]:
        try:
            seen = self.adapter(kept.platform).observe(kept) or []
        except Refused as refusal:
            seen = list(refusal.despite)
        for one in seen:
            if isinstance(one, CartSeen | OrderSeen | CustomerSeen) and one.contact.aliases():
                yield one

    def _part(self, shop: str, seen: CartSeen | OrderSeen | CustomerSeen, found: Parted, apply: bool) -> None:
        for _ in range(MOST_TRIES):
            before = page_about(self.records, self.hasher, shop, [seen])
            fold = Fold(shop, copied(before), self.clock.now(), lambda text: self.hasher(shop, text))
            fold.identify(seen, "parted")
            if apply:
                try:
                    self.records.save(shop, before, fold.page)
                except Conflict:
                    continue
            found.people.update(_mixed(before, fold.page))
            found.carts.update(_settled(before, fold.page))
            return
        raise TryLater("the rows keep changing")

    def _doubtful(self, shop: str) -> Iterator[Cart]:
        cursor = ""
        while True:
            page, cursor = self.tables.carts(shop, cursor)
            owned = [(cart.person_id, cart) for cart in page if cart.is_open and cart.person_id is not None]
            people = self._people(shop, {owner for owner, _ in owned})
            for owner, cart in owned:
                person = people.get(owner)
                while person is not None and (into := following(cart, person)) is not None:
                    person = self._people(shop, {into})[into]
                if person is None or (person.reachable and not belongs(cart, person)):
                    yield cart
            if not cursor:
                return

    def _people(self, shop: str, ids: set[str]) -> dict[str, Person | None]:
        return self.records.read(shop, persons=sorted(ids)).persons if ids else {}


def _mixed(before: RowSet, after: RowSet) -> set[str]:
    """Rows that lost a name to a row of its own."""
    return {
        i
        for i, row in after.persons.items()
        if row is not None
        and (old := before.persons.get(i)) is not None
        and set(old.aliases) - set(row.aliases)
    }


def _settled(before: RowSet, after: RowSet) -> set[str]:
    """Carts of which it is known now with which names they were told."""
    return {
        i
        for i, row in after.carts.items()
        if row is not None
        and (old := before.carts.get(i)) is not None
        and (old.address_hash, old.account) == (None, None) != (row.address_hash, row.account)
    }
