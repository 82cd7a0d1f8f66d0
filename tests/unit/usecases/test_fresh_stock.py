"""Right before a message the shop itself may be asked what is left, and may fail to say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartback.domain.errors import Refused, TryLater
from cartback.domain.observations import VariantSeen
from cartback.domain.shop.service import Unsupported
from cartback.usecases.messaging.fresh_stock import FreshStock
from tests.fakes.told import CUP, SHIRT, Told, cart, order
from tests.fakes.world import START, World, a_policy
from tests.unit.usecases.test_way_of_a_cart import Story


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    world = World(adapter=told)
    world.touch = replace(world.touch, fresh_stock=FreshStock(lambda shop: world.api, world.metrics))
    world.settings.policies["demo"] = a_policy(ask_shop=True)
    return world


def left(variant: str, pieces: int | None) -> VariantSeen:
    return VariantSeen(variant, "as the shop calls it now", available=pieces)


def woken(world: World, told: Told) -> Story:
    world.deliver(told.delivery("e1", cart(START, SHIRT, CUP), at=START))
    story = Story(world)
    story.wake()
    return story


def test_what_the_shop_says_is_gone_is_left_out_though_no_event_told_it(world, told):
    world.api.stock = {"v1": left("v1", 0), "v2": left("v2", 1)}
    woken(world, told)
    (message,) = world.outbox.sent
    assert "Tasse" in message.text
    assert "Leinenhemd" not in message.text


def test_nothing_left_in_the_shop_means_no_message(world, told):
    world.api.stock = {"v1": left("v1", 0), "v2": left("v2", 0)}
    story = woken(world, told)
    assert world.outbox.sent == []
    assert story.last_reason() == "out_of_stock"


@pytest.mark.parametrize("failure", [TryLater("slow"), Refused("the key was withdrawn", 401)])
def test_a_shop_that_does_not_answer_holds_no_message_up(world, told, failure):
    world.api.fails = [failure]
    woken(world, told)
    assert len(world.outbox.sent) == 1
    assert world.metrics.counts["StockNotAsked"] == 1


def test_a_platform_that_cannot_tell_leaves_it_to_our_table(world, told, monkeypatch):
    monkeypatch.setattr(world.api, "stock_now", lambda variants: Unsupported("keeps no stock"))
    woken(world, told)
    assert len(world.outbox.sent) == 1


def test_variants_that_the_shop_says_nothing_of_stay_as_we_know_them(world, told):
    world.api.stock = {"v1": left("v1", 3)}
    woken(world, told)
    (message,) = world.outbox.sent
    assert "Tasse" in message.text


def test_nobody_is_asked_unless_the_policy_says_so(world, told):
    world.settings.policies["demo"] = a_policy()
    world.api.stock = {"v1": left("v1", 0), "v2": left("v2", 0)}
    woken(world, told)
    assert len(world.outbox.sent) == 1
    assert world.api.asked == []


def test_nobody_is_asked_where_nothing_is_to_be_sent(world, told):
    story = woken(world, told)
    asked = list(world.api.asked)
    assert asked
    at = world.clock.now()
    world.deliver(told.delivery("o1", order(at, "cart:c1"), at=at))
    assert story.wake() == "stop"
    assert world.api.asked == asked
