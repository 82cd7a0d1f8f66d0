"""What is heard late is taken in, and not written about at once: the order behind it gets its chance."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.policy import BATCH, DUE_INDEX
from tests.fakes.told import SHIRT, Told, ada, cart, order
from tests.fakes.world import START, World, a_policy
from tests.unit.usecases.test_way_of_a_cart import Story

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def heard(world: World, told: Told, late: timedelta, **more) -> None:
    """Hear of a cart so long after it was left."""
    seen = cart(world.clock.now() - late, SHIRT, **more)
    world.deliver(told.delivery(f"cart {late}", seen, at=world.clock.now()))


@pytest.mark.parametrize(
    ("late", "wait"),
    [(timedelta(0), HOUR), (4 * MINUTE, 56 * MINUTE), (30 * MINUTE, 30 * MINUTE), (2 * HOUR, 30 * MINUTE)],
)
def test_the_first_touch_waits_a_silence_from_when_we_heard_if_we_heard_late(world, told, late, wait):
    heard(world, told, late)
    story = Story(world)
    assert story.answer["wait_seconds"] == wait.total_seconds()
    story.wake()
    assert len(world.outbox.sent) == 1


def test_an_order_that_is_some_minutes_behind_its_late_cart_ends_the_reminding(world, told):
    heard(world, told, 2 * HOUR)
    story = Story(world)
    bought_at = world.clock.now() - HOUR
    world.clock.move(minutes=4)
    world.deliver(told.delivery("order", order(bought_at, "cart:c1"), at=world.clock.now()))
    assert (story.wake(), story.last_reason(), world.outbox.sent) == ("stop", "bought", [])


@pytest.mark.parametrize("orchestration", [DUE_INDEX, BATCH])
def test_a_list_knows_both_clocks_too(world, told, orchestration):
    world.settings.policies["demo"] = a_policy(orchestration=orchestration)
    heard(world, told, 2 * HOUR)
    world.start_due()
    assert world.start_listed()["started"] == 0
    world.clock.move(minutes=29)
    assert world.start_listed()["started"] == 0
    world.clock.move(minutes=31)
    assert world.start_listed()["started"] == 1


def test_the_touches_after_the_first_count_from_the_shoppers_own_clock(world, told):
    heard(world, told, 2 * HOUR)
    story = Story(world)
    story.wake()
    assert story.answer["wait_seconds"] == (21 * HOUR + 30 * MINUTE).total_seconds()


@pytest.mark.parametrize(("days", "sent"), [(6.9, 1), (7.2, 0)])
def test_a_cart_that_is_heard_of_beyond_the_age_of_its_policy_is_not_reminded_of_at_all(
    world, told, days, sent
):
    heard(world, told, days * DAY)
    story = Story(world)
    while story.wake() == "wait":
        pass
    assert bool(world.outbox.sent) is bool(sent)
    if not sent:
        assert story.last_reason() == "heard_too_late"


def test_what_is_told_again_does_not_make_the_first_hearing_late(world, told):
    heard(world, told, timedelta(0))
    world.clock.move(minutes=50)
    heard(world, told, 50 * MINUTE)
    (row,) = (row for row, _ in world.tables.rows["carts"].values())
    assert row.heard_at == START


def test_a_replay_takes_in_what_was_missed_and_starts_no_message_until_the_shopper_is_back(world, told):
    seen = cart(START - HOUR, SHIRT)
    kept = replace(told.delivery("e1", seen, at=START - HOUR), replayed=True)
    world.deliver(kept)
    (row,) = (row for row, _ in world.tables.rows["carts"].values())
    assert (row.items, row.old_news, row.opened_by) == ((SHIRT,), True, None)
    assert world.bus.named("cart.opened") == []
    back = cart(START + MINUTE, SHIRT)
    world.clock.move(minutes=1)
    world.deliver(told.delivery("e2", back, at=back.at))
    assert len(world.bus.named("cart.opened")) == 1


def test_a_replay_of_what_runs_already_changes_nothing_of_it(world, told):
    seen = told.delivery("e1", cart(START, SHIRT), at=START)
    world.deliver(seen)
    story = Story(world)
    world.clock.move(minutes=10)
    world.deliver(replace(seen, replayed=True, generation="again"))
    story.answer["wait_seconds"] = 3000
    story.wake()
    assert len(world.outbox.sent) == 1


def test_an_order_in_a_replay_ends_what_it_ends(world, told):
    heard(world, told, timedelta(0))
    story = Story(world)
    bought = told.delivery("order", order(START + MINUTE, "cart:c1"), at=START)
    world.deliver(replace(bought, replayed=True))
    assert (story.wake(), world.outbox.sent) == ("stop", [])


def test_while_news_of_the_shop_comes_late_a_cart_that_was_heard_of_in_time_waits_for_its_order(world, told):
    heard(world, told, timedelta(0))
    story = Story(world)
    world.clock.move(minutes=59)
    flood = cart(
        START - 2 * HOUR, SHIRT, ref="cart:other", contact=ada(customer_ref="2", email="bo@example.com")
    )
    world.deliver(told.delivery("flood", flood, at=world.clock.now()))
    story.answer["wait_seconds"] = 60
    assert (story.wake(), story.last_reason(), world.outbox.sent) == ("wait", "shop_behind", [])
    assert story.answer["wait_seconds"] == (29 * MINUTE).total_seconds()
    bought = order(START + 10 * MINUTE, "cart:c1")
    world.deliver(told.delivery("order", bought, at=world.clock.now()))
    assert (story.wake(), world.outbox.sent) == ("stop", [])


def test_a_shop_that_is_always_late_holds_a_message_up_for_two_hours_and_no_longer(world, told):
    heard(world, told, timedelta(0))
    story, other = Story(world), ada(customer_ref="2", email="bo@example.com")
    for number in range(9):
        world.clock.move(seconds=story.answer["wait_seconds"] - 60)
        late = order(world.clock.now() - HOUR, ref=f"o{number}", contact=other)
        world.deliver(told.delivery(f"late {number}", late, at=world.clock.now()))
        story.answer["wait_seconds"] = 60
        story.wake()
        if world.outbox.sent:
            break
    assert world.clock.now() == START + 3 * HOUR


def test_that_news_is_late_is_written_down_every_few_minutes_and_not_with_every_event(
    world, told, monkeypatch
):
    written = []
    save = world.records.save
    monkeypatch.setattr(
        world.records, "save", lambda *given: (written.append(given[2].blocks), save(*given))[1]
    )
    for number in range(5):
        world.clock.move(minutes=1)
        late = order(START - HOUR, ref=f"o{number}")
        world.deliver(told.delivery(f"late {number}", late, at=world.clock.now()))
    assert sum("behind" in blocks for blocks in written) == 1
    assert world.metrics.counts["NewsLate"] == 1


@pytest.mark.parametrize(
    "seen",
    [
        cart(START - HOUR, SHIRT, once=True),
        cart(START - 9 * MINUTE, SHIRT),
        order(START, "cart:c1"),
    ],
    ids=["an unpaid order is dated by its making", "some minutes", "now"],
)
def test_what_is_not_late_holds_nobody_up(world, told, seen):
    world.deliver(told.delivery("e", seen, at=START))
    assert world.metrics.counts["NewsLate"] == 0
