"""Where a save is cut: at a hundred writes or four megabytes, in order, and never through what belongs together."""

from __future__ import annotations

import pytest

from cartback.store.splitting import MOST_BYTES, MOST_WRITES, in_transactions


def put(name: str, body: bytes = b"", **more) -> dict:
    return {"Put": {"TableName": "Carts", "Item": {"pk": {"S": name}, "body": {"B": body}, **more}}}


def units(*lengths: int) -> list[list[dict]]:
    return [[put(f"{place}-{n}") for n in range(length)] for place, length in enumerate(lengths)]


@pytest.mark.parametrize(
    ("lengths", "cut"),
    [
        ([], []),
        ([1], [1]),
        ([1] * 100, [100]),
        ([1] * 101, [100, 1]),
        ([1] * 250, [100, 100, 50]),
        ([60, 41, 59], [60, 100]),
        ([99, 2], [99, 2]),
        ([98, 2, 1], [100, 1]),
        ([16, 16, 80], [32, 80]),
    ],
)
def test_as_many_units_as_fit_go_together_and_none_is_torn(lengths, cut):
    given = units(*lengths)
    parts = list(in_transactions(given))
    assert [len(part) for part in parts] == cut
    assert [write for part in parts for write in part] == [write for unit in given for write in unit]


@pytest.mark.parametrize(
    ("one", "together"),
    [
        (put("x", b"x" * (MOST_BYTES // 2 - 100)), 2),
        (put("x", b"x" * (MOST_BYTES // 2)), 1),
        (put("x", note={"S": "x" * (MOST_BYTES // 8 - 100)}), 2),
        (put("x", note={"S": "x" * (MOST_BYTES // 8)}), 1),
        (put("x", note={"N": "1" * (MOST_BYTES // 8)}), 1),
        ({"Delete": {"TableName": "Carts", "Key": {"pk": {"S": "x" * (MOST_BYTES // 8)}}}}, 1),
    ],
)
def test_what_a_transaction_weighs_is_never_more_than_dynamodb_takes(one, together):
    assert [len(part) for part in in_transactions([[one]] * 4)] == [together] * (4 // together)


def test_what_is_too_heavy_by_itself_goes_alone_for_dynamodb_to_judge():
    heavy = put("x", b"x" * (2 * MOST_BYTES))
    assert [len(part) for part in in_transactions([[put("a")], [heavy], [put("b")]])] == [1, 1, 1]
    assert [len(part) for part in in_transactions([[heavy], [put("b")]])] == [1, 1]


def test_the_limits_are_those_of_dynamodb():
    assert (MOST_WRITES, MOST_BYTES) == (100, 4_000_000)
