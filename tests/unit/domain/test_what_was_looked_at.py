"""A decision can be explained: it keeps what it looked at, in ids, numbers and instants, never people."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from cartback.domain.claims import EffectKey
from cartback.domain.consent.preferences import Preferences
from cartback.domain.context import Context
from cartback.domain.decision import SEND, SKIP, STOP, WAIT
from cartback.domain.messaging.reminders import Reminder
from cartback.domain.messaging.timing import Caps, QuietHours, whole_seconds
from cartback.domain.money import Money
from cartback.domain.policy import MOST_MESSAGES
from cartback.domain.subject import Subject
from cartback.flows.cart_recovery import decide, due_at, over
from tests.fakes.world import START, a_policy
from tests.unit.domain.test_budget import rival
from tests.unit.domain.test_touches import ADA, CART, GONE, HOUR, NOW, PLAN, POLICY

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def decided(cart=CART, person=ADA, stock=None, policy=POLICY, now=NOW, plan=PLAN, position=0, block=None):
    return decide(Context(cart, person, stock or {}, block), plan, position, 1, policy, now)


def at(instant) -> str:
    return instant.isoformat()


HAD = tuple(Reminder(f"k{number}", START - number * DAY) for number in range(1, MOST_MESSAGES + 1))
NIGHT = QuietHours(time(8), time(20))
TIGHT = a_policy(caps=Caps(1, 4, 8, timedelta(0)))
NIGHT_ENDS = START + 9 * HOUR  # 20:00 in Berlin

LOOKED_AT = {
    "shopper_active": ({"now": START}, {"due_at": at(NOW)}),
    "reopened_since": ({"cart": replace(CART, generation=4)}, {"generation": "4"}),
    "bought_elsewhere": ({"person": replace(ADA, last_order_at=START)}, {"last_order_at": at(START)}),
    "bought_recently": (
        {"person": replace(ADA, last_order_at=START - HOUR)},
        {"last_order_at": at(START - HOUR)},
    ),
    "flow_off": ({"policy": a_policy(flows=frozenset(), version=7)}, {"policy_version": "7"}),
    "bot": ({"person": replace(ADA, email="test@example.com")}, {"rule": "test_address"}),
    "silent_for_long": (
        {"policy": a_policy(silent_after=HOUR)},
        {"engaged_at": at(START)},
    ),
    "no_basis": (
        {"person": replace(ADA, consents={})},
        {"channel": "email", "purpose": "cart_reminders", "accepted": "double_opt_in explicit", "pack": "eu"},
    ),
    "expired": ({"now": NOW + PLAN.give_up_after + SECOND}, {"due_at": at(NOW)}),
    "enough_for_cart": ({"cart": replace(CART, reminders=HAD)}, {"before": "3"}),
    "out_of_stock": ({"stock": GONE}, {"variants": "v1 v2"}),
    "no_room_in_budget": (
        {"policy": TIGHT, "plan": replace(PLAN, give_up_after=HOUR), "person": replace(ADA, sends=(START,))},
        {"free_at": at(START + DAY)},
    ),
    "quiet_hours": ({"policy": a_policy(quiet=NIGHT)}, {"until": at(NIGHT_ENDS), "zones": "Europe/Berlin"}),
    "paused": (
        {"person": replace(ADA, prefs=Preferences(paused_until=NOW + DAY))},
        {"until": at(NOW + DAY)},
    ),
    "due": (
        {
            "person": replace(ADA, sends=(NOW - 3 * DAY, NOW - 5 * DAY, NOW - 7 * DAY)),
            "stock": {"v1": GONE["v1"]},
        },
        {"due_at": at(NOW), "lines": "1", "gone": "v1", "lately": "2", "policy_version": "1"},
    ),
}


@pytest.mark.parametrize("reason", LOOKED_AT)
def test_a_decision_keeps_what_it_looked_at(reason):
    given, inputs = LOOKED_AT[reason]
    told = decided(**given)
    assert (told.reason, told.inputs) == (reason, inputs)


def test_a_message_that_a_pause_outlasts_keeps_until_when():
    told = decided(person=replace(ADA, prefs=Preferences(paused_until=NOW + 30 * DAY)))
    assert (told.word, told.reason, told.inputs) == (SKIP, "paused", {"until": at(NOW + 30 * DAY)})


def test_walls_that_share_no_hour_are_named_with_what_was_left_of_them():
    abroad = replace(ADA, country="US", phone="+6421000000")
    told = decided(person=abroad, policy=a_policy(quiet=QuietHours(time(17), time(9))), now=NOW)
    assert (told.word, told.reason) == (WAIT, "no_common_hour")
    assert " " in told.inputs["zones"]


# ── edges ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_that_is_claimed_again_is_not_one_more_for_its_cart():
    own = EffectKey("demo", "cart_recovery", Subject("cart", "c1"), "reminder", "email").claim_id
    again = replace(CART, reminders=(*HAD[:2], Reminder(own, START)))
    assert decided(cart=again).word == SEND


def test_a_plan_since_creation_is_due_from_the_creation_but_not_before_the_silence():
    plan = replace(PLAN, since="creation")
    started, touched = CART, replace(CART, activity_at=START + 50 * timedelta(minutes=1))
    assert due_at(started, plan, 0, POLICY) == START + HOUR
    assert due_at(touched, plan, 0, POLICY) == touched.activity_at + POLICY.silence
    assert due_at(touched, plan, 1, POLICY) == START + 24 * HOUR


def test_only_the_first_touch_waits_for_the_silence():
    slow = a_policy(silence=30 * HOUR)
    assert [due_at(CART, PLAN, position, slow) - START for position in (0, 1)] == [30 * HOUR, 24 * HOUR]


@pytest.mark.parametrize(
    ("microseconds", "seconds"), [(-1, 1), (0, 1), (1, 1), (1_000_000, 1), (1_000_001, 2)]
)
def test_a_wait_is_not_a_second_longer_than_it_has_to_be(microseconds, seconds):
    assert whole_seconds(NOW, NOW + timedelta(microseconds=microseconds)) == seconds


@pytest.mark.parametrize(
    ("status", "reason"), [("open", "emptied"), ("bought", "bought"), ("given_up", "given_up")]
)
def test_a_cart_without_content_ends_for_the_reason_that_it_has(status, reason):
    assert over(replace(CART, items=(), status=status), ADA, 1, POLICY).reason == reason


def test_a_purchase_ends_a_cart_of_which_nobody_knows_the_beginning():
    told = over(replace(CART, started_at=None), replace(ADA, last_order_at=START - 9 * DAY), 1, POLICY)
    assert (told.word, told.reason) == (STOP, "bought_elsewhere")


def test_the_rest_after_a_purchase_is_over_when_it_is_over():
    bought = replace(ADA, last_order_at=START - POLICY.rest_after_purchase)
    assert over(CART, bought, 1, POLICY) is None
    assert over(CART, replace(bought, last_order_at=bought.last_order_at + SECOND), 1, POLICY) is not None


@pytest.mark.parametrize(("more", "word"), [(timedelta(0), WAIT), (SECOND, SKIP)])
def test_a_message_may_wait_to_the_very_last_instant_of_its_run_and_no_longer(more, word):
    short = replace(PLAN, give_up_after=8 * HOUR - more)  # due at 11:00 UTC, the quiet hours end at 19:00
    assert decided(plan=short, policy=a_policy(quiet=NIGHT)).word == word
    until = NOW + 8 * HOUR
    assert decided(plan=short, person=replace(ADA, prefs=Preferences(paused_until=until))).word == word


def test_somebody_without_a_row_has_no_address():
    assert (decided(person=None).word, decided(person=None).reason) == (STOP, "no_address")


def test_a_rival_that_was_only_just_opened_is_due_after_the_first_delay_or_the_silence_whichever_is_longer():
    just_opened = rival(due_at=START, opened=True)
    slow = replace(TIGHT, silence=2 * HOUR)
    cheap = replace(CART, total=Money(1000, "EUR"))
    told = decided(cart=cheap, person=replace(ADA, intents=(just_opened,)), policy=slow, now=START + 2 * HOUR)
    assert (told.reason, told.until) == ("makes_room", START + 2 * HOUR + timedelta(minutes=10))
