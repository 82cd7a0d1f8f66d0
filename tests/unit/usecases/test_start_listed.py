"""A cart waits on the list until it is due; its run begins once, or a line says why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.errors import TryLater
from cartback.domain.policy import BATCH, DUE_INDEX
from cartback.usecases import start_listed
from tests.fakes.told import CUP, SHIRT, Told, cart, order
from tests.fakes.world import START, World, a_policy

HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> World:
    world = World(adapter=Told())
    world.settings.policies["demo"] = a_policy(orchestration=DUE_INDEX)
    return world


def tell(world: World, key: str, seen, at=START) -> None:
    world.clock.at = max(world.clock.now(), at)
    world.deliver(world.adapter.delivery(key, seen, at=at))
    world.start_due()


def kinds(world: World) -> list[str]:
    lines = (row for row, _ in world.tables.rows["lines"].values())
    return [f"{line.kind} {line.data.get('reason', '')}".strip() for _, line in lines]


def sweep(world: World, at) -> dict[str, int]:
    world.clock.at = at
    return world.start_listed()


def test_an_opened_cart_is_listed_and_costs_no_run_before_it_is_due(world):
    tell(world, "e1", cart(START, SHIRT))
    assert world.runs.started == {}
    assert sweep(world, START + HOUR - timedelta(seconds=1))["started"] == 0
    assert sweep(world, START + HOUR) == {"started": 1, "again": 0, "dropped": 0, "left": 0}
    (given,) = world.runs.started.values()
    assert given["wait_seconds"] == 1
    assert world.tables.rows["due"] == {}
    assert kinds(world) == ["listed", "started"]


def test_a_fact_that_is_told_again_after_the_sweep_starts_no_second_run(world):
    tell(world, "e1", cart(START, SHIRT))
    sweep(world, START + HOUR)
    world.start_due()
    sweep(world, START + HOUR)
    assert len(world.runs.started) == 1
    assert world.tables.rows["due"] == {}


def test_a_cart_that_is_bought_in_time_has_no_run_and_its_story_says_why(world):
    tell(world, "e1", cart(START, SHIRT))
    at = START + timedelta(minutes=20)
    tell(world, "o1", order(at, "cart:c1"), at)
    assert sweep(world, START + HOUR) == {"started": 0, "again": 0, "dropped": 1, "left": 0}
    assert world.runs.started == {}
    assert kinds(world)[-1] == "decision bought"


def test_a_cart_whose_shopper_came_back_waits_again_for_its_whole_silence(world):
    tell(world, "e1", cart(START, SHIRT))
    at = START + HOUR / 2
    tell(world, "e2", cart(at, SHIRT, CUP), at)
    assert sweep(world, START + HOUR)["again"] == 1
    assert sweep(world, at + HOUR)["started"] == 1


def test_in_a_batch_carts_wait_for_the_next_half_hour(world):
    world.settings.policies["demo"] = a_policy(orchestration=BATCH)
    at = START + timedelta(minutes=1)
    tell(world, "e1", cart(at, SHIRT), at)
    assert sweep(world, at + HOUR)["started"] == 0
    assert sweep(world, START + HOUR + timedelta(minutes=30))["started"] == 1


def test_a_shop_that_goes_back_to_runs_of_their_own_still_has_its_list_worked_off(world):
    tell(world, "e1", cart(START, SHIRT))
    world.settings.policies["demo"] = a_policy()
    assert sweep(world, START + HOUR)["started"] == 1


@pytest.mark.parametrize("policy", [None, replace(a_policy(orchestration=DUE_INDEX), flows=frozenset())])
def test_a_flow_that_was_switched_off_or_a_shop_that_was_removed_starts_nothing(world, policy):
    tell(world, "e1", cart(START, SHIRT))
    if policy is None:
        del world.settings.policies["demo"]
    else:
        world.settings.policies["demo"] = policy
    assert sweep(world, START + HOUR)["dropped"] == 1
    assert kinds(world)[-1] == ("not_started shop_unknown" if policy is None else "not_started flow_off")


def test_a_sweep_that_breaks_off_leaves_its_carts_to_the_next_one(world, monkeypatch):
    for number in range(3):
        tell(world, f"e{number}", cart(START, SHIRT, ref=f"cart:c{number}"))
    real, calls = world.runs.start, iter([True, False])

    def tired(flow, name, variables):
        if next(calls, False):
            return real(flow, name, variables)
        raise TryLater("throttled")

    monkeypatch.setattr(world.runs, "start", tired)
    with pytest.raises(TryLater):
        sweep(world, START + HOUR)
    monkeypatch.setattr(world.runs, "start", real)
    sweep(world, START + HOUR)
    assert len(world.runs.started) == 3
    assert world.tables.rows["due"] == {}


def test_what_one_sweep_cannot_do_is_left_to_the_next_and_said(world, monkeypatch):
    monkeypatch.setattr(start_listed, "MOST_GROUPS", 0)
    tell(world, "e1", cart(START, SHIRT))
    assert sweep(world, START + HOUR) == {"started": 0, "again": 0, "dropped": 0, "left": 1}
    monkeypatch.setattr(start_listed, "MOST_GROUPS", 1)
    assert sweep(world, START + HOUR)["started"] == 1


def test_how_late_the_list_is_can_be_seen(world):
    tell(world, "e1", cart(START, SHIRT))
    sweep(world, START + HOUR + timedelta(minutes=7))
    assert world.metrics.counts["DueLateSeconds"] == 420
