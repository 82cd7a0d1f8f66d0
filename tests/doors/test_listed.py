"""Carts that wait on the list, on the real table and by the real doors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cartback import wiring
from cartback.flows import all_flows
from tests.doors.house import SHOP, checkout, order, sample
from tests.doors.test_tasks import executions, opened, story

MINUTE = timedelta(minutes=1)


@pytest.fixture
def listed(house):
    """A shop whose carts wait on the list, with one that is on it."""
    house.add_shop(version=2, policy={"orchestration": "due_index"})
    fact = opened(house)
    assert house.call("start_flows", {"detail": fact}) == {"started": []}
    return house, fact


def sweep(house):
    return house.call("start_listed", sample("start_listed"))


def test_a_cart_waits_on_the_list_and_its_run_begins_when_it_is_due(listed):
    house, fact = listed
    house.now += 59 * MINUTE
    assert sweep(house) == {"started": 0, "again": 0, "dropped": 0, "left": 0}
    house.now += 2 * MINUTE
    assert sweep(house)["started"] == 1
    assert sweep(house) == {"started": 0, "again": 0, "dropped": 0, "left": 0}
    assert len(executions(house)) == 1
    assert [line.kind for line in story(house, fact)] == ["listed", "started"]


def test_a_fact_that_comes_again_after_the_sweep_starts_no_second_run(listed):
    house, fact = listed
    house.now += 61 * MINUTE
    sweep(house)
    house.call("start_flows", {"detail": fact})
    sweep(house)
    assert len(executions(house)) == 1
    assert not [row for row in house.stack.rows("Ledger") if "#due#" in row["pk"]["S"]]


def test_a_cart_that_is_bought_in_time_costs_no_run(listed):
    house, fact = listed
    house.now += 20 * MINUTE
    house.tell(order(20), "msg_9")
    house.now += 41 * MINUTE
    assert sweep(house)["dropped"] == 1
    assert executions(house) == []
    assert story(house, fact)[-1].data["reason"] == "bought"
    assert [row for row in house.stack.rows("Ledger") if "#due#" in row["pk"]["S"]] == []


def test_in_a_batch_the_next_half_hour_is_waited_for(house):
    house.add_shop(version=2, policy={"orchestration": "batch"})
    house.now += MINUTE
    house.tell(checkout(1), "msg_1")
    (fact,) = [fact for fact in house.heard() if fact["fact"] == "cart.opened"]
    house.call("start_flows", {"detail": fact})
    house.now += 60 * MINUTE
    assert sweep(house)["started"] == 0
    house.now += 29 * MINUTE
    assert sweep(house)["started"] == 1


def test_every_flow_can_begin_from_the_list(listed):
    house, _ = listed
    known: dict = {}
    house.monkeypatch.setattr("functions.start_listed.wiring", _Looking(known))
    house.call("start_listed", sample("start_listed"))
    assert known == {flow.name: flow for flow in all_flows()}
    assert {row["pk"]["S"].partition("#")[0] for row in house.stack.rows("Ledger")} == {SHOP}


class _Looking:
    """Lets the door have its use case, and looks at it."""

    def __init__(self, known: dict) -> None:
        self.known = known

    def start_listed(self):
        made = wiring.start_listed()
        self.known.update(made.flows)
        return made
