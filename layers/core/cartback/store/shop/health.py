"""How well we hear each shop, in the table Insights: one row for comparisons, one for the last event."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.errors import Conflict
from cartback.domain.shop.health import STRANGERS_KEPT, Health, Pulse, Stranger
from cartback.store.codec import decode, encode, expires, is_expired, number, text
from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.ports import Clock
    from cartback.store.clients import Clients
    from cartback.store.codec import Row

_HEALTH, _PULSE, _STRANGER = "health", "pulse", "stranger#"
BEAT_EVERY = timedelta(minutes=1)


class DynamoHealth:
    """The ports ``HealthBook``, ``Heartbeat`` and ``Strangers``. A process writes a shop's pulse once a minute at
    most."""

    def __init__(self, clients: Clients, table: str, clock: Clock) -> None:
        self._clients = clients
        self._table = table
        self._clock = clock
        self._beaten: dict[str, datetime] = {}

    def read(self, shop: str) -> Health | None:
        """The comparing with a shop."""
        return self._row(Health, shop, _HEALTH)

    def keep(self, health: Health) -> None:
        """Write what became of a comparison."""
        self._put(health.shop, _HEALTH, health)

    def pulse(self, shop: str) -> Pulse | None:
        """The last event of a shop."""
        return self._row(Pulse, shop, _PULSE)

    def beat(self, shop: str, received_at: datetime) -> None:
        """Remember that a shop was heard."""
        now = self._clock.now()
        if shop in self._beaten and now - self._beaten[shop] < BEAT_EVERY:
            return
        self._put(shop, _PULSE, Pulse(received_at, max(0, int((now - received_at).total_seconds()))))
        self._beaten[shop] = now

    def note(self, shop: str, kind: str, name: str, count: int) -> None:
        """See ``ports.Strangers``."""
        now = self._clock.now()
        with translated("note a stranger"):
            self._clients.dynamodb.update_item(
                TableName=self._table,
                Key={"pk": text(shop), "sk": text(f"{_STRANGER}{kind}#{name}")},
                UpdateExpression=(
                    "SET first_at = if_not_exists(first_at, :at), last_at = :at, expires_at = :until ADD heard :count"
                ),
                ExpressionAttributeValues={
                    ":at": text(now.isoformat()),
                    ":until": expires(now, STRANGERS_KEPT),
                    ":count": number(count),
                },
            )

    def strangers(self, shop: str) -> list[Stranger]:
        """See ``ports.Strangers``: those that were last heard, first."""
        ask = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :shop AND begins_with(sk, :kind)",
            "ExpressionAttributeValues": {":shop": text(shop), ":kind": text(_STRANGER)},
            "ConsistentRead": True,
        }
        with translated("read the strangers"):
            pages = list(self._clients.dynamodb.get_paginator("query").paginate(**ask))
        rows = (row for page in pages for row in page["Items"])
        found = [_stranger(row) for row in rows if not is_expired(row, self._clock.now())]
        return sorted(found, key=lambda one: one.last_at, reverse=True)

    def first(self, shop: str, digest: str, cause: str) -> bool:
        """See ``ports.ToldOnce``. The row has no end: such deliveries are few, and a captured one keeps for ever."""
        row = {"pk": text(shop), "sk": text(f"told#{digest}"), "cause": text(cause)}
        try:
            with translated("remember what is told once"):
                self._clients.dynamodb.put_item(
                    TableName=self._table,
                    Item=row,
                    ConditionExpression="attribute_not_exists(pk) OR cause = :cause",
                    ExpressionAttributeValues={":cause": text(cause)},
                )
        except Conflict:
            return False
        return True

    def _put(self, shop: str, kind: str, value: object) -> None:
        row = {"pk": text(shop), "sk": text(kind), "body": encode(value)}
        with translated("keep a shop's health"):
            self._clients.dynamodb.put_item(TableName=self._table, Item=row)

    def _row[T](self, kind: type[T], shop: str, name: str) -> T | None:
        key = {"pk": text(shop), "sk": text(name)}
        with translated("read a shop's health"):
            answer = self._clients.dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        row = answer.get("Item")
        return None if row is None else decode(kind, row)


def _stranger(row: Row) -> Stranger:
    _, kind, name = row["sk"]["S"].split("#", 2)
    first_at, last_at = (datetime.fromisoformat(row[each]["S"]) for each in ("first_at", "last_at"))
    return Stranger(kind, name, int(row["heard"]["N"]), first_at, last_at)
