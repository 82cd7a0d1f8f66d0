"""Carts that wait on a list: when they are due, what becomes of them, and who comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.messaging.due import GROUP, Due, in_groups, listed_at, waits_on_list
from cartback.domain.money import Money
from cartback.domain.policy import BATCH, DUE_INDEX, PER_CART
from cartback.domain.shop.presets import PRESETS
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import Item
from cartback.flows.cart_recovery import MOST_REARMS, due_at, first_due, look
from tests.fakes.world import START, a_policy

LISTED = a_policy(orchestration=DUE_INDEX)
HOUR = timedelta(hours=1)
CART = Cart(
    "demo", "c1", items=(Item("v1", "Tasse"),), total=Money(1000, "EUR"), started_at=START, activity_at=START
)
DUE = Due("demo", "cart_recovery", "c1", CART.generation, START + HOUR, "p1", Money(1000, "EUR"))


def test_only_a_shop_that_asks_for_it_has_a_list():
    assert not waits_on_list(a_policy())
    assert waits_on_list(LISTED)
    assert waits_on_list(a_policy(orchestration=BATCH))


@pytest.mark.parametrize("name", PRESETS)
def test_the_first_look_is_when_the_first_touch_could_be_due(name):
    preset = PRESETS[name]
    policy = replace(LISTED, touches=preset.touches, silence=preset.silence, since=preset.since)
    from cartback.domain.policy import plan_for

    assert first_due(START, START, policy) == due_at(CART, plan_for(policy), 0, policy)


def test_a_policy_without_touches_is_looked_at_when_its_silence_is_over():
    policy = replace(LISTED, touches=())
    assert first_due(START, START, policy) == START + policy.silence


def test_where_the_making_of_a_cart_counts_a_later_visit_moves_only_the_silence():
    policy = replace(LISTED, touches=PRESETS["basic"].touches, since="creation")
    visited = START + timedelta(minutes=10)
    assert first_due(visited, START, policy) == START + HOUR
    assert first_due(visited, None, policy) == visited + HOUR


@pytest.mark.parametrize(
    ("orchestration", "seconds", "rounded"),
    [
        (DUE_INDEX, 0, 0),
        (DUE_INDEX, 1, 60),
        (DUE_INDEX, 60, 60),
        (BATCH, 0, 0),
        (BATCH, 1, 1800),
        (BATCH, 1800, 1800),
        (BATCH, 1801, 3600),
        (PER_CART, 1, 60),
    ],
)
def test_a_cart_is_on_the_next_list_and_never_on_an_earlier_one(orchestration, seconds, rounded):
    policy = a_policy(orchestration=orchestration)
    assert listed_at(START + timedelta(seconds=seconds), policy) == START + timedelta(seconds=rounded)


def test_a_run_begins_for_a_cart_that_was_left_alone():
    assert look(DUE, CART, LISTED, START + HOUR) is None


@pytest.mark.parametrize(
    ("cart", "reason"),
    [
        (None, "cart_unknown"),
        (replace(CART, status="bought"), "bought"),
        (replace(CART, status="open", items=()), "emptied"),
        (replace(CART, generation=CART.generation + 1), "reopened_since"),
    ],
)
def test_no_run_begins_for_a_cart_that_is_over_and_the_reason_is_said(cart, reason):
    decision = look(DUE, cart, LISTED, START + HOUR)
    assert (decision.word, decision.reason) == ("stop", reason)


def test_a_cart_whose_shopper_was_active_is_listed_anew_with_what_it_holds_now():
    moved = replace(CART, activity_at=START + HOUR / 2, total=Money(5000, "EUR"))
    again = look(DUE, moved, LISTED, START + HOUR)
    assert again == replace(DUE, due_at=START + HOUR * 1.5, worth=Money(5000, "EUR"), looks=1)


def test_a_shopper_who_never_rests_is_handed_to_a_run_in_the_end():
    moved = replace(CART, activity_at=START + HOUR / 2)
    assert look(replace(DUE, looks=MOST_REARMS), moved, LISTED, START + HOUR) is None


def test_groups_hold_fifty_and_the_most_valuable_carts_come_first():
    dues = [replace(DUE, cart_id=f"c{n:03}", worth=Money(n, "EUR")) for n in range(2 * GROUP + 1)]
    nothing = replace(DUE, cart_id="c000", worth=Money(0, "EUR"))
    groups = in_groups([*dues[1:], replace(DUE, cart_id="unknown", worth=None), nothing])
    assert [len(group) for group in groups] == [GROUP, GROUP, 2]
    assert [due.worth.amount for due in groups[0]] == list(range(100, 50, -1))
    assert groups[-1][-1].cart_id == "unknown"


def test_a_yen_is_not_worth_a_hundred_times_a_euro_cent():
    dues = [
        replace(DUE, cart_id="yen", worth=Money(900, "JPY")),
        replace(DUE, cart_id="kwd", worth=Money(901_000, "KWD")),
    ]
    assert [due.cart_id for due in in_groups(dues)[0]] == ["kwd", "yen"]
