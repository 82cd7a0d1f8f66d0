"""What a recorded call is billed for, by the rules of DynamoDB's price list."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from moto import mock_aws

from bench import recorded as recorded_module
from bench.recorded import Recorder, item_size
from tests.contracts.stack import CREDENTIALS, Stack
from tests.laws.reading import resources


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"pk": {"S": "abc"}}, 5),
        ({"pk": {"S": "für"}}, 6),
        ({"pk": {"S": '"quoted"'}}, 10),
        ({"body": {"B": base64.b64encode(bytes(30)).decode()}}, 34),
        ({"gone": {"BOOL": False}, "nil": {"NULL": True}}, 9),
        ({"n": {"N": "1795305600"}}, 6),
    ],
)
def test_an_item_is_as_large_as_its_names_and_values(item: dict[str, Any], size: int):
    assert item_size(item) == size


def test_a_kind_of_value_that_is_never_written_is_not_guessed():
    with pytest.raises(ValueError, match="how large is a M"):
        item_size({"body": {"M": {}}})


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch):
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        clients, recorder = Stack().clients, Recorder()
        recorder.watch(clients.dynamodb.meta.events)
        yield clients.dynamodb, recorder
        recorder.unwatch(clients.dynamodb.meta.events)


def row(name: str, body: bytes, days: float = 30) -> dict[str, Any]:
    ends = int(time.time() + days * 86_400)
    return {"pk": {"S": name}, "body": {"B": body}, "expires_at": {"N": str(ends)}}


def test_a_kilobyte_is_a_unit_and_two_in_a_transaction(recorded):
    dynamodb, recorder = recorded
    dynamodb.put_item(TableName="Carts", Item=row("a", bytes(900)))
    dynamodb.put_item(TableName="Carts", Item=row("b", bytes(1100)))
    puts = [{"Put": {"TableName": "Carts", "Item": row(name, bytes(1100))}} for name in "cd"]
    dynamodb.transact_write_items(TransactItems=puts)
    assert [call.write_units for call in recorder.taken()] == [1, 2, 8]


def test_whoever_makes_a_row_smaller_pays_for_the_larger(recorded):
    dynamodb, recorder = recorded
    dynamodb.put_item(TableName="Carts", Item=row("a", bytes(5000)))
    dynamodb.put_item(TableName="Carts", Item=row("a", bytes(10)))
    assert [call.write_units for call in recorder.taken()] == [5, 5]


def test_a_row_is_paid_for_as_long_as_it_is_kept_and_only_once(recorded):
    dynamodb, recorder = recorded
    dynamodb.put_item(TableName="Carts", Item=row("a", bytes(874), days=60))
    dynamodb.put_item(TableName="Carts", Item=row("a", bytes(1874), days=60))
    dynamodb.delete_item(TableName="Carts", Key={"pk": {"S": "a"}})
    assert [call.byte_months for call in recorder.taken()] == pytest.approx([2000, 2000, -4000], rel=0.01)


def test_what_is_kept_in_the_class_for_infrequent_access_costs_a_third_less_to_keep_and_a_quarter_more_to_write(
    recorded,
):
    dynamodb, recorder = recorded
    for table in ("Carts", "Orders"):
        dynamodb.put_item(TableName=table, Item=row("a", bytes(874), days=60) | {"sk": {"S": "s"}})
    often, rarely = recorder.taken()
    assert rarely.byte_months / often.byte_months == pytest.approx(2 / 3, rel=0.01)
    assert rarely.write_units / often.write_units == pytest.approx(1.248)


def test_the_template_says_of_which_tables_that_is_so():
    rare = {
        name
        for name, table in resources("AWS::DynamoDB::Table").items()
        if table["Properties"].get("TableClass") == "STANDARD_INFREQUENT_ACCESS"
    }
    assert rare == recorded_module._INFREQUENT
