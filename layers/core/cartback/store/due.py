"""The list of carts that wait for their first look, beside the ledger's lines.

A shop's list is cut into four, so that no partition has to take more than a quarter of it, and each part is in the
order of its minutes: what is due is read from its beginning, however late the reader comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zlib import crc32

from cartback.domain.due import Due
from cartback.store.codec import decode, encode, expires, text
from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.store.clients import Clients
    from cartback.store.codec import Row

SHARDS = 4
"""DynamoDB takes 1,000 write units a second per partition key; a listed cart takes two (performance.md)."""

KEPT = timedelta(days=30)
"""Only a broom: an entry that nobody worked off for so long is no abandoned cart any more."""

_MOST_PER_SHARD = 250
_ROWS_PER_BATCH = 25


class DynamoDue:
    """The port ``DueIndex`` on the table Ledger."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._clients = clients
        self._table = table

    def put(self, due: Due) -> None:
        """See ``ports.DueIndex``."""
        item = {**_key(due), "body": encode(due), "expires_at": expires(due.due_at, KEPT)}
        with translated("list a cart"):
            self._clients.dynamodb.put_item(TableName=self._table, Item=item)

    def until(self, shop: str, now: datetime) -> list[Due]:
        """See ``ports.DueIndex``. One request per part of the list."""
        found: list[Due] = []
        for shard in range(SHARDS):
            with translated("read the list of due carts"):
                answer = self._clients.dynamodb.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :pk AND sk <= :now",
                    ExpressionAttributeValues={
                        ":pk": text(_part(shop, shard)),
                        ":now": text(f"{_minute(now)}~"),
                    },
                    Limit=_MOST_PER_SHARD,
                )
            found.extend(decode(Due, row) for row in answer["Items"])
        return sorted((due for due in found if due.due_at <= now), key=lambda due: due.due_at)

    def drop(self, dues: Sequence[Due]) -> None:
        """See ``ports.DueIndex``."""
        doomed = list({str(_key(due)): {"DeleteRequest": {"Key": _key(due)}} for due in dues}.values())
        for start in range(0, len(doomed), _ROWS_PER_BATCH):
            request: dict[str, Any] = {self._table: doomed[start : start + _ROWS_PER_BATCH]}
            while request:
                with translated("take carts off the list"):
                    answer = self._clients.dynamodb.batch_write_item(RequestItems=request)
                request = answer.get("UnprocessedItems") or {}


def _part(shop: str, shard: int) -> str:
    return f"{shop}#due#{shard}"


def _key(due: Due) -> Row:
    shard = crc32(due.cart_id.encode()) % SHARDS
    return {
        "pk": text(_part(due.shop, shard)),
        "sk": text(f"{_minute(due.due_at)}#{due.cart_id}#{due.generation}#{due.flow}"),
    }


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}"
