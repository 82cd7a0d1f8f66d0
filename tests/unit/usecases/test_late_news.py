"""News that comes late, after what it should have come before. Found by tests/simulation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cartback.domain.observations import ConsentSeen, CustomerErased, CustomerSeen
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def the_person(world: World):
    (row,) = world.tables.rows["persons"].values()
    return row[0]


def test_a_withdrawal_that_overtakes_the_cart_with_the_older_consent_holds(world, told):
    no = ConsentSeen("email", False, START, "explicit", "shop customer 1", sticky=True)
    world.deliver(told.delivery("no", CustomerSeen(ada(consents=(no,)), START), at=START))
    world.deliver(told.delivery("cart", cart(START - timedelta(hours=1), SHIRT), at=START))
    assert the_person(world).consent("email").state == "withdrawn"


def test_of_a_stranger_who_refuses_only_the_refusal_is_kept(world, told):
    no = ConsentSeen("email", False, START, "explicit", "shop customer 1", sticky=True)
    world.deliver(told.delivery("no", CustomerSeen(ada(consents=(no,)), START), at=START))
    assert "ada@example.com" not in repr(world.tables.rows)
    assert "Ada" not in repr(world.tables.rows)


def test_a_stranger_who_says_nothing_about_consent_leaves_no_row(world, told):
    world.deliver(told.delivery("record", CustomerSeen(ada(consents=()), START), at=START))
    assert world.tables.rows["persons"] == {}


@pytest.mark.parametrize("met_before", [True, False], ids=["met before", "never met"])
def test_a_cart_from_before_an_erasure_that_arrives_after_it_brings_nobody_back(world, told, met_before):
    if met_before:
        world.deliver(told.delivery("first", cart(START - timedelta(hours=3), SHIRT), at=START))
        world.bus.facts.clear()
    world.deliver(told.delivery("forget", CustomerErased(ada(), START), at=START))
    late = cart(START - timedelta(hours=1), SHIRT, ref="cart:c2")
    world.deliver(told.delivery("late", late, at=START))
    assert "ada@example.com" not in repr(world.tables.rows)
    assert world.bus.named("cart.opened") == []


def test_somebody_who_comes_back_after_an_erasure_is_new_and_has_to_agree_anew(world, told):
    world.deliver(told.delivery("first", cart(START - timedelta(hours=3), SHIRT), at=START))
    world.deliver(told.delivery("forget", CustomerErased(ada(), START), at=START))
    world.deliver(told.delivery("again", cart(START + timedelta(days=1), SHIRT, ref="cart:c2"), at=START))
    person = the_person(world)
    assert (person.email, person.consent("email")) == ("ada@example.com", None)
    agreed = ada(consent_at=START + timedelta(days=2))
    world.deliver(told.delivery("yes", CustomerSeen(agreed, START + timedelta(days=2)), at=START))
    assert the_person(world).consent("email").state == "granted"


def test_the_wish_to_be_forgotten_outlives_coming_back(world, told):
    world.deliver(told.delivery("forget", CustomerErased(ada(), START), at=START))
    world.deliver(
        told.delivery("again", cart(START + timedelta(days=1), SHIRT, contact=ada(consents=())), at=START)
    )
    late = cart(START - timedelta(hours=1), SHIRT, ref="cart:c2")
    world.deliver(told.delivery("late", late, at=START))
    assert the_person(world).consent("email") is None
