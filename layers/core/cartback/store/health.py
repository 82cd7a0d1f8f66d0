"""How well we hear each shop, in the table Insights: one row for comparisons, one for the last event."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.health import Health, Pulse
from cartback.store.codec import decode, encode, text
from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.ports import Clock
    from cartback.store.clients import Clients

_HEALTH, _PULSE = "health", "pulse"
BEAT_EVERY = timedelta(minutes=1)


class DynamoHealth:
    """The ports ``HealthBook`` and ``Beat``. A process writes a shop's pulse once a minute at most."""

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
