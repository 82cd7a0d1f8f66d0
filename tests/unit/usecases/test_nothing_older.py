"""A flow that is switched on acts on nothing that happened before, be it told late or listed long ago."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.policy import BATCH, DUE_INDEX, PER_CART
from tests.fakes.told import SHIRT, Told, cart
from tests.fakes.world import START, World, a_policy

HOUR = timedelta(hours=1)


def world_with(orchestration: str, since) -> World:
    world = World(adapter=Told())
    policy = a_policy(orchestration=orchestration)
    world.settings.policies["demo"] = replace(policy, flows_since={"cart_recovery": since} if since else {})
    return world


def told(world: World, at, now) -> None:
    world.clock.at = now
    world.deliver(world.adapter.delivery("e1", cart(at, SHIRT), at=now))
    world.start_due()


def reasons(world: World) -> list[str]:
    lines = (row for row, _ in world.tables.rows["lines"].values())
    return [line.data["reason"] for _, line in lines if line.kind == "not_started"]


@pytest.mark.parametrize("orchestration", [PER_CART, DUE_INDEX, BATCH])
def test_what_happened_before_the_flow_was_switched_on_starts_nothing_however_late_it_is_told(orchestration):
    world = world_with(orchestration, START)
    told(world, START - timedelta(minutes=1), START + HOUR)
    assert (world.runs.started, world.tables.rows["due"]) == ({}, {})
    assert reasons(world) == ["older_than_flow"]


@pytest.mark.parametrize("orchestration", [PER_CART, DUE_INDEX, BATCH])
@pytest.mark.parametrize("since", [START, None])
def test_what_happened_since_or_if_nobody_kept_since_when_is_acted_on(orchestration, since):
    world = world_with(orchestration, since)
    told(world, START, START + timedelta(minutes=1))
    assert len(world.runs.started) + len(world.tables.rows["due"]) == 1


@pytest.mark.parametrize("orchestration", [PER_CART, DUE_INDEX, BATCH])
def test_a_shop_that_tells_whole_seconds_is_heard_in_the_second_of_the_switching_on(orchestration):
    world = world_with(orchestration, START + timedelta(milliseconds=833))
    told(world, START, START + timedelta(seconds=2))
    assert len(world.runs.started) + len(world.tables.rows["due"]) == 1


def test_what_was_listed_before_the_flow_went_off_is_not_acted_on_once_it_is_on_again():
    world = world_with(DUE_INDEX, None)
    told(world, START, START)
    assert len(world.tables.rows["due"]) == 1
    again = {"cart_recovery": START + HOUR / 2}
    world.settings.policies["demo"] = replace(world.settings.policies["demo"], flows_since=again)
    world.clock.at = START + 2 * HOUR
    assert world.start_listed()["dropped"] == 1
    assert world.runs.started == {}
    assert reasons(world) == ["older_than_flow"]


def test_an_entry_that_was_listed_by_an_earlier_release_has_no_instant_and_is_worked_off():
    world = world_with(DUE_INDEX, None)
    told(world, START, START)
    ((key, (due, version)),) = world.tables.rows["due"].items()
    world.tables.rows["due"][key] = (replace(due, told_at=None), version)
    again = {"cart_recovery": START + HOUR / 2}
    world.settings.policies["demo"] = replace(world.settings.policies["demo"], flows_since=again)
    world.clock.at = START + 2 * HOUR
    assert world.start_listed()["started"] == 1
