"""Counts against floods, in the table Ledger: one row per window of time, which sweeps itself away."""

from __future__ import annotations

from datetime import timedelta

from cartback.ports import Clock
from cartback.store.clients import Clients
from cartback.store.codec import expires, number, text
from cartback.store.errors import translated
from cartback.store.tables import count_key


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
