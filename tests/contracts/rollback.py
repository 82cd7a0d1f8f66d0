"""moto's transactions, without a copy of the whole table for each of their items.

moto 5 keeps each table as it was, rows and indexes, once per item of a transaction: a hundred items on a table of a
hundred rows copy ten thousand rows, which was most of what the rooms on moto did. To roll back, the rows that the
transaction names are enough: it can change no other.
"""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_WRITE = DynamoDBBackend.transact_write_items
_named: dict[str, list[dict[str, Any]]] = {}
_kept: dict[str, Table] = {}


def as_it_is(table: Table, keys: list[dict[str, Any]]) -> Table:
    """The table now: an index of rows of its own, copies of the rows with these keys, and the very rows else."""
    kept = copy.copy(table)
    kept.items = table.items.copy()
    for key in keys:
        names = (table.hash_key_attr, table.range_key_attr)
        if any(name is not None and name not in key for name in names):
            continue  # moto refuses it by itself
        partition, sort = (DynamoType(key[name]) if name is not None else None for name in names)
        if partition not in table.items:
            continue
        if sort is None:
            kept.items[partition] = copy.deepcopy(table.items[partition])
            continue
        if kept.items[partition] is table.items[partition]:
            kept.items[partition] = dict(table.items[partition])
        if sort in table.items[partition]:
            kept.items[partition][sort] = copy.deepcopy(table.items[partition][sort])
    return kept


def _copied(value: Any) -> Any:
    """What moto asks a copy of in this module: a row before its update, and a table before a transaction."""
    if not isinstance(value, Table):
        return copy.deepcopy(value)
    if value.name not in _kept:
        _kept[value.name] = as_it_is(value, _named[value.name])
    return _kept[value.name]


def _transact(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    try:
        for item in transact_items:
            for asked in item.values():
                _named.setdefault(asked["TableName"], []).append(asked.get("Key") or asked.get("Item") or {})
        _WRITE(backend, transact_items)
    finally:
        _named.clear()
        _kept.clear()


def rolls_back_by_row() -> None:
    """Let moto's transactions keep no more than they need, in this process. Asked twice it does nothing more."""
    models.copy = SimpleNamespace(deepcopy=_copied)
    DynamoDBBackend.transact_write_items = _transact
