"""Collect everything that is known of one person: the answer to GDPR Art. 15 and 20, as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cartback.domain.consent.evidence import chain, shown
from cartback.domain.consent.signup import request_id_for
from cartback.domain.subject import CART, Subject
from cartback.domain.trade import ownership
from cartback.usecases.intake.replay import KEPT
from cartback.usecases.people.erase_person import person_of, rows_of
from cartback.usecases.people.mentions import mentions

if TYPE_CHECKING:
    from cartback.domain.consent.evidence import Evidence
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.cart import Cart
    from cartback.domain.trade.orders import Order
    from cartback.ports import (
        Clock,
        ConsentChains,
        Hasher,
        Ledger,
        Orders,
        RawArchive,
        Records,
        ShopAdapter,
        TableSweep,
    )


@dataclass(frozen=True, slots=True)
class ExportPerson:
    """Give the document. Raises Refused (404) for nobody. Reads the whole table of carts: rare, and complete."""

    records: Records
    ledger: Ledger
    proofs: ConsentChains
    tables: TableSweep
    orders: Orders
    shelf: RawArchive
    hasher: Hasher
    adapter: Callable[[str], ShopAdapter]
    clock: Clock

    def __call__(self, shop: str, person_id: str) -> dict[str, Any]:
        person = person_of(self.records, shop, person_id)
        now = self.clock.now()
        rows = rows_of(self.records, shop, person)
        carts = self._carts(shop, rows, person.accounts)
        orders = self.orders.of_names(shop, ownership.names_of(person))
        return _plain(
            {
                "shop": shop,
                "exported_at": now,
                "person": person,
                "blocked_addresses": self._blocks(shop, person),
                "sign_ups": self._sign_ups(shop, person),
                "consents": self._consents(shop, rows),
                "carts": [{"cart": cart, "story": self._story(shop, cart)} for cart in carts],
                "orders": orders,
                "events_of_the_shop": self._events(shop, person, carts, orders, now),
            }
        )

    def _consents(self, shop: str, rows: Collection[str]) -> list[Evidence]:
        """What the person's own chains lead to: whatever else lies there was never said by them."""
        told: list[Evidence] = []
        for person_id, row in self.records.read(shop, persons=rows).persons.items():
            found, _ = chain(self.proofs.of(shop, person_id), row.evidence_head if row is not None else "")
            told.extend(shown(entry) for entry in found)
        return told

    def _carts(self, shop: str, rows: Collection[str], accounts: Collection[str]) -> list[Cart]:
        found: list[Cart] = []
        cursor = ""
        while True:
            page, cursor = self.tables.carts(shop, cursor)
            found.extend(cart for cart in page if cart.person_id in rows or cart.account in accounts)
            if not cursor:
                return found

    def _story(self, shop: str, cart: Cart) -> list[dict[str, Any]]:
        """What was decided and sent, each message with what became of it."""
        told = []
        for line in self.ledger.story(shop, Subject(CART, cart.cart_id).timeline):
            claim_id = line.data.get("claim_id")
            claim = self.ledger.read_claim(shop, claim_id) if claim_id and line.kind == "decision" else None
            told.append({"line": line} | ({"message": claim} if claim is not None else {}))
        return told

    def _blocks(self, shop: str, person: Person) -> dict[str, str]:
        hashes = [each for each in (person.email_hash, person.phone_hash) if each]
        found = self.records.read(shop, blocks=hashes).blocks if hashes else {}
        return {address: because for address, because in found.items() if because}

    def _sign_ups(self, shop: str, person: Person) -> list[Any]:
        asked = [request_id_for(shop, alias) for alias in person.aliases]
        found = self.records.read(shop, requests=asked).requests if asked else {}
        return [row for row in found.values() if row is not None]

    def _events(
        self, shop: str, person: Person, carts: list[Cart], orders: list[Order], now: datetime
    ) -> list[dict[str, Any]]:
        known, theirs = frozenset(person.aliases), {ref for cart in carts for ref in cart.refs}
        bought = {order.order_ref for order in orders}
        told = []
        for kept in self.shelf.between(shop, now - KEPT, now + timedelta(minutes=1)):
            if mentions(
                kept,
                known,
                lambda text: self.hasher(shop, text),
                self.adapter,
                lambda refs: not theirs.isdisjoint(refs),
                lambda ref: ref in bought,
            ):
                told.append({"topic": kept.topic, "received_at": kept.received_at, "body": kept.body})
        return told


def as_json(document: dict[str, Any]) -> str:
    """The document as text that people can read."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, datetime | date) else value
