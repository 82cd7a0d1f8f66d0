"""A transaction on moto that fails leaves everything as it was, though only the rows that it names are kept."""

from __future__ import annotations

import copy

import pytest
from moto import mock_aws
from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend

from tests.contracts import rollback
from tests.contracts.stack import MotoClients

PLAIN, SORTED = "plain", "sorted"


@pytest.fixture
def dynamodb():
    with mock_aws():
        client = MotoClients().dynamodb
        for name, keys in ((PLAIN, {"pk": "HASH"}), (SORTED, {"pk": "HASH", "sk": "RANGE"})):
            client.create_table(
                TableName=name,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
                KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
            )
            for row in ("a", "b", "c"):
                client.put_item(TableName=name, Item=_key(name, row) | {"n": {"M": {"of": {"N": "1"}}}})
        yield client


def _key(table: str, row: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": row}} if table == PLAIN else {"pk": {"S": "all"}, "sk": {"S": row}}


def _rows(client, table):
    return client.scan(TableName=table)["Items"]


def _changes(table):
    """One transaction's worth: a row updated within, one deleted, one put anew, one replaced."""
    counted = {"UpdateExpression": "SET n.#of = n.#of + :one", "ExpressionAttributeNames": {"#of": "of"}}
    return [
        {
            "Update": {"TableName": table, "Key": _key(table, "a")}
            | counted
            | {"ExpressionAttributeValues": {":one": {"N": "1"}}}
        },
        {"Delete": {"TableName": table, "Key": _key(table, "b")}},
        {"Put": {"TableName": table, "Item": _key(table, "c") | {"n": {"S": "another"}}}},
        {"Put": {"TableName": table, "Item": _key(table, "d")}},
    ]


def _never(table):
    return {"TableName": table, "ConditionExpression": "attribute_exists(pk)", "Key": _key(table, "none")}


@pytest.mark.parametrize("other", [PLAIN, SORTED])
@pytest.mark.parametrize("table", [PLAIN, SORTED])
def test_whatever_a_failed_transaction_did_is_undone(dynamodb, table, other):
    before = {name: _rows(dynamodb, name) for name in (PLAIN, SORTED)}
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=[*_changes(table), {"ConditionCheck": _never(other)}])
    assert {name: _rows(dynamodb, name) for name in (PLAIN, SORTED)} == before


@pytest.mark.parametrize("table", [PLAIN, SORTED])
def test_a_row_named_twice_is_refused_and_nothing_is_done(dynamodb, table):
    before = _rows(dynamodb, table)
    with pytest.raises(dynamodb.exceptions.ClientError):
        dynamodb.transact_write_items(TransactItems=[*_changes(table), _changes(table)[0]])
    assert _rows(dynamodb, table) == before


@pytest.mark.parametrize("table", [PLAIN, SORTED])
def test_a_transaction_that_holds_does_what_it_does_with_motos_own_copies(dynamodb, table, monkeypatch):
    dynamodb.transact_write_items(TransactItems=_changes(table))
    ours = _rows(dynamodb, table)
    for row in _rows(dynamodb, table):
        key = {name: row[name] for name in ("pk", "sk") if name in row}
        dynamodb.delete_item(TableName=table, Key=key)
    for row in ("a", "b", "c"):
        dynamodb.put_item(TableName=table, Item=_key(table, row) | {"n": {"M": {"of": {"N": "1"}}}})
    monkeypatch.setattr(models, "copy", copy)
    monkeypatch.setattr(DynamoDBBackend, "transact_write_items", rollback._WRITE)
    dynamodb.transact_write_items(TransactItems=_changes(table))
    assert _rows(dynamodb, table) == ours
    assert {row.get("sk", row["pk"])["S"] for row in ours} == {"a", "c", "d"}
