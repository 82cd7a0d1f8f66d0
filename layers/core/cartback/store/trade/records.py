"""Carts, people and stock in DynamoDB: consistent reads, and writes that hold only if nobody was quicker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cartback.domain.context import Context
from cartback.domain.goods.catalogue import Product, Stock
from cartback.domain.people.customer import Person
from cartback.domain.people.identity import with_account
from cartback.domain.people.suppression import SHOP_WIDE
from cartback.domain.shop.grace import BEHIND, noted_at
from cartback.domain.trade.cart import Cart
from cartback.ports import RowSet
from cartback.store.blocks import MOST_TRIES, block_key, only_met_others, put_block
from cartback.store.codec import decode, encode, expires, is_expired, number, packed, text
from cartback.store.errors import translated
from cartback.store.pointers import pointer
from cartback.store.splitting import in_transactions
from cartback.store.tables import (
    CARTS_KEPT,
    CATALOGUE_KEPT,
    LEDGER_KEPT,
    ORDER_ROW,
    PEOPLE_KEPT,
    alias_key,
    cart_key,
    evidence_key,
    get_all,
    inventory_key,
    order_key,
    owned_by,
    person_key,
    product_key,
    ref_key,
    request_key,
    stock_key,
    told_key,
)

if TYPE_CHECKING:
    from cartback.domain.consent.evidence import Evidence
    from cartback.domain.consent.signup import SignUp
    from cartback.domain.subject import Kind
    from cartback.domain.trade.orders import Order
    from cartback.ports import Clock
    from cartback.store.clients import Clients
    from cartback.store.codec import Row
    from cartback.store.splitting import Write
    from cartback.store.tables import Tables


class DynamoRecords:
    """The port ``Records`` on the tables Carts, Customers and Catalogue."""

    def __init__(self, clients: Clients, tables: Tables, clock: Clock) -> None:
        self._clients = clients
        self._tables = tables
        self._clock = clock

    @property
    def tables(self) -> Tables:
        """The names of the tables."""
        return self._tables

    def read(
        self,
        shop: str,
        *,
        carts: Iterable[str] = (),
        persons: Iterable[str] = (),
        refs: Iterable[str] = (),
        aliases: Iterable[str] = (),
        stock: Iterable[str] = (),
        inventory: Iterable[str] = (),
        products: Iterable[str] = (),
        blocks: Iterable[str] = (),
        requests: Iterable[str] = (),
        orders: Iterable[str] = (),
        seen_from: str = "",
    ) -> RowSet:
        """Read the named rows of one shop in one request per hundred; ``seen_from`` is the cart that blocks are for."""
        here = self._tables
        keys = {
            "carts": {i: (here.carts, cart_key(shop, i)) for i in carts},
            "refs": {i: (here.carts, ref_key(shop, i)) for i in refs},
            "persons": {i: (here.customers, person_key(shop, i)) for i in persons},
            "aliases": {i: (here.customers, alias_key(shop, i)) for i in aliases},
            "blocks": {i: (here.customers, block_key(shop, i, seen_from)) for i in blocks},
            "requests": {i: (here.customers, request_key(shop, i)) for i in requests},
            "stock": {i: (here.catalogue, stock_key(shop, i)) for i in stock},
            "inventory": {i: (here.catalogue, inventory_key(shop, i)) for i in inventory},
            "products": {i: (here.catalogue, product_key(shop, i)) for i in products},
            "orders": {i: (here.orders, order_key(shop, i)) for i in orders},
        }
        wanted: dict[str, list[str]] = {}
        for part in keys.values():
            for table, pk in part.values():
                wanted.setdefault(table, []).append(pk)
        rows = get_all(self._clients, wanted, {here.orders: ORDER_ROW}) if wanted else {}
        now, page = self._clock.now(), RowSet()
        for name, part in keys.items():
            into, kind = getattr(page, name), _kind_of(name) if part else None
            for i, key in part.items():
                row = rows.get(key)
                if row is None or is_expired(row, now):
                    into[i] = None
                else:
                    into[i] = decode(kind, row) if kind is not None else row["to"]["S"]
        return page

    def context(
        self,
        shop: str,
        subject_id: str,
        person_id: str | None,
        variants: Iterable[str] | None,
        kind: Kind,
    ) -> Context:
        """Read subject, person and stock at once; what the guesses missed is read after."""
        guessed = set(variants or ())
        name = kind.row_of(subject_id)
        wanted: dict[str, Iterable[str]] = {"stock": guessed, kind.part: [name], "blocks": kind.blocks}
        if person_id:
            wanted["persons"] = {person_id, *wanted.get("persons", ())}
        page = self.read(shop, seen_from=subject_id, **wanted)
        kept = getattr(page, kind.part)[name]
        row = kind.seen(kept, subject_id) if kept is not None else None
        block = page.blocks.get("shop") or page.blocks.get("marketing")
        if row is None:
            return Context(None, None, shop_block=block)
        view = kind.view(row)
        person = self._owner(shop, row, view.person_id, page, kind)
        account = self._account(shop, view.account_row, page)
        more = set(view.variants) - page.stock.keys() if variants is not None else set()
        if more or view.products:
            beside = self.read(shop, stock=more, products=view.products)
            page.stock.update(beside.stock)
            page.products.update(beside.products)
        stock = {i: known for i, known in page.stock.items() if known is not None}
        behind_at = noted_at(page.blocks.get(BEHIND))
        orders = self._orders_of(shop, person) if kind.with_orders and person is not None else ()
        if person is None or account is None or account.person_id == person.person_id:
            products = {i: known for i, known in page.products.items() if known is not None}
            return Context(row, person, stock, block, behind_at, products=products, orders=orders)
        return Context(row, with_account(person, account), stock, block, behind_at, account, person)

    def _orders_of(self, shop: str, person: Person) -> tuple[Order, ...]:
        from cartback.domain.trade.ownership import names_of  # few kinds ask for a history
        from cartback.store.trade.orders import DynamoOrders

        orders = DynamoOrders(self._clients, self._tables.orders, self._clock)
        return tuple(orders.of_names(shop, names_of(person)))

    def _owner(self, shop: str, row: Any, wanted: str | None, page: RowSet, kind: Kind) -> Person | None:
        """Whose the subject is, however often their rows were merged."""
        person = None
        while wanted is not None:
            if wanted not in page.persons:
                page.persons.update(self.read(shop, persons=[wanted]).persons)
            person = page.persons[wanted]
            wanted = kind.following(row, person) if person is not None else None
        return person

    def _account(self, shop: str, wanted: str | None, page: RowSet) -> Person | None:
        while wanted is not None:
            if wanted not in page.persons:
                page.persons.update(self.read(shop, persons=[wanted]).persons)
            row = page.persons[wanted]
            if row is None or row.merged_into is None:
                return row
            wanted = row.merged_into
        return None

    def save(self, shop: str, before: RowSet, after: RowSet) -> None:
        """Write what differs: all or nothing if it fits into one transaction, else in parts (``splitting``)."""
        now = self._clock.now()
        tries = MOST_TRIES if after.blocks.keys() & set(SHOP_WIDE) else 1
        stock = ([write] for write in self._stock_changes(shop, before, after, now))
        for part in in_transactions(chain(self._changes(shop, before, after, now), stock)):
            self._write(part, tries)

    def _changes(self, shop: str, before: RowSet, after: RowSet, now: datetime) -> Iterator[list[Write]]:
        """What is written together, in the order that ``splitting`` wants."""
        here = self._tables
        for address, because in _moved(before.blocks, after.blocks):
            yield put_block(here.customers, shop, address, because)
        for i, cart in _changed(before.carts, after.carts).items():
            known = before.carts.get(i)
            yield [put_cart(here, cart, now), *told_with(here, cart, known.account if known else None, now)]
        people = _changed(before.persons, after.persons).values()
        for person in sorted(people, key=lambda person: person.merged_into is not None):
            proofs = (put_evidence(here, entry) for entry in person.fresh_evidence)
            yield [put_person(here, person, now), *proofs]
        for i, request in _changed(before.requests, after.requests).items():
            yield [_put_request(here.customers, request_key(shop, i), request, now)]
        for ref, to in _moved(before.refs, after.refs):
            yield [pointer(here.carts, ref_key(shop, ref), before.refs.get(ref), to, now, CARTS_KEPT)]
        for alias, to in _moved(before.aliases, after.aliases):
            pk = alias_key(shop, alias)
            yield [pointer(here.customers, pk, before.aliases.get(alias), to, now, PEOPLE_KEPT)]

    def _stock_changes(self, shop: str, before: RowSet, after: RowSet, now: datetime) -> Iterator[Write]:
        table = self._tables.catalogue
        for i, stock in _changed(before.stock, after.stock).items():
            row = replace(stock, version=stock.version + 1)
            yield guarded_put(table, stock_key(shop, i), row, stock.version, now, CATALOGUE_KEPT)
        for i, product in _changed(before.products, after.products).items():
            kept = replace(product, version=product.version + 1)
            yield guarded_put(table, product_key(shop, i), kept, product.version, now, CATALOGUE_KEPT)
        for ref, to in _moved(before.inventory, after.inventory):
            pk = inventory_key(shop, ref)
            yield pointer(table, pk, before.inventory.get(ref), to, now, CATALOGUE_KEPT)

    def _write(self, writes: list[Write], tries: int = 1) -> None:
        with translated("save rows"):
            if len(writes) == 1 and "Put" in writes[0]:
                self._clients.dynamodb.put_item(**writes[0]["Put"])
            else:
                self._together(writes, tries)

    def _together(self, writes: list[Write], tries: int) -> None:
        """One transaction, tried again so many times while it only meets others that are under way."""
        for left in reversed(range(tries)):
            try:
                self._clients.dynamodb.transact_write_items(TransactItems=writes)
            except ClientError as error:
                if not left or not only_met_others(error):
                    raise
            else:
                return


def _kind_of(part: str) -> Any:
    """What the rows of a part of a page are; None for pointers."""
    if part == "requests":
        from cartback.domain.consent.signup import SignUp  # whoever looks for none costs no cold start

        return SignUp
    if part == "orders":
        from cartback.domain.trade.orders import Order

        return Order
    return {"carts": Cart, "persons": Person, "stock": Stock, "products": Product}.get(part)


def _changed[T](before: dict[str, T | None], after: dict[str, T | None]) -> dict[str, T]:
    return {i: row for i, row in after.items() if row is not None and row != before.get(i)}


def _moved(before: dict[str, str | None], after: dict[str, str | None]) -> list[tuple[str, str | None]]:
    return [(i, to) for i, to in after.items() if to != before.get(i)]


def puts(tables: Tables, rows: RowSet, now: datetime) -> list[Write]:
    """Write each of these rows over the version that was read."""
    return [
        *(put_cart(tables, row, now) for row in rows.carts.values() if row is not None),
        *(put_person(tables, row, now) for row in rows.persons.values() if row is not None),
        *(
            _put_request(tables.customers, request_key(row.shop, name), row, now)
            for name, row in rows.requests.items()
            if row is not None
        ),
    ]


def check_unchanged(tables: Tables, shop: str, part: str, name: str, version: int) -> Write:
    """The condition that a row is as it was read."""
    table, pk = {
        "carts": (tables.carts, cart_key(shop, name)),
        "persons": (tables.customers, person_key(shop, name)),
        "requests": (tables.customers, request_key(shop, name)),
        "orders": (tables.orders, order_key(shop, name)),
    }[part]
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": {"pk": text(pk)} | ({"sk": text(ORDER_ROW)} if table == tables.orders else {}),
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": number(version)},
        }
    }


def put_cart(tables: Tables, cart: Cart, now: datetime) -> Write:
    """Write a cart over the version that was read."""
    row = replace(cart, version=cart.version + 1)
    write = guarded_put(tables.carts, cart_key(cart.shop, cart.cart_id), row, cart.version, now, CARTS_KEPT)
    write["Put"]["Item"]["status"] = text(cart.status)
    if cart.person_id is not None:
        write["Put"]["Item"]["owner"] = text(owned_by(cart.shop, cart.person_id))
    return write


def told_with(tables: Tables, cart: Cart, before: str | None, now: datetime) -> list[Write]:
    """Enter a cart under the account that it was told with, if that is new: an item has one place in an index."""
    if cart.account is None or cart.account == before:
        return []
    item = {
        "pk": text(told_key(cart.shop, cart.cart_id)),
        "owner": text(owned_by(cart.shop, cart.account)),
        "expires_at": expires(now, LEDGER_KEPT),
    }
    return [{"Put": {"TableName": tables.carts, "Item": item}}]


def put_person(tables: Tables, person: Person, now: datetime) -> Write:
    """Write a person over the version that was read."""
    row = replace(person, version=person.version + 1, fresh_evidence=())
    pk = person_key(person.shop, person.person_id)
    return guarded_put(tables.customers, pk, row, person.version, now, PEOPLE_KEPT)


def _put_request(table: str, pk: str, request: SignUp, now: datetime) -> Write:
    from cartback.domain.consent.signup import KEPT

    return guarded_put(table, pk, replace(request, version=request.version + 1), request.version, now, KEPT)


def put_evidence(tables: Tables, entry: Evidence) -> Write:
    """Add an entry to a person's chain, never over another. It has no time to live: it is kept as long as it proves."""
    key = {
        "pk": text(evidence_key(entry.shop, entry.person_id)),
        "sk": text(f"{entry.seq:08d}#{entry.seal[:16]}"),
    }
    return {
        "Put": {
            "TableName": tables.ledger,
            "Item": {**key, "body": encode(entry)},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }


def guarded_put(
    table: str,
    pk: str,
    row: Cart | Person | SignUp | Stock | Product,
    version: int,
    now: datetime,
    kept: timedelta,
) -> Write:
    """A put that holds only if the row still has ``version`` (0: is not there, or past its time and not yet swept)."""
    item: Row = {
        "pk": text(pk),
        "version": number(row.version),
        "body": packed(row),
        "expires_at": expires(now, kept),
    }
    put: dict[str, Any] = {"TableName": table, "Item": item}
    if version == 0:
        put["ConditionExpression"] = "attribute_not_exists(pk) OR expires_at <= :now"
        put["ExpressionAttributeValues"] = {":now": number(int(now.timestamp()))}
    else:
        put["ConditionExpression"] = "version = :version"
        put["ExpressionAttributeValues"] = {":version": number(version)}
    return {"Put": put}
