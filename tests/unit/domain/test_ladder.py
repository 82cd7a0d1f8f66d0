"""Which channel carries a message: the wanted one, else the next that can, and where somebody answered, first there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.channels import CHANNELS
from cartback.domain.claims import Claim, EffectKey
from cartback.domain.consent.consent import Consent
from cartback.domain.context import Context
from cartback.domain.decision import SEND, SKIP, STOP
from cartback.domain.messaging import answered
from cartback.domain.messaging.answered import Answered
from cartback.domain.messaging.channel_prices import DOLLARS, PRICES, SMALL, price, thousandths
from cartback.domain.messaging.ladder import TAKES, Ceiling, Ways, climb
from cartback.domain.money import Money
from cartback.domain.people import customer, suppression
from cartback.domain.policy import Plan, Touch
from cartback.domain.subject import Subject
from cartback.flows.cart_recovery import decide
from tests.fakes.world import START, a_policy
from tests.unit.domain.test_touches import ADA, CART, HOUR

DAY = timedelta(days=1)
NOW = START + HOUR
WORTH = replace(CART, total=Money(8900, "EUR"))
AGREED = {
    name: Consent(name, "granted", "double_opt_in", "form", START, START, "e", address_hash=kept)
    for name, kept in (("email", "h1"), ("sms", "h2"), ("whatsapp", "h2"))
}
BOTH = replace(ADA, phone="+491701234567", phone_hash="h2", consents=AGREED, country="DE")
SMS = Plan(1, (Touch("reminder", HOUR, "sms"),))
POLICY = a_policy(pack="us")


def decided(person=BOTH, cart=WORTH, policy=POLICY, plan=SMS, ways=None, now=NOW):
    context = Context(cart, person, ways=ways or Ways())
    return decide(context, plan, 0, 1, policy, now)


def way(**given) -> tuple[str, str]:
    decision = decided(**given)
    assert decision.word == SEND, decision
    return decision.ready.channel, decision.inputs["channel_because"]


def test_the_wanted_channel_carries_it_where_it_can():
    assert way() == ("sms", "wanted")
    assert decided().ready.address.value == BOTH.phone


CANNOT = {
    "no_address": {"person": replace(BOTH, phone=None, phone_hash=None)},
    "no_basis": {"person": replace(BOTH, consents={"email": AGREED["email"]})},
    "bounced": {"person": suppression.on_channel(BOTH, "sms", "bounced", START)},
    "not_served": {"ways": Ways(frozenset({"email"}))},
    "no_text": {"ways": Ways(without_text=frozenset({"sms"}))},
    "number is a landline": {"ways": Ways(refused={"sms": "number is a landline"})},
    "too_dear": {"cart": replace(WORTH, total=Money(500, "EUR"))},
}


@pytest.mark.parametrize("why", CANNOT)
def test_what_it_cannot_carry_falls_to_the_next_and_it_is_said_why(why):
    decision = decided(**CANNOT[why])
    assert (decision.word, decision.ready.channel) == (SEND, "email")
    assert decision.inputs["channel_because"] == "next"
    assert decision.inputs["channels_against"] == f"sms:{why}"
    assert decision.ready.address.value == BOTH.email


def test_where_nothing_carries_it_the_wanted_channels_reason_is_given_and_the_others_beside():
    nobody = replace(BOTH, phone=None, phone_hash=None, email=None, email_hash=None)
    decision = decided(person=nobody)
    assert (decision.word, decision.reason) == (STOP, "no_address")
    assert decision.inputs["channels_against"] == "sms:no_address email:no_address"
    refused = Ways(refused={"sms": "away", "email": "away"})
    assert (decided(ways=refused).word, decided(ways=refused).reason) == (SKIP, "away")


def test_a_shop_says_to_which_channels_a_message_falls():
    policy = replace(POLICY, ladder=("whatsapp", "email"))
    without = Ways(refused={"sms": "away"})
    assert way(policy=policy, ways=without) == ("whatsapp", "next")
    alone = replace(POLICY, ladder=("sms",))
    assert decided(policy=alone, ways=without).reason == "away"


def test_somebody_is_met_where_they_bought_or_else_clicked_before_and_only_for_a_year():
    clicked = replace(BOTH, answered={"email": Answered(clicked_at=START - DAY)})
    assert way(person=clicked) == ("email", "worked_before")
    bought = {**clicked.answered, "sms": Answered(START - 9 * DAY, START - 8 * DAY)}
    assert way(person=replace(BOTH, answered=bought)) == ("sms", "wanted")
    long_ago = replace(BOTH, answered={"email": Answered(START - 366 * DAY)})
    assert way(person=long_ago) == ("sms", "wanted")


def test_a_message_waits_for_no_hour_that_comes_too_late():
    late = replace(SMS, give_up_after=2 * HOUR)
    night = START.replace(
        hour=20
    )  # nine in the evening in Berlin: the law of the US wants it quiet from eight
    cart = replace(WORTH, activity_at=night - HOUR, started_at=night - HOUR)
    decision = decided(cart=cart, plan=late, now=night)
    assert (decision.ready.channel, decision.inputs["channels_against"]) == (
        "email",
        "sms:closed_until_too_late",
    )


def test_with_one_channel_nothing_is_said_of_a_choice():
    plan = Plan(1, (Touch("reminder", HOUR),))
    assert not {"channel", "channel_because", "channels_against"} & decided(plan=plan).inputs.keys()


def test_a_touch_has_one_name_whichever_way_it_goes_and_it_is_that_of_the_first_release():
    subject = Subject("cart", "c1", 2)
    named = EffectKey.of_message("demo", "cart_recovery", subject, "reminder").claim_id
    assert named == EffectKey("demo", "cart_recovery", subject, "reminder", "email").claim_id
    assert "channel" in Claim.__dataclass_fields__


# the rule alone --------------------------------------------------------------------------------------------------

NAMES = st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=5, unique=True)


@st.composite
def situations(draw) -> dict:
    channels = draw(NAMES)
    return {
        "channels": channels,
        "standing": {name: draw(st.sampled_from(["", "", "no_basis"])) for name in channels},
        "prices": {name: price(name, draw(st.sampled_from(["DE", "US", None]))) for name in channels},
        "ceiling": Ceiling(draw(st.sampled_from([None, Money(500, "EUR"), Money(90_000, "USD")])), 30, 5),
        "left": draw(st.sampled_from([timedelta(), HOUR, 9 * DAY])),
        "answered": {name: draw(st.integers(0, 2)) for name in channels},
    }


@given(situations())
def test_what_is_chosen_can_carry_it_is_worth_it_and_comes_in_time(given):
    ladder = climb(**given)
    if ladder.chosen is None:
        assert set(ladder.against) == set(given["channels"])
        return
    name, most = ladder.chosen, given["ceiling"].most
    assert name not in ladder.against
    assert given["standing"][name] == ""
    cost = given["prices"][name]
    assert cost <= SMALL or (cost <= most if most is not None else name == given["channels"][0])
    assert TAKES.get(name, timedelta()) <= given["left"]


@given(situations())
def test_none_that_can_is_passed_over_but_for_one_that_answered_more_or_was_wanted_before(given):
    ladder = climb(**given)
    able = [name for name in given["channels"] if name not in ladder.against]
    assert (ladder.chosen is None) == (able == [])
    for name in able:
        mine, best = given["answered"][name], given["answered"][ladder.chosen]
        assert mine <= best
        assert mine < best or given["channels"].index(ladder.chosen) <= given["channels"].index(name)


@given(situations(), st.sampled_from(CHANNELS))
def test_a_channel_that_falls_out_changes_nothing_among_the_others(given, gone):
    before = climb(**given)
    if gone not in given["channels"] or gone == given["channels"][0]:
        return
    after = climb(**{**given, "standing": {**given["standing"], gone: "away"}})
    assert before.chosen in (gone, after.chosen)


# what a message may cost -----------------------------------------------------------------------------------------


def test_every_channel_has_a_price_for_every_country():
    assert set(PRICES) == set(CHANNELS)
    assert all(price(name, "ZZ") >= 0 and price(name, None) == price(name, "ZZ") for name in CHANNELS)


@pytest.mark.parametrize("currency", sorted(DOLLARS))
def test_a_sum_is_worth_the_same_whatever_its_currencys_smallest_unit(currency):
    hundred = Money.parse("100", currency)
    assert thousandths(hundred) == Decimal(100_000) * DOLLARS[currency]


def test_of_a_currency_that_nobody_knows_only_the_wanted_channel_may_cost_something():
    cart = replace(WORTH, total=Money(10_000, "XAU"))
    assert way(cart=cart) == ("sms", "wanted")
    policy, ways = replace(POLICY, ladder=("whatsapp", "email")), Ways(refused={"sms": "away"})
    assert way(cart=cart, policy=policy, ways=ways) == ("email", "next")


# what worked before ----------------------------------------------------------------------------------------------


def test_a_purchase_is_put_down_to_the_last_click_before_it_within_five_days():
    known = answered.clicked(answered.clicked({}, "email", START), "sms", START + HOUR)
    person = customer.ordered(replace(BOTH, answered=known), START + DAY, START + DAY)
    assert person.answered["sms"].bought_at == START + DAY
    assert person.answered["email"].bought_at is None
    late = customer.ordered(replace(BOTH, answered=known), START + 6 * DAY + HOUR, START)
    assert all(one.bought_at is None for one in late.answered.values())
    assert customer.ordered(person, START + DAY, START + DAY).answered == person.answered


def test_two_rows_that_become_one_keep_what_worked_for_either():
    one = replace(BOTH, answered={"email": Answered(START, START + HOUR)})
    other = replace(BOTH, person_id="p2", answered={"email": Answered(START + DAY), "sms": Answered(START)})
    for winner, loser in ((one, other), (other, one)):
        assert customer.merge(winner, loser, START)[0].answered == {
            "email": Answered(START + DAY, START + HOUR),
            "sms": Answered(START),
        }
