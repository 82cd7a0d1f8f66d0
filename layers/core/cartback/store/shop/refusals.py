"""Webhooks that were refused for their signature, counted by shop in the table Insights, for the operator to see."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.store.codec import expires, number, text
from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.ports import Clock
    from cartback.store.clients import Clients

WRITTEN_EVERY = timedelta(minutes=1)
SHOWN = timedelta(hours=1)
_BUCKET = timedelta(minutes=10)
_KEPT = timedelta(hours=3)
_SORT = "refused#"


class DynamoRefusals:
    """The port ``Refusals``. Written once a minute at most by each process, so that a forger costs us nothing more.

    What is counted between two writings is kept in memory, and lost with the process: the sum is the least that it was.
    """

    def __init__(self, clients: Clients, table: str, clock: Clock) -> None:
        self._clients = clients
        self._table = table
        self._clock = clock
        self._waiting: Counter[str] = Counter()
        self._written_at: datetime | None = None

    def refused(self, shop: str) -> None:
        """See ``ports.Refusals``."""
        now = self._clock.now()
        if self._written_at is not None and now - self._written_at < WRITTEN_EVERY:
            self._waiting[shop] += 1
            return
        for each, count in list(self._waiting.items()):
            self._add(each, count, now)
            del self._waiting[each]
        self._add(shop, 1, now)
        self._written_at = now

    def lately(self, shop: str) -> int:
        """See ``ports.Refusals``."""
        since = self._clock.now() - SHOWN
        ask = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :shop AND sk BETWEEN :since AND :end",
            "ExpressionAttributeValues": {
                ":shop": text(shop),
                ":since": text(f"{_SORT}{_bucket(since)}"),
                ":end": text(f"{_SORT}~"),
            },
            "ConsistentRead": True,
        }
        with translated("read refused signatures"):
            pages = list(self._clients.dynamodb.get_paginator("query").paginate(**ask))
        return sum(int(row["refused"]["N"]) for page in pages for row in page["Items"])

    def _add(self, shop: str, count: int, now: datetime) -> None:
        with translated("count refused signatures"):
            self._clients.dynamodb.update_item(
                TableName=self._table,
                Key={"pk": text(shop), "sk": text(f"{_SORT}{_bucket(now)}")},
                UpdateExpression="SET expires_at = :until ADD refused :count",
                ExpressionAttributeValues={":until": expires(now, _KEPT), ":count": number(count)},
            )


def _bucket(at: datetime) -> str:
    minute = at.minute - at.minute % (_BUCKET.seconds // 60)
    return at.replace(minute=minute, second=0, microsecond=0).isoformat()
