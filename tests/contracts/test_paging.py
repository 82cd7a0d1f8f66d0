"""Parts until they are whole: how often what is left over is asked for, and when it is time to try later."""

from __future__ import annotations

import pytest

from cartback.domain.errors import TryLater
from cartback.store.paging import MOST_IDLE, get_rows, pages, write_rows

KEYS = [("Carts", {"pk": {"S": f"c{n}"}}) for n in range(130)]
WRITES = [{"DeleteRequest": {"Key": key}} for _, key in KEYS]


class Slow:
    """DynamoDB that does ``done`` of each batch, and only in every so many rounds."""

    def __init__(self, done: int, every: int = 1) -> None:
        self.done, self.every, self.rounds = done, every, 0
        self.dynamodb = self
        self.asked: list[dict] = []
        self.wrote: list[dict] = []

    def batch_get_item(self, RequestItems):  # noqa: N803 (DynamoDB's own name)
        self.asked.append(RequestItems)
        (part,) = RequestItems.values()
        first, rest = self._cut(part["Keys"])
        left = {"Carts": {"Keys": rest, "ConsistentRead": part["ConsistentRead"]}} if rest else {}
        return {"Responses": {"Carts": first}, "UnprocessedKeys": left}

    def batch_write_item(self, RequestItems):  # noqa: N803
        self.asked.append(RequestItems)
        first, rest = self._cut(RequestItems["Carts"])
        self.wrote += first
        return {"UnprocessedItems": {"Carts": rest} if rest else {}}

    def _cut(self, entries: list) -> tuple[list, list]:
        self.rounds += 1
        done = self.done if self.rounds % self.every == 0 else 0
        return entries[:done], entries[done:]


@pytest.mark.parametrize(("done", "every"), [(1, 1), (7, 1), (100, 1), (1, MOST_IDLE), (40, MOST_IDLE)])
def test_whoever_moves_is_asked_until_all_is_done_however_slowly(done, every):
    slow = Slow(done, every)
    assert [row["pk"]["S"] for _, row in get_rows(slow, KEYS, "read")] == [f"c{n}" for n in range(130)]
    assert all(part["ConsistentRead"] for asked in slow.asked for part in asked.values())
    slow = Slow(done, every)
    write_rows(slow, "Carts", WRITES, "delete")
    assert slow.wrote == WRITES


@pytest.mark.parametrize("ask", [lambda slow: list(get_rows(slow, KEYS, "read rows")),
                                 lambda slow: write_rows(slow, "Carts", WRITES, "read rows")])  # fmt: skip
def test_where_nothing_moves_it_is_time_to_try_later(ask):
    slow = Slow(0)
    with pytest.raises(TryLater, match="could not read rows: DynamoDB does a part only"):
        ask(slow)
    assert len(slow.asked) == MOST_IDLE == 3


def test_no_more_is_asked_for_at_once_than_dynamodb_takes_and_nothing_of_nothing():
    slow = Slow(1000)
    list(get_rows(slow, KEYS, "read"))
    write_rows(slow, "Carts", WRITES, "delete")
    assert [len(asked["Carts"]["Keys"]) for asked in slow.asked[:2]] == [100, 30]
    assert [len(asked["Carts"]) for asked in slow.asked[2:]] == [25] * 5 + [5]
    idle = Slow(0)
    assert list(get_rows(idle, [], "read")) == []
    write_rows(idle, "Carts", [], "delete")
    assert idle.asked == []


def test_a_page_without_rows_is_no_end_and_each_next_one_begins_where_the_last_ended():
    answers = [([], "a"), ([{"n": 1}], "b"), ([{"n": 2}, {"n": 3}], None)]
    asked = []

    def read(**ask):
        asked.append(ask)
        rows, last = answers[len(asked) - 1]
        return {"Items": rows, **({"LastEvaluatedKey": last} if last else {})}

    assert list(pages(read, "read", TableName="Carts")) == [rows for rows, _ in answers]
    assert [ask.get("ExclusiveStartKey") for ask in asked] == [None, "a", "b"]
    assert {ask["TableName"] for ask in asked} == {"Carts"}
