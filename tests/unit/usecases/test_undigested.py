"""What cannot be digested is parked for a person; what it says beside that counts at once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cartback.domain.errors import Refused
from cartback.domain.observations import OrderSeen
from cartback.ports import Delivery
from tests.fakes.told import CUP, SHIRT, ada, cart
from tests.fakes.world import START, World
from tests.unit.shops import samples
from tests.unit.usecases.test_fetching import NAMED, Naming, Shop

EVENING = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


def from_shopify(stem: str, **changes: object) -> Delivery:
    """A sample with something else in it."""
    sample = samples.sample("shopify", stem)
    body = json.dumps({**json.loads(sample.body), **changes})
    return replace(sample, shop="demo", key=stem, body=body, received_at=EVENING)


def the_cart(world: World):
    (row,) = world.tables.rows["carts"].values()
    return row[0]


@pytest.mark.parametrize(
    "odd",
    [
        {"phone": 4915112345678},
        {"test": "false"},
        {"customer": [1]},
        {"cart_token": "not a token"},
        {"id": None},
        {"created_at": "2026-11-20 21:40:03"},
        {"total_price_set": {"presentment_money": {"amount": "1.234,50", "currency_code": "EUR"}}},
    ],
    ids=lambda odd: next(iter(odd)),
)
def test_an_order_that_is_parked_has_ended_its_cart(odd):
    world = World()
    world.clock.at = EVENING
    world.deliver(from_shopify("checkouts_update"))
    assert the_cart(world).is_open
    report = world.deliver(from_shopify("orders_create", **odd))
    assert len(report.parked) == len(world.queue.parked) == 1
    assert the_cart(world).status == "bought"
    assert [fact.data["generation"] for fact in world.bus.named("cart.bought")] == [1]
    assert world.bus.named("order.placed") == []


def test_a_parked_order_that_is_redriven_after_a_mend_is_told_once():
    world = World()
    world.clock.at = EVENING
    world.deliver(from_shopify("checkouts_update"))
    world.deliver(from_shopify("orders_create", test="false"))
    assert len(world.deliver(from_shopify("orders_create")).applied) == 1
    assert len({fact.fact_id for fact in world.bus.named("cart.bought")}) == 1
    assert len(world.bus.named("order.placed")) == 1


@pytest.mark.parametrize("cart_first", [True, False])
def test_whoever_is_known_under_a_name_beside_the_buyers_own_has_bought_and_stays_another_person(cart_first):
    told = Naming(Shop())
    world = World(adapter=told)
    left = told.delivery("cart", cart(START, SHIRT), at=START)
    order = OrderSeen(
        (),
        "o1",
        START + timedelta(minutes=5),
        START + timedelta(minutes=5),
        contact=replace(ada(), customer_ref="77", email="office@example.com", phone=None, consents=()),
        beside=(f"email:{ada().email}",),
    )
    bought = told.delivery("order", order, at=START)
    for one in (left, bought) if cart_first else (bought, left, bought):
        world.deliver(one)
    persons = [row[0] for row in world.tables.rows["persons"].values()]
    assert len(persons) == 2
    assert {person.last_order_at for person in persons} == {order.placed_at}
    assert {person.email for person in persons} == {ada().email, "office@example.com"}


def test_of_whoever_is_only_named_beside_a_buyer_no_name_is_kept():
    told = Naming(Shop())
    world = World(adapter=told)
    order = OrderSeen((), "o1", START, START, beside=(f"email:{ada().email}",))
    world.deliver(told.delivery("order", order, at=START))
    ((person, *_),) = world.tables.rows["persons"].values()
    assert (person.email, person.email_hash, person.cart_ids, person.reachable) == (None, None, (), False)


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.says["quotes/1"] = [cart(START, SHIRT, ref="quote:1")]
    return shop


def test_one_thing_that_cannot_be_digested_does_not_take_the_others_with_it(shop):
    told = Naming(shop)
    world = World(adapter=told)
    world.apply_events = replace(world.apply_events, fetcher=shop)
    odd = replace(NAMED, resource="quotes/odd")
    shop.says["quotes/odd"] = []
    bought = OrderSeen(("cart:c2",), None, START, START)

    def fetched(wanted, documents):
        if wanted is odd:
            raise Refused("lines must be a list", despite=(bought,))
        return shop.says[wanted.resource]

    told.fetched = fetched
    world.deliver(told.delivery("open", cart(START, CUP, ref="cart:c2"), at=START))
    report = world.deliver(told.delivery("e1", odd, NAMED, at=START))
    assert (report.parked, report.applied) == (["m0-e1"], [])
    assert [reason for _, reason in world.queue.parked] == ["lines must be a list"]
    states = {row[0].refs[0]: row[0].status for row in world.tables.rows["carts"].values()}
    assert states == {"cart:c2": "bought", "quote:1": "open"}
