"""Where blocks stand: an address that gets nothing has one row, a shop that stopped has sixteen that say the same.

Each claim checks in its transaction that nothing stops its shop, and transactions that touch the same row cancel each
other while they overlap. So what stops a whole shop is written to sixteen rows in one transaction, and each claim
checks one of them: that of its cart, because the cart is what is known before anything is read, and so the reading
before a claim looks at the very row that the claim will check. The answer to a request, which has no cart, takes that
of the request.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from zlib import crc32

from cartback.domain.people.suppression import SHOP_WIDE
from cartback.store.codec import text
from cartback.store.errors import cancelled

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

SHARDS = 16
"""At 15 ms a claim, every fourth meets another one at 320 claims a second of one shop (docs/scale.md)."""

MOST_TRIES = 25
"""Of a transaction that stops a shop. It meets every claim of the shop that is under way, each for milliseconds."""


def block_key(shop: str, name: str, subject: str = "") -> str:
    """The key of the row in which a block is looked up: of the cart or request ``subject``, or the first of them."""
    if name not in SHOP_WIDE:
        return f"{shop}#block#{name}"
    return _row_of(shop, name, crc32(subject.encode()) % SHARDS)


def put_block(table: str, shop: str, name: str, because: str | None) -> list[dict[str, Any]]:
    """All rows of a block, or their end. A block has no time to live: it outlasts the person it protects."""
    many = name in SHOP_WIDE
    keys = [_row_of(shop, name, shard) for shard in range(SHARDS)] if many else [block_key(shop, name)]
    if because is None:
        return [{"Delete": {"TableName": table, "Key": {"pk": text(key)}}} for key in keys]
    return [{"Put": {"TableName": table, "Item": {"pk": text(key), "to": text(because)}}} for key in keys]


def check_not_blocked(
    table: str, shop: str, name: str, subject: str = "", but: Collection[str] = ()
) -> dict[str, Any]:
    """The condition that nothing blocks an address or a shop, ``but`` perhaps some reasons."""
    check: dict[str, Any] = {
        "TableName": table,
        "Key": {"pk": text(block_key(shop, name, subject))},
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    if but:
        values = {f":but{number}": text(because) for number, because in enumerate(sorted(but))}
        check["ConditionExpression"] += f" OR #to IN ({', '.join(values)})"
        check["ExpressionAttributeNames"] = {"#to": "to"}
        check["ExpressionAttributeValues"] = values
    return {"ConditionCheck": check}


def only_met_others(error: ClientError) -> bool:
    """Whether a transaction was cancelled for no other reason than that it met another one that was under way."""
    return set(cancelled(error)) - {"None"} == {"TransactionConflict"}


def _row_of(shop: str, name: str, shard: int) -> str:
    return f"{shop}#block#{name}#{shard}"
