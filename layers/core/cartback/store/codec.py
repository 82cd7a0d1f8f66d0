"""Rows of DynamoDB: the house's values as one JSON attribute, beside the few attributes that conditions look at.

What changes with every event is packed when it is long: a unit of writing is a kilobyte, twice that in a transaction.
"""

from __future__ import annotations

import zlib
from dataclasses import MISSING, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Attribute = dict[str, Any]
Row = dict[str, Attribute]

_PACKED_FROM = 700
"""Bytes of JSON. With its key and what conditions look at, a shorter row is one unit as it is."""


def encode(value: object) -> Attribute:
    """A value of the domain as a DynamoDB string attribute."""
    return {"S": msgspec.json.encode(value).decode()}


def lean(value: DataclassInstance) -> Attribute:
    """The same without the fields that are as their defaults say, which readers fill in.

    So what a row's kind once gave as a default has to stay it.
    """
    return {"S": msgspec.json.encode(_changed(value)).decode()}


def _changed(value: DataclassInstance) -> dict[str, Any]:
    told = ((field.name, field.default, getattr(value, field.name)) for field in fields(value))
    return {name: part for name, default, part in told if default is MISSING or part != default}


def packed(value: DataclassInstance) -> Attribute:
    """The same as ``lean``, as a binary attribute in zlib's format (RFC 1950) if it is long."""
    plain = msgspec.json.encode(_changed(value))
    return {"S": plain.decode()} if len(plain) < _PACKED_FROM else {"B": zlib.compress(plain)}


def sparse(value: object) -> Attribute:
    """As ``packed``, without what is None, false or empty: for rows of which most fields are never told.

    A field that is left out is read as its default, so these have to be the defaults of the row's kind.
    """
    plain = msgspec.json.encode(_told(msgspec.to_builtins(value)))
    return {"S": plain.decode()} if len(plain) < _PACKED_FROM else {"B": zlib.compress(plain, 9)}


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _told(part) for name, part in value.items() if not _is_untold(part)}
    return [_told(part) for part in value] if isinstance(value, list | tuple) else value


def _is_untold(part: Any) -> bool:
    return part is None or part is False or part in ([], (), {})


def unpacked(body: Attribute) -> str | bytes:
    """The JSON of a body, packed or not."""
    return zlib.decompress(body["B"]) if "B" in body else body["S"]


def decode[T](kind: type[T], row: Row) -> T:
    """The value that a row holds. Raises ``msgspec.ValidationError`` for a row that is not ours: a bug."""
    return msgspec.json.decode(unpacked(row["body"]), type=kind)


def number(value: int) -> Attribute:
    """A number attribute."""
    return {"N": str(value)}


def text(value: str) -> Attribute:
    """A string attribute."""
    return {"S": value}


def expires(at: datetime, after: timedelta) -> Attribute:
    """A time to live. TTL is a broom that comes days late: readers compare the time themselves."""
    return number(int((at + after).timestamp()))


def is_expired(row: dict[str, Any], now: datetime) -> bool:
    """Whether a row is past its time to live, swept or not."""
    return "expires_at" in row and int(row["expires_at"]["N"]) <= now.timestamp()
