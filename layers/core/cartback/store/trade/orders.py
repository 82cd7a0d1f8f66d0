"""Orders in DynamoDB, and by which names their buyers were told.

A row an order, and a small row for each name of its buyer, written once. An order's own row is a put of its own and not
part of a transaction, which would cost twice as much; one that is there already as it is to be counts as written, so
that a save which ended in the midst may be repeated. The rows of names come first: whoever is to be forgotten is found
in any case, and a name that leads to no order yet is skipped. All of them end together, so many days after the order
was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cartback.domain.trade.orders import Order
from cartback.store.codec import decode, expires, is_expired, number, sparse, text
from cartback.store.errors import translated
from cartback.store.paging import get_rows, pages, write_rows
from cartback.store.tables import ORDER_ROW, ORDERS_KEPT, STRAYS_KEPT, buyer_key, order_key

if TYPE_CHECKING:
    from cartback.ports import Clock
    from cartback.store.clients import Clients
    from cartback.store.codec import Row


class DynamoOrders:
    """The port ``Orders`` on the table Orders."""

    def __init__(self, clients: Clients, table: str, clock: Clock) -> None:
        self._clients = clients
        self._table = table
        self._clock = clock

    def read(self, shop: str, refs: Iterable[str]) -> dict[str, Order | None]:
        """See ``ports.Orders``."""
        wanted = {order_key(shop, ref): ref for ref in refs}
        found: dict[str, Order | None] = dict.fromkeys(wanted.values())
        keys = ((self._table, _key(pk, ORDER_ROW)) for pk in wanted)
        now = self._clock.now()
        for _, row in get_rows(self._clients, keys, "read orders"):
            if not is_expired(row, now):
                found[wanted[row["pk"]["S"]]] = decode(Order, row)
        return found

    def save(self, shop: str, before: Mapping[str, Order | None], after: Mapping[str, Order | None]) -> None:
        """See ``ports.Orders``."""
        now = self._clock.now()
        changed = {ref: row for ref, row in after.items() if row is not None and row != before.get(ref)}
        names = {ref: _names(before.get(ref)) for ref in changed}
        self._write_names(
            {"PutRequest": {"Item": _key(buyer_key(shop, name), ref) | {"expires_at": _end(row, now)}}}
            for ref, row in changed.items()
            for name in sorted(_names(row) - names[ref])
        )
        for ref, row in changed.items():
            self._put(shop, ref, row, now)
        self._write_names(
            {"DeleteRequest": {"Key": _key(buyer_key(shop, name), ref)}}
            for ref, row in changed.items()
            for name in sorted(names[ref] - _names(row))
        )

    def of_names(self, shop: str, names: Iterable[str]) -> list[Order]:
        """See ``ports.Orders``."""
        refs: dict[str, None] = {}
        for name in dict.fromkeys(names):
            found = pages(
                self._clients.dynamodb.query,
                "find the orders of a name",
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": text(buyer_key(shop, name))},
                ConsistentRead=True,
            )
            refs.update((row["sk"]["S"], None) for page in found for row in page)
        rows = [row for row in self.read(shop, refs).values() if row is not None] if refs else []
        return sorted(rows, key=lambda row: (row.placed_at is not None, row.placed_at, row.order_ref))

    def _write_names(self, writes: Iterable[dict[str, Any]]) -> None:
        write_rows(self._clients, self._table, writes, "write the names of orders")

    def _put(self, shop: str, ref: str, row: Order, now: datetime) -> None:
        kept = replace(row, version=row.version + 1)
        item = _key(order_key(shop, ref), ORDER_ROW) | {
            "version": number(kept.version),
            "body": sparse(kept),
            "expires_at": _end(row, now),
        }
        condition, values = "attribute_not_exists(pk) OR expires_at <= :now", {":now": _seconds(now)}
        if row.version:
            condition, values = "version = :known", {":known": number(row.version)}
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": item,
            "ConditionExpression": f"{condition} OR version = :next AND body = :body",
            "ExpressionAttributeValues": values | {":next": item["version"], ":body": item["body"]},
        }
        with translated("save an order"):
            self._clients.dynamodb.put_item(**put)


def kept_until(order: Order, now: datetime) -> datetime:
    """When a row ends: so long after the order was made; words of an order that nobody told end sooner."""
    if order.joined or order.erased_at:
        return now + ORDERS_KEPT
    return order.placed_at + ORDERS_KEPT if order.placed_at is not None else now + STRAYS_KEPT


def _seconds(at: datetime) -> dict[str, str]:
    return number(int(at.timestamp()))


def _end(order: Order, now: datetime) -> dict[str, str]:
    return expires(kept_until(order, now), timedelta())


def _names(order: Order | None) -> set[str]:
    return set(order.names) if order is not None else set()


def _key(pk: str, sk: str) -> Row:
    return {"pk": text(pk), "sk": text(sk)}
