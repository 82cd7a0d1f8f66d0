"""Counts against floods, in the table Ledger: one row per window of time, which sweeps itself away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cartback.store.codec import expires, number, text
from cartback.store.errors import translated
from cartback.store.tables import count_key

if TYPE_CHECKING:
    from cartback.ports import Clock, Counters
    from cartback.store.clients import Clients


class DynamoCounters:
    """The port ``Counters``. A count that botocore repeats counts twice: too strict by one, never too lax."""

    def __init__(self, clients: Clients, table: str, clock: Clock) -> None:
        self._clients = clients
        self._table = table
        self._clock = clock

    def count(self, shop: str, name: str, within: timedelta) -> int:
        """Add one to the present window and give its count. Raises TryLater if DynamoDB cannot be reached."""
        now = self._clock.now()
        window = int(now.timestamp() // within.total_seconds())
        with translated("count against floods"):
            answer = self._clients.dynamodb.update_item(
                TableName=self._table,
                Key={"pk": text(count_key(shop, name, window)), "sk": text("count")},
                UpdateExpression="ADD #count :one SET expires_at = :expires_at",
                ExpressionAttributeNames={"#count": "count"},
                ExpressionAttributeValues={":one": number(1), ":expires_at": expires(now, 2 * within)},
                ReturnValues="UPDATED_NEW",
            )
        return int(answer["Attributes"]["count"]["N"])


class SparingCounters:
    """The port ``Counters`` for what is asked at every event: the first few of a window cost no call.

    They are counted in this process alone, so the count is too low by as many for each Lambda that runs: a flood is
    seen a little later, and everybody else is let in for nothing.
    """

    FREE = 10
    MOST_NAMES = 10_000

    def __init__(self, counters: Counters, clock: Clock) -> None:
        self._counters = counters
        self._clock = clock
        self._window: tuple[timedelta, int] | None = None
        self._seen: dict[tuple[str, str], int] = {}

    def count(self, shop: str, name: str, within: timedelta) -> int:
        """See ``ports.Counters``. Raises TryLater if DynamoDB is asked and cannot be reached."""
        window = (within, int(self._clock.now().timestamp() // within.total_seconds()))
        if window != self._window or len(self._seen) >= self.MOST_NAMES:
            self._window, self._seen = window, {}
        seen = self._seen[shop, name] = self._seen.get((shop, name), 0) + 1
        return seen if seen <= self.FREE else self.FREE + self._counters.count(shop, name, within)
