"""The tables in memory: consistent reads, all-or-nothing writes guarded by versions, late time to live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cartback.domain.claims import RELEASED, Claim
from cartback.domain.consent.signup import KEPT as REQUESTS_KEPT
from cartback.domain.consent.signup import SignUp
from cartback.domain.context import Context
from cartback.domain.errors import Conflict
from cartback.domain.messaging.due import Due
from cartback.domain.people.customer import Person
from cartback.domain.people.identity import following, with_account
from cartback.domain.people.suppression import FOR_NOW
from cartback.domain.shop.grace import BEHIND, noted_at
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.orders import Order
from cartback.ports import Begun, Clock, Link, RowSet, TimelineEntry
from cartback.store.tables import (
    CARTS_KEPT,
    CATALOGUE_KEPT,
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
        self, shop: str, cart_id: str, person_id: str | None, variants: Iterable[str] | None
    ) -> Context:
        block = self.tables.live("blocks", shop, "shop") or self.tables.live("blocks", shop, "marketing")
        cart = self.tables.live("carts", shop, cart_id)
        if cart is None:
            return Context(None, None, shop_block=block)
        person = self.tables.live("persons", shop, cart.person_id) if cart.person_id else None
        while person is not None and (into := following(cart, person)) is not None:
            person = self.tables.live("persons", shop, into)
        names = () if variants is None else {*variants, *(item.variant_id for item in cart.items)}
        stock = {name: self.tables.live("stock", shop, name) for name in names}
        known = {name: row for name, row in stock.items() if row is not None}
        behind_at = noted_at(self.tables.live("blocks", shop, BEHIND))
        account = self.tables.live("persons", shop, cart.account_row) if cart.account_row else None
        while account is not None and account.merged_into:
            account = self.tables.live("persons", shop, account.merged_into)
        if person is None or account is None or account.person_id == person.person_id:
            return Context(cart, person, known, block, behind_at)
        return Context(cart, with_account(person, account), known, block, behind_at, account, person)

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
        self, claim: Claim, context: Context, person: Person, line: TimelineEntry, links: Sequence[Link]
    ) -> str | None:
        shop = claim.shop
        stored = self.tables.rows["claims"].get((shop, claim.claim_id))
        if stored is not None and stored[0].state != RELEASED:
            return "claimed_before"
        blocks = self.tables.rows["blocks"]
        of_address = blocks.get((shop, claim.address_hash), ("suppressed", None))[0]
        if of_address not in FOR_NOW or any((shop, name) in blocks for name in ("shop", "marketing")):
            return "blocked"
        cart = self.tables.rows["carts"].get((shop, context.cart.cart_id))
        if cart is None or cart[0].version != context.cart.version:
            return "changed"
        people = [person, *([context.account] if context.account is not None else [])]
        try:
            for row in people:
                self.records.guard("persons", shop, row.person_id, row.version)
        except Conflict:
            return "changed"
        if not self._count_of_day(claim, 1):
            return "warming_up"
        counted = replace(context.cart, version=context.cart.version + 1)
        self.tables.put("carts", shop, counted.cart_id, counted, claim.claimed_at + CARTS_KEPT)
        for row in people:
            self._put_person(row, claim.claimed_at)
        self._put_claim(claim)
        self.note(shop, claim.subject.timeline, line)
        for link in links:
            self.tables.put("links", shop, link.token_hash, link, link.expires_at)
        return None

    def claim_alone(
        self, claim: Claim, request: SignUp, line: TimelineEntry, links: Sequence[Link]
    ) -> str | None:
        stored = self.tables.rows["claims"].get((claim.shop, claim.claim_id))
        if stored is not None and stored[0].state != RELEASED:
            return "claimed_before"
        blocks = self.tables.rows["blocks"]
        because = blocks.get((claim.shop, claim.address_hash), ("opted_out", None))[0]
        if because not in FOR_NOW | {"opted_out"} or (claim.shop, "shop") in blocks:
            return "blocked"
        stored_request = self.tables.rows["requests"].get((claim.shop, request.request_id))
        if stored_request is None or stored_request[0].version != request.version:
            return "changed"
        self._put_claim(claim)
        self.note(claim.shop, claim.subject.timeline, line)
        for link in links:
            self.tables.put("links", claim.shop, link.token_hash, link, link.expires_at)
        return None

    def mark(self, before: Claim, after: Claim, closing: Cart | None = None) -> None:
        self._guard_claim(before)
        if closing is not None:
            self.records.guard("carts", closing.shop, closing.cart_id, closing.version)
            row = replace(closing, version=closing.version + 1)
            self.tables.put("carts", row.shop, row.cart_id, row, self.tables.clock.now() + CARTS_KEPT)
        self._put_claim(after)

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
    return f"{due.due_at:%Y-%m-%dT%H:%M}#{due.cart_id}#{due.generation}#{due.flow}"
