"""The list of carts that wait for their first look, beside the ledger's lines.

A shop's list is cut into four, so that no partition has to take more than a quarter of it, and each part is in the
order of its minutes: what is due is read from its beginning, however late the reader comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from zlib import crc32

from cartback.domain.messaging.due import Due
from cartback.store.codec import decode, encode, expires, is_expired, text
from cartback.store.errors import translated
from cartback.store.paging import pages, write_rows

if TYPE_CHECKING:
    from cartback.store.clients import Clients
    from cartback.store.codec import Row

SHARDS = 4
"""DynamoDB takes 1,000 write units a second per partition key; a listed cart takes two (performance.md)."""

KEPT = timedelta(days=30)
"""Only a broom: an entry that nobody worked off for so long is no abandoned cart any more."""

_MOST_PER_SHARD = 250


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
        found = [due for shard in range(SHARDS) for due in self._oldest(shop, shard, now)]
        return sorted((due for due in found if due.due_at <= now), key=lambda due: due.due_at)

    def _oldest(self, shop: str, shard: int, now: datetime) -> Iterator[Due]:
        """The beginning of a part of the list."""
        listed = pages(
            self._clients.dynamodb.query,
            "read the list of due carts",
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk <= :now",
            ExpressionAttributeValues={":pk": text(_part(shop, shard)), ":now": text(f"{_minute(now)}~")},
            Limit=_MOST_PER_SHARD,
        )
        rows = (row for page in listed for row in page if not is_expired(row, now))
        return (decode(Due, row) for row in islice(rows, _MOST_PER_SHARD))

    def drop(self, dues: Sequence[Due]) -> None:
        """See ``ports.DueIndex``."""
        doomed = list({str(_key(due)): {"DeleteRequest": {"Key": _key(due)}} for due in dues}.values())
        write_rows(self._clients, self._table, doomed, "take carts off the list")


def _part(shop: str, shard: int) -> str:
    return f"{shop}#due#{shard}"


def _key(due: Due) -> Row:
    shard, step = crc32(due.cart_id.encode()) % SHARDS, (due.step,) if due.step else ()
    return {
        "pk": text(_part(due.shop, shard)),
        "sk": text(
            "#".join((_minute(due.due_at), due.cart_id, str(due.generation), due.flow or due.fact, *step))
        ),
    }


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}"
