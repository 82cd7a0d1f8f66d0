"""Whoever pays at or after the beginning of a cart is left alone, however long ago the order was made."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.observations import Contact, PaymentFailed
from tests.fakes.told import SHIRT, Told, ada, cart, order
from tests.fakes.world import START, World, a_face
from tests.unit.shops import samples
from tests.unit.usecases.test_way_of_a_cart import Story

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MADE, CART, PAID = START - 3 * DAY, START, START + 20 * MINUTE


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def tell(world: World, told: Told, at, *seen) -> None:
    world.clock.at = max(world.clock.at, at)
    world.deliver(told.delivery(f"{at} {len(told.heard)}", *seen, at=at))


def made(world: World, told: Told, **more):
    """An order of three days ago, and a cart of today."""
    first = order(MADE, "checkout:o1", ref="o1", once=True, **more)
    world.clock.at = MADE
    tell(world, told, MADE, first)
    world.clock.at = CART
    tell(world, told, CART, cart(CART, SHIRT))
    return first, Story(world)


def outcome(world: World, story: Story) -> tuple[int, str]:
    while story.wake() == "wait":
        pass
    return len(world.outbox.sent), story.last_reason()


@pytest.mark.parametrize(
    "word",
    [
        {"paid": True, "paid_at": PAID},
        {"paid": True},
        {"part_paid": True},
    ],
    ids=["dated by the shop", "dated by the first word of it", "a part of it"],
)
def test_an_old_order_that_is_paid_today_ends_todays_cart(world, told, word):
    first, story = made(world, told)
    tell(world, told, PAID, replace(first, at=PAID, **word))
    assert outcome(world, story) == (0, "bought_elsewhere")


def test_an_order_that_is_first_heard_of_when_it_is_paid_ends_todays_cart(world, told):
    tell(world, told, CART, cart(CART, SHIRT))
    story = Story(world)
    tell(world, told, PAID, replace(order(MADE, ref="o9"), at=PAID, paid=True))
    assert outcome(world, story) == (0, "bought_elsewhere")


def test_a_payment_that_failed_and_is_tried_again_days_later_ends_todays_cart(world, told):
    first, story = made(world, told)
    failed = PaymentFailed("o1", "1", CART, "declined", refs=("checkout:o1",), contact=ada())
    tell(world, told, CART + MINUTE, failed)
    tell(world, told, PAID, replace(first, at=PAID, paid=True, paid_at=PAID))
    assert outcome(world, story) == (0, "bought_elsewhere")


def test_an_order_that_was_paid_long_ago_and_is_edited_today_ends_nothing(world, told):
    first, story = made(world, told, paid=True)
    for minutes in (5, 10, 40):
        tell(world, told, CART + minutes * MINUTE, replace(first, at=CART + minutes * MINUTE))
    world.clock.at = CART
    assert outcome(world, story)[0] == 3


def test_a_transfer_that_staff_enter_under_the_buyers_other_name_counts_for_everybody_who_is_named(
    world, told
):
    first, story = made(world, told)
    paid = replace(first, at=PAID, paid=True, contact=Contact(email="b@example.com"))
    tell(world, told, PAID, replace(paid, refs=(), beside=("email:ada@example.com",)))
    assert outcome(world, story) == (0, "bought_elsewhere")


def test_an_order_that_is_paid_between_two_touches_ends_the_second(world, told):
    first, story = made(world, told)
    story.wake()
    later = world.clock.now() + MINUTE
    tell(world, told, later, replace(first, at=later, paid=True, paid_at=later))
    assert outcome(world, story) == (1, "bought_elsewhere")


def test_a_renewal_that_pays_itself_ends_nothing_and_is_told_as_an_order(world, told):
    tell(world, told, CART, cart(CART, SHIRT))
    story = Story(world)
    tell(world, told, PAID, replace(order(PAID, ref="r1"), paid=True, renewal=True))
    assert [fact.data["order_ref"] for fact in world.bus.named("order.paid")] == ["r1"]
    assert outcome(world, story)[0] == 3


def test_a_comparison_that_finds_a_payment_finds_a_gap():
    """WooCommerce's list tells the order again with its payment, which no webhook had told."""
    world = World()
    world.clock.at = samples.RECEIVED_AT
    world.settings.faces["demo"] = a_face(url="https://werkhof-woo.example", domains=("werkhof-woo.example",))
    body = json.loads(samples.sample("woocommerce", "order.created").body)
    placed = samples.as_delivery("woocommerce", "order.created", body | {"status": "on-hold"})
    world.deliver(replace(placed, shop="demo", key="1"))
    (before,) = (row.last_order_at for row, _ in world.tables.rows["persons"].values() if row.email)
    paid = body | {"status": "processing", "date_paid_gmt": "2026-11-21T09:00:00"}
    seen = world.adapter("woocommerce").observe(samples.as_delivery("woocommerce", "order.updated", paid))
    assert world.reconcile._is_news("demo", seen)
    world.deliver(replace(samples.as_delivery("woocommerce", "order.updated", paid), shop="demo", key="2"))
    (after,) = (row.last_order_at for row, _ in world.tables.rows["persons"].values() if row.email)
    assert after > before
