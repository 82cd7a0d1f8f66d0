"""The first touch of a run: it finds out whether the cart was abandoned, makes the plan, and tells it. And a look."""

from __future__ import annotations

import pytest

from cartback.domain.errors import TryLater
from cartback.domain.messaging.warm_up import WarmUp
from cartback.usecases.runs import MOST_LOOKS, Run
from tests.fakes.told import SHIRT, Told, cart
from tests.fakes.world import START, World, a_policy
from tests.unit.usecases.test_sign_up import SignUps
from tests.unit.usecases.test_touch_answers import refuse, told_last, whys
from tests.unit.usecases.test_way_of_a_cart import opened


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def test_a_cart_whose_shopper_is_active_again_is_looked_at_later_and_has_no_plan_yet(world, told):
    story = opened(world, told)
    for looks, minutes in ((1, 50), (2, 40)):
        at = world.clock.move(minutes=minutes)
        world.deliver(told.delivery(f"again {looks}", cart(at, SHIRT), at=at))
        story.answer["wait_seconds"] = 600
        assert story.wake() == "wait"
        assert story.answer["wait_seconds"] == 50 * 60
        assert (story.answer["known"]["looks"], "plan" in story.answer["known"]) == (looks, False)
    assert world.bus.named("cart.abandoned") == []
    assert (told_last(story)["word"], told_last(story)["reason"]) == ("wait", "shopper_active")


def test_a_policy_that_changes_before_a_cart_is_abandoned_is_the_one_of_its_run_and_no_later_one(world, told):
    story = opened(world, told)
    at = world.clock.move(minutes=50)
    world.deliver(told.delivery("e2", cart(at, SHIRT), at=at))
    story.answer["wait_seconds"] = 600
    story.wake()
    for version in (2, 3):
        world.settings.policies["demo"] = a_policy(version=version)
        story.wake()
        assert story.answer["known"]["plan"]["policy_version"] == 2


def test_a_cart_is_told_to_be_abandoned_once_when_its_first_message_is_due(world, told):
    story = opened(world, told)
    while story.wake() == "wait":
        pass
    (fact,) = world.bus.named("cart.abandoned")
    assert (fact.data["cart_id"], len(world.outbox.sent)) == (story.run.subject_id, 3)


def test_a_cart_whose_first_message_has_to_wait_is_abandoned_all_the_same_and_keeps_its_plan(world, told):
    world.settings.policies["demo"] = a_policy(warm_up=WarmUp(START.date(), 0))
    story = opened(world, told)
    assert story.wake() == "wait"
    assert story.answer["known"]["position"] == 0
    world.settings.policies["demo"] = a_policy(version=2)
    story.wake()
    assert story.answer["known"]["plan"]["policy_version"] == 1
    assert len(world.bus.named("cart.abandoned")) == 1


def test_a_first_message_is_not_sent_before_the_bus_took_that_the_cart_is_abandoned(world, told, monkeypatch):
    story = opened(world, told)
    world.clock.move(seconds=story.answer["wait_seconds"])
    story.answer["wait_seconds"] = 0
    with monkeypatch.context() as away:
        away.setattr(world.bus, "publish", lambda facts: refuse())
        with pytest.raises(TryLater):
            story.wake()
    assert world.outbox.sent == []
    assert story.wake() == "wait"
    assert (len(world.outbox.sent), len(world.bus.named("cart.abandoned"))) == (1, 1)


def test_a_cart_that_was_bought_or_whose_policy_has_no_touches_is_not_told_to_be_abandoned(world, told):
    story = opened(world, told)
    world.settings.policies["demo"] = a_policy(touches=())
    assert story.wake() == "stop"
    assert (told_last(story)["reason"], whys(world)) == ("no_touches", ["no_touches"])
    assert world.bus.named("cart.abandoned") == []


def test_a_shopper_who_never_comes_to_rest_does_not_keep_the_run_for_ever(world, told):
    story = opened(world, told)
    at = world.clock.move(minutes=50)
    world.deliver(told.delivery("e2", cart(at, SHIRT), at=at))
    story.answer = {"wait_seconds": 600, "known": {"looks": MOST_LOOKS - 1}}
    assert (story.wake(), story.answer["known"]["looks"]) == ("wait", MOST_LOOKS)
    world.clock.move(minutes=40)
    world.deliver(told.delivery("e3", cart(world.clock.now(), SHIRT), at=world.clock.now()))
    assert story.wake() == "stop"
    assert (told_last(story)["reason"], whys(world)) == ("restless", ["restless"])


# ── look ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def signed_up() -> tuple[SignUps, Run]:
    form = SignUps()
    form.ask("ada@example.com")
    fact = form.world.bus.named("subscription.requested")[-1].data
    return form, Run("double_opt_in", "run", "demo", fact["request_id"], fact["generation"], kind="signup")


@pytest.mark.parametrize("step", ["confirm", "confirm_again"])
def test_a_look_at_a_step_that_nothing_speaks_against_goes_on_and_sends_nothing(step):
    form, run = signed_up()
    answer = form.world.look.step(run, step)
    assert answer == {"next": "next", "wait_seconds": 1, "known": {"person_id": None, "variants": []}}
    assert form.world.outbox.sent == []


def test_a_look_after_the_last_step_lets_go_of_the_subject_and_keeps_why(told):
    form, run = signed_up()
    assert form.world.look.step(run, "end")["next"] == "stop"
    assert (form.request().state, form.request().email) == ("expired", None)
    (line,) = [
        line for line in form.world.ledger.story("demo", run.subject.timeline) if line.kind == "decision"
    ]
    assert (line.data["word"], line.data["reason"], line.data["touch"]) == ("stop", "not_confirmed", "end")


def test_a_look_of_a_shop_that_is_gone_stops():
    form, run = signed_up()
    form.world.settings.policies.clear()
    assert form.world.look.step(run, "confirm")["next"] == "stop"


def test_a_look_at_a_step_that_the_card_does_not_have_is_a_bug():
    form, run = signed_up()
    with pytest.raises(KeyError, match="nonsense"):
        form.world.look.step(run, "nonsense")
