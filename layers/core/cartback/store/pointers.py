"""Pointers: rows that lead from a name to an id, and are moved only if they still lead where they were read to lead."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cartback.store.codec import expires, number, text

Write = dict[str, Any]


def pointer(table: str, pk: str, before: str | None, to: str | None, now: datetime, kept: timedelta) -> Write:
    """A pointer that is written or moved only if it still points where it was read to point, or is past its time.

    Taking one away needs no condition: it happens when a person is forgotten, and then it must be gone.
    """
    if to is None:
        return {"Delete": {"TableName": table, "Key": {"pk": text(pk)}}}
    return {
        "Put": {
            "TableName": table,
            "Item": {"pk": text(pk), "to": text(to), "expires_at": expires(now, kept)},
            "ConditionExpression": "attribute_not_exists(pk) OR #to = :before OR expires_at <= :now",
            "ExpressionAttributeNames": {"#to": "to"},
            "ExpressionAttributeValues": {
                ":before": text(before or to),
                ":now": number(int(now.timestamp())),
            },
        }
    }
