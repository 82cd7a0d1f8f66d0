"""Rows of DynamoDB: the house's values as one JSON attribute, beside the few attributes that conditions look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

Row = dict[str, dict[str, str]]


def encode(value: object) -> dict[str, str]:
    """A value of the domain as a DynamoDB string attribute."""
    return {"S": msgspec.json.encode(value).decode()}


def decode[T](kind: type[T], row: Row) -> T:
    """The value that a row holds. Raises ``msgspec.ValidationError`` for a row that is not ours: a bug."""
    return msgspec.json.decode(row["body"]["S"], type=kind)


def number(value: int) -> dict[str, str]:
    """A number attribute."""
    return {"N": str(value)}


def text(value: str) -> dict[str, str]:
    """A string attribute."""
    return {"S": value}


def expires(at: datetime, after: timedelta) -> dict[str, str]:
    """A time to live. TTL is a broom that comes days late: readers compare the time themselves."""
    return number(int((at + after).timestamp()))


def is_expired(row: dict[str, Any], now: datetime) -> bool:
    """Whether a row is past its time to live, swept or not."""
    return "expires_at" in row and int(row["expires_at"]["N"]) <= now.timestamp()
