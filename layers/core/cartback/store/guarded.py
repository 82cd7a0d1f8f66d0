"""Rows that are guarded by a version: written over what was read, and over nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cartback.store.codec import number

if TYPE_CHECKING:
    from cartback.store.codec import Row


def put_over(table: str, row: Row, version: int) -> dict[str, Any]:
    """A put on condition that the row still has the version that was read; 0: that it is not there."""
    put: dict[str, Any] = {"TableName": table, "Item": {**row, "version": number(version + 1)}}
    if version == 0:
        put["ConditionExpression"] = "attribute_not_exists(pk)"
    else:
        put["ConditionExpression"] = "version = :version"
        put["ExpressionAttributeValues"] = {":version": number(version)}
    return put
