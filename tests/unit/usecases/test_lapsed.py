"""Whose an expired link was: told to who has it, and to nobody who guesses."""

from __future__ import annotations

import pytest

from cartback.domain.errors import TryLater
from tests.fakes.told import Told
from tests.fakes.world import World
from tests.unit.usecases.test_way_of_a_cart import opened


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def test_whose_an_expired_link_was_is_told_to_who_has_it_and_nothing_to_who_guesses(world, told):
    story = opened(world, told)
    story.wake()
    restore, *_ = world.tokens.made
    world.clock.move(days=31)
    assert world.lapsed(f"demo.{restore}").shop == "demo"
    assert world.lapsed(f"demo.{'A' * 43}") is None
    assert world.lapsed(f"other.{restore}") is None
    assert world.lapsed("demo") is None


def test_while_a_store_is_away_an_expired_link_has_a_page_all_the_same(world, told):
    story = opened(world, told)
    story.wake()

    def away(*_: object) -> None:
        raise TryLater("away")

    world.ledger.look = away
    assert world.lapsed(f"demo.{world.tokens.made[0]}") is None
