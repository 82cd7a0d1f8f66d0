"""The ready-made cadences as the shop owner was promised them (SEQ-1 to SEQ-6), and a plan on its journey."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cartback.domain.policy import Plan, Policy, Touch, plan_for
from cartback.domain.shop.presets import PRESETS
from tests.fakes.world import a_policy

HOUR = timedelta(hours=1)
CADENCES = {
    "standard": (0.5, "activity", "reminder 1 email, answers 24 email, last_note 72 email"),
    "basic": (0.5, "creation", "reminder 1 email"),
    "multichannel": (0.5, "activity", "reminder 1 email, answers 6 sms, last_note 24 whatsapp"),
    "three_step": (0.5, "activity", "reminder 2 email, answers 24 email, last_note 72 email"),
    "gentle": (0.5, "activity", "reminder 0.75 email, answers 24 email, last_note 96 email"),
    "simple": (0.5, "activity", "reminder 24 email"),
    "peak": (1 / 6, "activity", "reminder 0.25 email, last_note 20 email"),
}


def test_no_cadence_is_without_a_line_here():
    assert set(CADENCES) == set(PRESETS)


@pytest.mark.parametrize("name", CADENCES)
def test_a_cadence_writes_when_and_where_it_promises(name):
    silence, since, steps = CADENCES[name]
    preset = PRESETS[name]
    told = ", ".join(f"{touch.name} {touch.after / HOUR:g} {touch.channel}" for touch in preset.touches)
    assert (preset.name, preset.silence, preset.since, told) == (name, silence * HOUR, since, steps)


def test_a_plan_comes_back_from_its_run_as_it_went_in():
    plan = Plan(4, (Touch("reminder", HOUR), Touch("answers", 6 * HOUR, "sms")), "creation", 3 * HOUR)
    assert Plan.from_variables(plan.as_variables()) == plan


def test_a_plan_says_which_channel_each_touch_wants_whether_it_is_there_or_not():
    policy = a_policy(
        touches=PRESETS["multichannel"].touches, since="creation", give_up_after=5 * HOUR, version=9
    )
    plan = plan_for(policy)
    assert [touch.channel for touch in plan.touches] == ["email", "sms", "whatsapp"]
    assert (plan.policy_version, plan.since, plan.give_up_after) == (9, "creation", 5 * HOUR)


def test_no_cadence_has_more_than_three_messages_whatever_a_policy_says():
    many = a_policy(touches=tuple(Touch(f"t{number}", number * HOUR) for number in range(9)))
    assert [touch.name for touch in plan_for(many).touches] == ["t0", "t1", "t2"]


def test_where_a_policy_says_nothing_the_strictest_law_holds_and_the_usual_distances():
    silent = Policy(1, frozenset(), (), HOUR)
    assert (silent.pack, silent.since, silent.time_zone, silent.quiet) == (
        "dach",
        "activity",
        "Europe/Berlin",
        None,
    )
    assert silent.accepted_bases == {"double_opt_in", "explicit"}
    assert (silent.rest_after_purchase, silent.give_up_after) == (24 * HOUR, 7 * 24 * HOUR)
    assert (silent.silent_after, silent.link_lifetime) == (365 * 24 * HOUR, 30 * 24 * HOUR)
    assert (silent.warm_up, silent.ask_shop) == (None, False)
    plan = Plan(1, ())
    assert (plan.since, plan.give_up_after) == ("activity", 7 * 24 * HOUR)
