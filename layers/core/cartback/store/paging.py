"""What DynamoDB gives and takes in parts, until it is whole: pages, and keys and writes that are left unprocessed.

A page ends after a megabyte, a reading by keys after sixteen, and a busy partition leaves over what it has no capacity
for. What is left over is asked for again at once while there is less of it each time; where nothing moves any more it
is time to try later, and whoever called us (a queue, a state machine) has the longer breath.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import batched
from typing import TYPE_CHECKING, Any

from cartback.domain.errors import TryLater
from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.store.clients import Clients
    from cartback.store.codec import Row

MOST_PER_GET, MOST_PER_WRITE = 100, 25
MOST_IDLE = 3
"""Rounds in a row that move nothing. Botocore has waited within each of them where it was throttled."""


def pages(read: Callable[..., dict[str, Any]], doing: str, **ask: Any) -> Iterator[list[Row]]:
    """The rows of a query or a scan, page by page to its end. Raises what ``translated`` makes of an error."""
    while True:
        with translated(doing):
            answer = read(**ask)
        yield answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        ask["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def get_rows(clients: Clients, keys: Iterable[tuple[str, Row]], doing: str) -> Iterator[tuple[str, Row]]:
    """Read rows by table and key, consistently: those that are there, in no order. No key may come twice."""
    for part in batched(keys, MOST_PER_GET, strict=False):
        request: dict[str, Any] = {}
        for table, key in part:
            request.setdefault(table, {"Keys": [], "ConsistentRead": True})["Keys"].append(key)
        idle = 0
        while request:
            with translated(doing):
                answer = clients.dynamodb.batch_get_item(RequestItems=request)
            for table, rows in answer["Responses"].items():
                yield from ((table, row) for row in rows)
            left = answer.get("UnprocessedKeys") or {}
            idle = _idle(idle, _keys_of(request), _keys_of(left), doing)
            request = left


def write_rows(clients: Clients, table: str, writes: Iterable[dict[str, Any]], doing: str) -> None:
    """Do puts and deletes that ask for no condition. No key may come twice. What was done stays if others fail."""
    for part in batched(writes, MOST_PER_WRITE, strict=False):
        request: dict[str, Any] = {table: list(part)}
        idle = 0
        while request:
            with translated(doing):
                answer = clients.dynamodb.batch_write_item(RequestItems=request)
            left = answer.get("UnprocessedItems") or {}
            idle = _idle(idle, len(request[table]), sum(map(len, left.values())), doing)
            request = left


def _keys_of(request: dict[str, Any]) -> int:
    return sum(len(part["Keys"]) for part in request.values())


def _idle(idle: int, asked: int, left: int, doing: str) -> int:
    """How many rounds in a row have moved nothing now."""
    idle = idle + 1 if left >= asked else 0
    if idle >= MOST_IDLE:
        raise TryLater(f"could not {doing}: DynamoDB does a part only")
    return idle
