"""The rules of a touch, in the order in which they speak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.consent.consent import Consent
from cartback.domain.context import Context
from cartback.domain.decision import SEND, SKIP, STOP, WAIT
from cartback.domain.goods.catalogue import Stock
from cartback.domain.messaging.timing import Caps, QuietHours, whole_seconds
from cartback.domain.people.customer import Person
from cartback.domain.policy import plan_for
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import Item
from cartback.flows.cart_recovery import decide, due_at
from tests.fakes.world import START, a_policy

HOUR = timedelta(hours=1)
NOW = START + HOUR
SHIRT, CUP = Item("v1", "Hemd"), Item("v2", "Tasse")
CART = Cart("demo", "c1", items=(SHIRT, CUP), person_id="p1", started_at=START, activity_at=START)
AGREED = Consent("email", "granted", "double_opt_in", "form", START, START, "e", address_hash="h1")
ADA = Person("demo", "p1", email="ada@example.com", email_hash="h1", consents={"email": AGREED})
POLICY = a_policy()
PLAN = plan_for(POLICY)
GONE = {name: Stock("demo", name, deleted=True) for name in ("v1", "v2")}


def verdict(cart=CART, person=ADA, stock=None, policy=POLICY, now=NOW, position=0, generation=1):
    decision = decide(Context(cart, person, stock or {}), PLAN, position, generation, policy, now)
    return decision.word, decision.reason


def test_everything_in_order_is_sent_with_the_lines_that_are_left():
    context = Context(CART, ADA, {"v2": GONE["v2"]})
    decision = decide(context, PLAN, 0, 1, POLICY, NOW)
    assert (decision.word, decision.reason, decision.items) == (SEND, "due", (SHIRT,))


# Each rule breaks the world in one more way; whoever comes first in this list speaks before all that follow.
RULES: list[tuple[str, str, Callable[[dict], dict]]] = [
    (STOP, "cart_unknown", lambda given: {**given, "cart": None}),
    (STOP, "reopened_since", lambda given: {**given, "cart": replace(given["cart"], generation=2)}),
    (STOP, "bought", lambda given: {**given, "cart": replace(given["cart"], status="bought")}),
    (
        STOP,
        "bought_elsewhere",
        lambda given: {**given, "person": replace(given["person"], last_order_at=START)},
    ),
    (STOP, "flow_off", lambda given: {**given, "policy": replace(given["policy"], flows=frozenset())}),
    (WAIT, "shopper_active", lambda given: {**given, "now": START + timedelta(minutes=5)}),
    (STOP, "no_address", lambda given: {**given, "person": replace(given["person"], email=None)}),
    (STOP, "bounced", lambda given: {**given, "person": replace(given["person"], blocked="bounced")}),
    (STOP, "no_basis", lambda given: {**given, "person": replace(given["person"], consents={})}),
    (SKIP, "expired", lambda given: {**given, "now": START + timedelta(days=30)}),
    (SKIP, "out_of_stock", lambda given: {**given, "stock": GONE}),
    (SKIP, "cap_is_zero", lambda given: {**given, "policy": replace(given["policy"], caps=Caps(per_day=0))}),
]
GOOD = {"cart": CART, "person": ADA, "stock": None, "policy": POLICY, "now": NOW}


@pytest.mark.parametrize("number", range(len(RULES)), ids=[rule[1] for rule in RULES])
def test_each_rule_speaks_when_it_alone_is_broken(number):
    word, reason, spoil = RULES[number]
    assert verdict(**spoil(GOOD)) == (word, reason)


@pytest.mark.parametrize("number", range(len(RULES)), ids=[rule[1] for rule in RULES])
def test_the_first_rule_that_is_broken_is_the_one_that_speaks(number):
    given = GOOD
    for _, _, spoil in reversed(RULES[number:]):
        given = spoil(given)
    word, reason, _ = RULES[number]
    assert verdict(**given) == (word, reason)


def test_quiet_hours_and_a_spent_budget_wait_until_both_allow_it():
    quiet = replace(POLICY, quiet=QuietHours(time(8), time(20)))
    assert verdict(policy=quiet) == (WAIT, "quiet_hours")
    assert verdict(person=replace(ADA, sends=(NOW - HOUR,))) == (WAIT, "budget_spent")
    both = decide(Context(CART, replace(ADA, sends=(NOW - HOUR,)), {}), PLAN, 0, 1, quiet, NOW)
    assert both.until > NOW + 3 * HOUR


def test_a_message_that_the_budget_never_lets_through_in_time_is_skipped_with_a_reason():
    full = tuple(NOW - timedelta(days=1, hours=n) for n in range(8))
    short = replace(PLAN, give_up_after=timedelta(days=1))
    decision = decide(Context(CART, replace(ADA, sends=full), {}), short, 0, 1, POLICY, NOW)
    assert (decision.word, decision.reason) == (SKIP, "no_room_in_budget")


@pytest.mark.parametrize(("hours_before", "expected"), [(-30, SEND), (-10, STOP), (0, STOP), (1, STOP)])
def test_after_a_purchase_the_person_is_left_in_peace_for_a_day(hours_before, expected):
    person = replace(ADA, last_order_at=START + hours_before * HOUR)
    assert verdict(person=person)[0] == expected


def test_somebody_who_was_erased_is_not_merely_without_an_address():
    assert verdict(person=Person("demo", "p1", erased_at=START)) == (STOP, "erased")


@given(st.integers(0, 2), st.integers(0, 200), st.sampled_from(["activity", "creation"]))
def test_a_touch_is_due_after_its_delay_and_never_before_the_silence(position, minutes, since):
    cart = replace(CART, activity_at=START + timedelta(minutes=minutes))
    due = due_at(cart, replace(PLAN, since=since), position, POLICY)
    origin = cart.started_at if since == "creation" else cart.activity_at
    assert due >= origin + PLAN.touches[position].after
    assert due >= cart.activity_at + POLICY.silence


@given(st.integers(-(10**6), 10**9))
def test_a_wait_is_whole_seconds_never_zero_and_never_too_short(microseconds):
    until = NOW + timedelta(microseconds=microseconds)
    seconds = whole_seconds(NOW, until)
    assert seconds >= 1
    assert NOW + timedelta(seconds=seconds) >= until


@given(st.data())
def test_the_same_rows_give_the_same_decision(data):
    now = START + timedelta(minutes=data.draw(st.integers(0, 9000)))
    context = Context(CART, ADA, {})
    assert decide(context, PLAN, 0, 1, POLICY, now) == decide(context, PLAN, 0, 1, POLICY, now)
