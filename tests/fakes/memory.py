"""The tables in memory: consistent reads, all-or-nothing writes guarded by versions, late time to live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cartback.domain.claims import RELEASED, Claim
from cartback.domain.consent.signup import KEPT as REQUESTS_KEPT
from cartback.domain.context import Context
from cartback.domain.errors import Conflict
from cartback.domain.messaging.due import Due
from cartback.domain.people.customer import Person
from cartback.domain.people.identity import with_account
from cartback.domain.shop.grace import BEHIND, noted_at
from cartback.domain.subject import Kind
from cartback.domain.trade.orders import Order
from cartback.domain.trade.ownership import names_of
from cartback.ports import Begun, Clock, Guard, Link, NotBlocked, RowSet, TimelineEntry
from cartback.store.tables import (
    CARTS_KEPT,
    CATALOGUE_KEPT,
    LAPSED_LINKS_KEPT,
    LEDGER_KEPT,
    PEOPLE_KEPT,
)
from cartback.store.trade.orders import kept_until

_VERSIONED = {
    "carts": CARTS_KEPT,
    "persons": PEOPLE_KEPT,
    "stock": CATALOGUE_KEPT,
    "products": CATALOGUE_KEPT,
    "requests": REQUESTS_KEPT,
}
_POINTERS = {"refs": CARTS_KEPT, "aliases": PEOPLE_KEPT, "inventory": CATALOGUE_KEPT, "blocks": None}


class MemoryTables:
    """All rows of all shops: ``rows[part][(shop, id)] = (value, expires_at)``. Rows past their time stay readable."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.rows: dict[str, dict[tuple[str, str], tuple[object, datetime | None]]] = {
            part: {}
            for part in (
                *_VERSIONED,
                *_POINTERS,
                "claims",
                "links",
                "lines",
                "evidence",
                "counts",
                "due",
                "orders",
            )
        }

    def live(self, part: str, shop: str, name: str) -> object | None:
        """A row that is not past its time."""
        row = self.rows[part].get((shop, name))
        if row is None or (row[1] is not None and row[1] <= self.clock.now()):
            return None
        return row[0]

    def put(self, part: str, shop: str, name: str, value: object, expires_at: datetime | None) -> None:
        """Write a row unconditionally."""
        self.rows[part][(shop, name)] = (value, expires_at)


class MemoryRecords:
    """The port ``Records``."""

    def __init__(self, tables: MemoryTables) -> None:
        self.tables = tables

    def read(self, shop: str, **wanted: Iterable[str]) -> RowSet:
        page = RowSet()
        for part, names in wanted.items():
            getattr(page, part).update({name: self.tables.live(part, shop, name) for name in names})
        return page

    def context(
        self,
        shop: str,
        subject_id: str,
        person_id: str | None,
        variants: Iterable[str] | None,
        kind: Kind,
    ) -> Context:
        blocks = {name: self.tables.live("blocks", shop, name) for name in kind.blocks}
        block = blocks.get("shop") or blocks.get("marketing")
        kept = self.tables.live(kind.part, shop, kind.row_of(subject_id))
        row = kind.seen(kept, subject_id) if kept is not None else None
        if row is None:
            return Context(None, None, shop_block=block)
        view, person = kind.view(row), None
        wanted = view.person_id
        while wanted is not None:
            person = self.tables.live("persons", shop, wanted)
            wanted = kind.following(row, person) if person is not None else None
        names = set() if variants is None else {*variants, *view.variants}
        names |= {kind.row_of(subject_id)} if kind.part == "stock" else set()
        stock = {name: self.tables.live("stock", shop, name) for name in names}
        known = {name: found for name, found in stock.items() if found is not None}
        behind_at = noted_at(blocks.get(BEHIND))
        account = self.tables.live("persons", shop, view.account_row) if view.account_row else None
        while account is not None and account.merged_into:
            account = self.tables.live("persons", shop, account.merged_into)
        if person is None or account is None or account.person_id == person.person_id:
            products = {name: self.tables.live("products", shop, name) for name in view.products}
            there = {name: found for name, found in products.items() if found is not None}
            orders = ()
            if kind.with_orders and person is not None:
                orders = tuple(MemoryOrders(self.tables).of_names(shop, names_of(person)))
            return Context(row, person, known, block, behind_at, products=there, orders=orders)
        return Context(row, with_account(person, account), known, block, behind_at, account, person)

    def save(self, shop: str, before: RowSet, after: RowSet) -> None:  # noqa: C901 (one transaction, told in one piece)
        now = self.tables.clock.now()
        writes = []
        for part, kept in _VERSIONED.items():
            for name, row in getattr(after, part).items():
                if row is None or row == getattr(before, part).get(name):
                    continue
                self.guard(part, shop, name, row.version)
                kept_row = replace(row, version=row.version + 1)
                if part == "persons":
                    kept_row = replace(kept_row, fresh_evidence=())
                    writes.extend(self._evidence(row))
                writes.append((part, shop, name, kept_row, now + kept))
        for part, kept in _POINTERS.items():
            for name, to in getattr(after, part).items():
                was = getattr(before, part).get(name)
                if to == was:
                    continue
                stored = self.tables.rows[part].get((shop, name))
                expired = stored is not None and stored[1] is not None and stored[1] <= now
                guarded = part != "blocks" and to is not None and stored is not None and not expired
                if guarded and stored[0] not in (was or to,):
                    raise Conflict(part)
                writes.append((part, shop, name, to, now + kept if kept else None))
        for part, where, name, value, expires_at in writes:
            if value is None:
                self.tables.rows[part].pop((where, name), None)
            else:
                self.tables.put(part, where, name, value, expires_at)

    def _evidence(self, person: Person):
        """The rows of a person's new entries; none may stand where another stands."""
        for entry in person.fresh_evidence:
            name = f"{entry.person_id}#{entry.seq:08d}#{entry.seal[:16]}"
            if (entry.shop, name) in self.tables.rows["evidence"]:
                raise Conflict("evidence")
            yield "evidence", entry.shop, name, entry, None

    def guard(self, part: str, shop: str, name: str, version: int) -> None:
        """Raise Conflict unless the row still has this version (0: is not there, or past its time)."""
        stored = self.tables.rows[part].get((shop, name))
        if version == 0:
            if stored is not None and not (stored[1] is not None and stored[1] <= self.tables.clock.now()):
                raise Conflict(part)
        elif stored is None or stored[0].version != version:
            raise Conflict(part)


class MemoryLedger:
    """The port ``Ledger``, on the same tables."""

    def __init__(self, tables: MemoryTables) -> None:
        self.tables = tables
        self.records = MemoryRecords(tables)

    def claim(
        self,
        claim: Claim,
        guards: Sequence[Guard],
        rows: RowSet,
        line: TimelineEntry,
        links: Sequence[Link] = (),
    ) -> str | None:
        shop = claim.shop
        stored = self.tables.rows["claims"].get((shop, claim.claim_id))
        if stored is not None and stored[0].state != RELEASED:
            return "claimed_before"
        failed = [guard.refusal for guard in guards if not self._holds(shop, guard)]
        if "blocked" in failed:
            return "blocked"
        if failed or not self._as_read(shop, rows):
            return "changed"
        if not self._count_of_day(claim, 1):
            return "warming_up"
        self._put_rows(shop, rows, claim.claimed_at)
        self._put_claim(claim)
        self.note(shop, claim.subject.timeline, line)
        for link in links:
            self.tables.put("links", shop, link.token_hash, link, link.expires_at + LAPSED_LINKS_KEPT)
        return None

    def mark(self, before: Claim, after: Claim, closing: RowSet | None = None) -> None:
        self._guard_claim(before)
        if closing is not None:
            if not self._as_read(after.shop, closing):
                raise Conflict("closing")
            self._put_rows(after.shop, closing, self.tables.clock.now())
        self._put_claim(after)

    def _holds(self, shop: str, guard: Guard) -> bool:
        if isinstance(guard, NotBlocked):
            because = self.tables.rows["blocks"].get((shop, guard.name))
            return because is None or because[0] in guard.but
        stored = self.tables.rows[guard.part].get((shop, guard.name))
        return stored is not None and stored[0].version == guard.version

    def _as_read(self, shop: str, rows: RowSet) -> bool:
        """Whether all of these rows still have the versions with which they were read."""
        try:
            for part, name, row in _rows_of(rows):
                self.records.guard(part, shop, name, row.version)
        except Conflict:
            return False
        return True

    def _put_rows(self, shop: str, rows: RowSet, at: datetime) -> None:
        for part, name, row in _rows_of(rows):
            self.tables.put(part, shop, name, replace(row, version=row.version + 1), at + _VERSIONED[part])

    def release(self, before: Claim, after: Claim, person: Person) -> None:
        self._guard_claim(before)
        self.records.guard("persons", person.shop, person.person_id, person.version)
        self._count_of_day(before, -1)
        self._put_claim(after)
        self._put_person(person, self.tables.clock.now())

    def read_claim(self, shop: str, claim_id: str) -> Claim | None:
        return self.tables.live("claims", shop, claim_id)

    def note(self, shop: str, subject: str, line: TimelineEntry) -> None:
        key = f"{subject}\x1f{line.at.isoformat()}#{line.kind}#{sorted(line.data.items())}"
        self.tables.put("lines", shop, key, (subject, line), line.at + LEDGER_KEPT)

    def story(self, shop: str, subject: str) -> list[TimelineEntry]:
        now = self.tables.clock.now()
        lines = [
            row[0][1]
            for (where, _), row in self.tables.rows["lines"].items()
            if where == shop and row[0][0] == subject and row[1] > now
        ]
        return sorted(lines, key=lambda line: line.at)

    def look(self, shop: str, token_hash: str) -> Link | None:
        return self.tables.live("links", shop, token_hash)

    def follow(self, shop: str, token_hash: str, at: datetime) -> Link | None:
        row = self.tables.rows["links"].get((shop, token_hash))
        if row is None:
            return None
        link = replace(row[0], uses=row[0].uses + 1)
        self.tables.put("links", shop, token_hash, link, row[1])
        return link

    def _count_of_day(self, claim: Claim, by: int) -> bool:
        """Count against the day of a sender that warms up, if it has room."""
        if claim.ceiling is None:
            return True
        day = f"warm#{claim.claimed_at.date()}"
        known = self.tables.live("counts", claim.shop, day) or 0
        if by > 0 and known >= claim.ceiling:
            return False
        self.tables.put("counts", claim.shop, day, known + by, claim.claimed_at + timedelta(days=7))
        return True

    def _guard_claim(self, before: Claim) -> None:
        stored = self.tables.rows["claims"].get((before.shop, before.claim_id))
        if stored is None or stored[0].state != before.state:
            raise Conflict("claim")

    def _put_claim(self, claim: Claim) -> None:
        self.tables.put("claims", claim.shop, claim.claim_id, claim, claim.claimed_at + LEDGER_KEPT)

    def _put_person(self, person: Person, at: datetime) -> None:
        row = replace(person, version=person.version + 1)
        self.tables.put("persons", row.shop, row.person_id, row, at + PEOPLE_KEPT)


class MemoryOrders:
    """The port ``Orders``, on the same tables."""

    def __init__(self, tables: MemoryTables) -> None:
        self.tables = tables
        self.saves = 0

    def read(self, shop: str, refs: Iterable[str]) -> dict[str, Order | None]:
        return {ref: self.tables.live("orders", shop, ref) for ref in refs}

    def save(self, shop: str, before: Mapping[str, Order | None], after: Mapping[str, Order | None]) -> None:
        now = self.tables.clock.now()
        for ref, row in after.items():
            if row is None or row == before.get(ref):
                continue
            kept = replace(row, version=row.version + 1)
            if self.tables.live("orders", shop, ref) == kept:
                continue
            MemoryRecords(self.tables).guard("orders", shop, ref, row.version)
            self.saves += 1
            self.tables.put("orders", shop, ref, kept, kept_until(row, now))

    def of_names(self, shop: str, names: Iterable[str]) -> list[Order]:
        wanted = set(names)
        refs = [ref for of, ref in self.tables.rows["orders"] if of == shop]
        rows = [row for row in self.read(shop, refs).values() if row is not None and wanted & {*row.names}]
        return sorted(rows, key=lambda row: (row.placed_at is not None, row.placed_at, row.order_ref))


def _rows_of(rows: RowSet):
    """The versioned rows of a set, each as (part, name, row)."""
    for part in _VERSIONED:
        yield from ((part, name, row) for name, row in getattr(rows, part).items())


class MemoryCounters:
    """The port ``Counters``: one count per window."""

    def __init__(self, tables: MemoryTables) -> None:
        self.tables = tables

    def count(self, shop: str, name: str, within: timedelta) -> int:
        now = self.tables.clock.now()
        window = int(now.timestamp() // within.total_seconds())
        known = self.tables.live("counts", shop, f"{name}#{window}") or 0
        self.tables.put("counts", shop, f"{name}#{window}", known + 1, now + 2 * within)
        return known + 1


class MemoryOnce:
    """The port ``IdempotencyStore``: a begun key is left to its worker for ``patience``, a done one for
    ``remembered``."""

    def __init__(self, clock: Clock, patience, remembered) -> None:
        self.clock, self.patience, self.remembered = clock, patience, remembered
        self.keys: dict[str, tuple[str, datetime]] = {}

    def begin(self, keys: Sequence[str]) -> Begun:
        now = self.clock.now()
        fresh, done, held = set(), set(), set()
        for key in keys:
            if not key:
                raise KeyError("an event without a name")
            state, until = self.keys.get(key, ("", now))
            if now < until:
                (done if state == "completed" else held).add(key)
            else:
                self.keys[key] = ("inprogress", now + self.patience)
                fresh.add(key)
        return Begun(frozenset(fresh), frozenset(done), frozenset(held))

    def complete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.keys[key] = ("completed", self.clock.now() + self.remembered)

    def abandon(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.keys.pop(key, None)


class MemoryDue:
    """The port ``DueIndex``."""

    def __init__(self, tables: MemoryTables) -> None:
        self.tables = tables

    def put(self, due: Due) -> None:
        self.tables.put("due", due.shop, _due_name(due), due, None)

    def until(self, shop: str, now: datetime) -> list[Due]:
        rows = [
            due for (of, _), (due, _) in self.tables.rows["due"].items() if of == shop and due.due_at <= now
        ]
        return sorted(rows, key=lambda due: due.due_at)

    def drop(self, dues: Sequence[Due]) -> None:
        for due in dues:
            self.tables.rows["due"].pop((due.shop, _due_name(due)), None)


def _due_name(due: Due) -> str:
    step = f"#{due.step}" if due.step else ""
    return f"{due.due_at:%Y-%m-%dT%H:%M}#{due.cart_id}#{due.generation}#{due.flow or due.fact}{step}"
