"""Collect everything that is known of one person: the answer to GDPR Art. 15 and 20, as one JSON document.

The rows are read at once; the raw events page by page, so that whoever collects can stop anywhere and go on later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from cartback.domain.consent.evidence import chain, shown
from cartback.domain.consent.signup import request_id_for
from cartback.domain.people.traces import traces
from cartback.domain.subject import CART, PERSON, SIGNUP, Subject
from cartback.domain.trade import ownership
from cartback.domain.trade.order_parts import subjects_of
from cartback.usecases.people.erase_person import person_of, rows_of
from cartback.usecases.people.mentions import hashed_trace, mentions

if TYPE_CHECKING:
    from cartback.domain.consent.evidence import Evidence
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.cart import Cart
    from cartback.ports import (
        Clock,
        ConsentChains,
        Hasher,
        Ledger,
        Orders,
        RawSweep,
        Records,
        ShopAdapter,
        TableSweep,
    )


@dataclass(frozen=True, slots=True)
class Sought:
    """By what the events of a person are told: hashes of names, references of carts, names of orders; and all of them
    as objects of raw events have them in their own names."""

    known: frozenset[str]
    refs: frozenset[str]
    orders: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class ExportPerson:
    """Give the document, as a whole or in steps. Raises Refused (404) for nobody."""

    records: Records
    ledger: Ledger
    proofs: ConsentChains
    tables: TableSweep
    orders: Orders
    raw: RawSweep
    hasher: Hasher
    adapter: Callable[[str], ShopAdapter]
    clock: Clock

    def __call__(self, shop: str, person_id: str) -> dict[str, Any]:
        cursor = self.index("")
        while cursor:
            cursor = self.index(cursor)
        document = self.rows(shop, person_id)
        sought, events = self.sought(shop, person_id), []
        while True:
            page, cursor = self.events(shop, sought, cursor)
            events.extend(page)
            if not cursor:
                return whole([document, *events])

    def index(self, cursor: str) -> str:
        """Enter a page of carts into their index, if an upgrade left any; give where the next begins, or nothing."""
        return self.tables.index(cursor, self.clock.now())

    def rows(self, shop: str, person_id: str) -> dict[str, Any]:
        """The document without the events. Complete once all carts are in the index."""
        person = person_of(self.records, shop, person_id)
        rows = rows_of(self.records, shop, person)
        carts = self._carts(shop, rows, person)
        bought = self.orders.of_names(shop, ownership.names_of(person))
        told: dict[str, Any] = _plain(
            {
                "shop": shop,
                "exported_at": self.clock.now(),
                "person": person,
                "blocked_addresses": self._blocks(shop, person),
                "sign_ups": self._sign_ups(shop, person),
                "consents": self._consents(shop, rows),
                "own_stories": {
                    about.timeline: story
                    for about in (Subject(PERSON, row) for row in rows)
                    if (story := self._story(shop, about))
                },
                "stories_of_sign_ups": {
                    about.timeline: story
                    for about in sign_ups_of(shop, person)
                    if (story := self._story(shop, about))
                },
                "carts": [
                    {"cart": cart, "story": self._story(shop, Subject(CART, cart.cart_id))} for cart in carts
                ],
                "orders": bought,
                "stories_of_orders": {
                    about.timeline: story
                    for order in bought
                    for about in subjects_of(order)
                    if (story := self._story(shop, about))
                },
            }
        )
        return told

    def sought(self, shop: str, person_id: str) -> Sought:
        """By what the person's events are told now."""
        person = person_of(self.records, shop, person_id)
        carts = self._carts(shop, rows_of(self.records, shop, person), person)
        refs = frozenset(ref for cart in carts for ref in cart.refs)
        bought = self.orders.of_names(shop, ownership.names_of(person))
        names = frozenset(name for order in bought for name in (order.order_ref, *order.payments))
        known = frozenset(person.aliases)
        found = {hashed_trace(each, lambda text: self.hasher(shop, text)) for each in traces(refs, names)}
        return Sought(known, refs, names, known | found)

    def events(self, shop: str, sought: Sought, cursor: str) -> tuple[list[dict[str, Any]], str]:
        """The events of a page of raw objects, and where the next page begins, empty at the end."""
        kept, following = self.raw.find(shop, cursor, sought.names)
        told = [
            {"id": each.key, "topic": each.topic, "received_at": each.received_at, "body": each.body}
            for each in kept
            if mentions(
                each,
                sought.known,
                lambda text: self.hasher(shop, text),
                self.adapter,
                lambda refs: not sought.refs.isdisjoint(refs),
                lambda ref: ref in sought.orders,
            )
        ]
        return [_plain(each) for each in told], following

    def _consents(self, shop: str, rows: Collection[str]) -> list[Evidence]:
        """What the person's own chains lead to: whatever else lies there was never said by them."""
        told: list[Evidence] = []
        for person_id, row in self.records.read(shop, persons=rows).persons.items():
            found, _ = chain(self.proofs.of(shop, person_id), row.evidence_head if row is not None else "")
            told.extend(shown(entry) for entry in found)
        return told

    def _carts(self, shop: str, rows: Collection[str], person: Person) -> list[Cart]:
        found = self.tables.carts_of(shop, [*rows, *person.accounts])
        return [cart for cart in found if cart.person_id in rows or cart.account in person.accounts]

    def _story(self, shop: str, about: Subject) -> list[dict[str, Any]]:
        """What was decided and sent, each message with what became of it."""
        told = []
        for line in self.ledger.story(shop, about.timeline):
            claim_id = line.data.get("claim_id")
            claim = self.ledger.read_claim(shop, claim_id) if claim_id and line.kind == "decision" else None
            told.append({"line": line} | ({"message": claim} if claim is not None else {}))
        return told

    def _blocks(self, shop: str, person: Person) -> dict[str, str]:
        told = (person.email_hash, person.phone_hash, *(each.hash for each in person.devices))
        hashes = [each for each in told if each]
        found = self.records.read(shop, blocks=hashes).blocks if hashes else {}
        return {address: because for address, because in found.items() if because}

    def _sign_ups(self, shop: str, person: Person) -> list[Any]:
        asked = [request_id_for(shop, alias) for alias in person.aliases]
        found = self.records.read(shop, requests=asked).requests if asked else {}
        return [row for row in found.values() if row is not None]


def sign_ups_of(shop: str, person: Person) -> list[Subject]:
    """The sign-ups of each name by which a person is known, whether or not a row of them is left."""
    return [Subject(SIGNUP, request_id_for(shop, alias)) for alias in person.aliases]


def whole(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The document of its rows, which come first, and of the events, each once however often it was found."""
    document, *events = parts
    each = {json.dumps(event, sort_keys=True): event for event in events}
    return {**document, "events_of_the_shop": list(each.values())}


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
