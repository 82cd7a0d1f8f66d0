"""Record the AWS calls of a piece of work: which, how large, and how many units of DynamoDB they are billed for.

Units follow DynamoDB's price list: a kilobyte written is one unit and two in a transaction, four kilobytes read
consistently are one, a row that is not there counts as the smallest. Sizes are what AWS counts: the bytes of names and
values, text in UTF-8, binary values as they are and not in the base64 of their travel ("DynamoDB item sizes and
formats" in its developer guide).

What a row costs while it lies there is told in byte-months: its bytes, and the hundred that storage adds to each row,
until its own time to live.
"""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import botocore
from botocore.session import Session

_INDEXED = ("in_doubt", "claimed_on")
_ROW_BYTES = 100
# Tables of the class for infrequent access: a GB-month is $0.10 instead of $0.25, beside $0.20 for recovery in either
# class, and a million units of writing are $0.78 instead of $0.625 (recalled, as ``bench.prices`` says of the others).
_INFREQUENT = frozenset({"Orders"})
_KEPT_CHEAPER, _WRITTEN_DEARER = (0.10 + 0.20) / (0.25 + 0.20), 0.78 / 0.625
_SECONDS_A_MONTH = 30 * 86_400
_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})


@dataclass(frozen=True, slots=True)
class Call:
    """One request: bytes of its body, and the units that it costs."""

    service: str
    operation: str
    sent_bytes: int
    write_units: int = 0
    read_units: int = 0
    entries: int = 0
    """Facts told by it."""
    byte_months: float = 0.0
    """What is kept because of it, less what it takes the place of."""

    @property
    def name(self) -> str:
        """Service and operation in one word."""
        return f"{self.service}.{self.operation}"

    @property
    def writes(self) -> bool:
        """Whether it writes rows."""
        return self.operation in _WRITES


@dataclass(slots=True)
class Recorder:
    """Remembers calls. Register it on sessions (``listening``) or on the emitter of one client (``watch``)."""

    calls: list[Call] = field(default_factory=list)
    _sizes: dict[str, int] = field(default_factory=dict)
    _indexed: dict[str, frozenset[str]] = field(default_factory=dict)
    _kept: dict[str, float] = field(default_factory=dict)

    def watch(self, emitter: Any) -> None:
        """Listen to the calls of a client (``client.meta.events``) or of all clients of a session, once."""
        emitter.register("before-call", self._before, unique_id="bench-recorder")

    def unwatch(self, emitter: Any) -> None:
        """Stop listening."""
        emitter.unregister("before-call", unique_id="bench-recorder")

    def taken(self) -> list[Call]:
        """The calls since the last time."""
        calls, self.calls = self.calls, []
        return calls

    def _before(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        body = params.get("body") or b""
        raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else body.getvalue()
        service, operation = model.service_model.service_name, model.name
        asked = json.loads(raw) if service in ("dynamodb", "events") and raw else {}
        told, before = len(asked.get("Entries", ())), sum(self._kept.values())
        written, read = self._written(operation, asked), self._read(operation, asked)
        kept = sum(self._kept.values()) - before
        self.calls.append(Call(service, operation, len(raw), written, read, told, kept))

    def _written(self, operation: str, asked: dict[str, Any]) -> int:
        if operation in ("PutItem", "UpdateItem", "DeleteItem"):
            return self._units(asked)
        if operation == "TransactWriteItems":
            return sum(self._units(next(iter(each.values())), 2) for each in asked["TransactItems"])
        if operation == "BatchWriteItem":
            return sum(
                self._units({"TableName": table, **next(iter(write.values()))})
                for table, writes in asked["RequestItems"].items()
                for write in writes
            )
        return 0

    def _units(self, write: dict[str, Any], times: int = 1) -> int:
        """What one write costs, with the two indexes of the ledger; a check costs as much as writing what is there."""
        key = self._key(write["TableName"], write.get("Item") or write["Key"])
        if "Item" not in write:
            if write.keys() <= {"TableName", "Key"}:
                self._kept.pop(key, None)  # deleted
            return times * ceil(self._sizes.get(key, 1) / 1024)
        item = write["Item"]
        size = item_size(item)
        units = times * ceil(max(size, self._sizes.get(key, 1)) / 1024)
        self._sizes[key] = size
        rare = write["TableName"] in _INFREQUENT
        self._kept[key] = (size + _ROW_BYTES) * _months(item) * (_KEPT_CHEAPER if rare else 1)
        units *= _WRITTEN_DEARER if rare else 1
        now, before = frozenset(item).intersection(_INDEXED), self._indexed.get(key, frozenset())
        self._indexed[key] = now
        return units + len(now ^ before)

    def _read(self, operation: str, asked: dict[str, Any]) -> int:
        if operation in ("GetItem", "Query"):
            size = self._sizes.get(self._key(asked["TableName"], asked["Key"]), 1) if "Key" in asked else 4096
            return ceil(size / 4096)
        if operation == "BatchGetItem":
            return sum(
                ceil(self._sizes.get(self._key(table, key), 1) / 4096)
                for table, wanted in asked["RequestItems"].items()
                for key in wanted["Keys"]
            )
        return 0

    @staticmethod
    def _key(table: str, item: dict[str, Any]) -> str:
        return f"{table}/{item['pk']['S']}/{item.get('sk', {'S': ''})['S']}"


def _months(item: dict[str, dict[str, Any]]) -> float:
    """How long a row is kept; a proof of consent has no time to live and is kept for three years after its last use."""
    if "expires_at" not in item:
        return 36.0
    return max(0.0, int(item["expires_at"]["N"]) - time.time()) / _SECONDS_A_MONTH


def item_size(item: dict[str, dict[str, Any]]) -> int:
    """Bytes of an item by DynamoDB's rules, as it travels in a request. Raises ValueError for a kind we never write."""
    return sum(len(name.encode()) + _value_size(*next(iter(value.items()))) for name, value in item.items())


def _value_size(kind: str, value: Any) -> int:
    match kind:
        case "S":
            return len(value.encode())
        case "B":
            return len(base64.b64decode(value))
        case "N":
            return ceil(len(value.replace(".", "").strip("-0")) / 2) + 1  # significant digits
        case "BOOL" | "NULL":
            return 1
    raise ValueError(f"how large is a {kind}?")


@contextlib.contextmanager
def listening(recorder: Recorder) -> Iterator[Recorder]:
    """Record every call of every session that is made inside."""

    def plug(session: Session) -> None:
        recorder.watch(session)

    botocore.register_initializer(plug)
    try:
        yield recorder
    finally:
        botocore.unregister_initializer(plug)


def told(calls: list[Call]) -> dict[str, int]:
    """How often each operation was called."""
    return dict(sorted(Counter(call.name for call in calls).items()))
