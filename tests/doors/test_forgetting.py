"""Being forgotten and being told through the doors: a fact starts a run, and its task goes on where it stood."""

from __future__ import annotations

import json
from typing import Any

from cartback.domain.desk.entries import TASK, opened
from cartback.ports import RowSet
from cartback.store.trade.records import DynamoRecords
from tests.doors.house import SHOP, House, checkout, sample
from tests.doors.outside import Outside
from tests.fakes.world import START, HandClock

NEIGHBOUR = "tea-shop"


def told(house: House, fact: str, fact_id: str, **data: Any) -> bool:
    """Let the bus tell a fact; gives whether a run was started now."""
    detail = {"fact": fact, "version": 1, "id": fact_id, "shop": SHOP, "at": START.isoformat(), "data": data}
    return house.call("start_erasing", {"detail": detail})["started"]


def runs(house: House, machine: str) -> list[dict[str, Any]]:
    """The inputs of a machine's runs."""
    own, arn = house.stack.own.stepfunctions, house.stack.refs[machine]
    found = own.list_executions(stateMachineArn=arn)["executions"]
    return [json.loads(own.describe_execution(executionArn=one["executionArn"])["input"]) for one in found]


def swept(house: House, given: dict[str, Any]) -> list[str]:
    """Play the run of an erasure to its end; gives the words in order."""
    cursor, words = "", []
    while not words or words[-1] != "done":
        answer = house.call("sweep_erased", {**given, "cursor": cursor, "lasts_seconds": 1_209_600})
        cursor = answer["cursor"]
        words.append(answer["next"])
        assert len(words) < 20
    return words


def test_each_fact_of_somebodys_right_starts_one_run_of_its_own_machine(house: House):
    for _ in range(2):  # the bus may tell each of them twice
        told(house, "customer.erased", "f-1", person_id="p1")
        told(house, "shop.erased", "f-2", erased_at=START.isoformat())
        told(house, "privacy.requested", "f-3", person_id="p1", request_ref="7")
        assert not told(house, "privacy.requested", "f-4", request_ref="8"), (
            "of nobody there is nothing to collect"
        )
    erasures = [(one["subject"], one["person_id"]) for one in runs(house, "Erasure")]
    assert sorted(erasures, key=str) == [("everybody", None), ("p1", "p1")]
    (export,) = runs(house, "Export")
    assert (export["shop"], export["person_id"], export["cursor"]) == (SHOP, "p1", "")


def test_whoever_asks_is_told_everything_once_and_an_unknown_one_nothing(house: House):
    house.tell(checkout(), "msg_1")
    (person_id,) = {fact["data"]["person_id"] for fact in house.heard() if fact["fact"] == "cart.opened"}
    for number, who in enumerate((person_id, person_id, "nobody")):
        place = {"shop": SHOP, "person_id": who, "run": f"export-{number}", "cursor": ""}
        answer: dict[str, Any] = {}
        while answer.get("next") != "done":
            answer = house.call("collect_export", {**place, "cursor": answer.get("cursor", "")})
    own, bucket = house.stack.own.s3, house.stack.refs["RawBucket"]
    found = [each["Key"] for each in own.list_objects_v2(Bucket=bucket, Prefix="_exports/")["Contents"]]
    assert found == [f"_exports/{SHOP}/{person_id}.json"]
    text = own.get_object(Bucket=bucket, Key=found[0])["Body"].read().decode()
    assert "ada@example.com" in text
    assert "Leselampe" in text


def test_a_shop_that_is_erased_leaves_no_row_no_desk_and_no_way_to_its_tools(house: House, outside: Outside):
    house.tell(checkout(), "msg_1")
    for shop in (SHOP, NEIGHBOUR):
        outside.connect("slack", {"token": "xoxb-1234567890-abc"}, shop=shop)
        outside.token("tell:*", shop=shop)
        outside.desk.save(opened(shop, TASK, "Call the supplier", START, shop))
    records = DynamoRecords(house.stack.own, house.stack.tables, HandClock())
    records.save(SHOP, RowSet(blocks={"shop": None}), RowSet(blocks={"shop": "shop_left"}))
    assert swept(house, {"shop": SHOP, "person_id": None})[-1] == "done"
    left = {
        row["pk"]["S"]
        for table in ("Carts", "Customers", "Ledger", "Catalogue", "Orders", "Desk")
        for row in house.stack.rows(table)
    }
    assert {key for key in left if key.startswith(f"{SHOP}#")} == {
        key for key in left if key.startswith((f"{SHOP}#block#", f"{SHOP}#consent#"))
    }
    assert any(key.startswith(f"{NEIGHBOUR}#desk#") for key in left)
    assert (outside.connections.connected(SHOP), outside.connections.tokens(SHOP)) == ([], [])
    assert len(outside.connections.connected(NEIGHBOUR)) == len(outside.connections.tokens(NEIGHBOUR)) == 1
    fresh = outside.fresh_keys()
    assert fresh.of(f"{SHOP}/slack/main") is None
    assert fresh.of(f"{NEIGHBOUR}/slack/main") == {"token": "xoxb-1234567890-abc"}


def test_a_comparison_is_started_once_for_each_time_of_the_clock(house: House):
    event = sample("start_reconciling")
    for _ in range(2):  # an invocation that failed is repeated with the same event
        assert house.call("start_reconciling", event)["started"] == [SHOP]
    assert [one["shop"] for one in runs(house, "Reconciliation")] == [SHOP]
    house.call("start_reconciling", {**event, "id": "another-quarter"})
    assert len(runs(house, "Reconciliation")) == 2
