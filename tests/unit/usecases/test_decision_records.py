"""Every candidate message leaves one decision record, whatever becomes of it, and the record can be told in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest

from cartback.domain.errors import Refused
from cartback.domain.messaging.timing import Caps, QuietHours
from cartback.domain.observations import ShopLeft, StockSeen
from cartback.ports import Doubtful, NotSent, RowSet
from cli import words
from tests.fakes.told import Told, order
from tests.fakes.world import World, a_policy
from tests.unit.usecases.test_way_of_a_cart import Story, opened


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def due(world: World, told: Told) -> Story:
    """A run whose plan is made and whose first touch is due at this very moment; nothing was sent yet."""
    story = opened(world, told)
    world.outbox.answers = [NotSent("throttled", 60)]
    story.wake()
    world.clock.move(seconds=60)
    world.tables.rows["lines"].clear()
    return story


def buy(world, told):
    world.deliver(told.delivery("o", order(world.clock.now(), "cart:c1"), at=world.clock.now()))


def sell_out(world, told):
    gone = [StockSeen(world.clock.now(), 0, variant) for variant in ("v1", "v2")]
    world.deliver(told.delivery("s", *gone, at=world.clock.now()))


def leave_the_shop(world, told):
    world.deliver(told.delivery("bye", ShopLeft(world.clock.now()), at=world.clock.now()))


def block_the_address(world, told):
    ((person, _),) = world.tables.rows["persons"].values()
    world.records.save("demo", RowSet(), RowSet(blocks={person.email_hash: "bounced"}))


def policy(**changes) -> Callable[[World, Told], None]:
    def change(world, told):
        world.settings.policies["demo"] = a_policy(**changes)

    return change


def answer(outcome) -> Callable[[World, Told], None]:
    def say(world, told):
        world.outbox.answers = [outcome]

    return say


def forget_the_shop(world, told):
    world.settings.policies.clear()


def nothing(world, told):
    """All is well."""


CASES = {
    "all is well": (nothing, [("send", "due")]),
    "bought": (buy, [("stop", "bought")]),
    "sold out": (sell_out, [("skip", "out_of_stock")]),
    "the shop left": (leave_the_shop, [("stop", "shop_left")]),
    "the address is blocked": (block_the_address, [("stop", "blocked")]),
    "the flow was switched off": (policy(flows=frozenset()), [("stop", "flow_off")]),
    "quiet hours": (policy(quiet=QuietHours(time(0), time(23))), [("wait", "quiet_hours")]),
    "no messages at all": (policy(caps=Caps(per_day=0)), [("skip", "cap_is_zero")]),
    "the shop was removed": (forget_the_shop, [("stop", "shop_unknown")]),
    "nobody knows whether it went out": (
        answer(Doubtful("timed out")),
        [("send", "due"), ("skip", "doubtful")],
    ),
    "the provider is busy": (answer(NotSent("throttled", 30)), [("send", "due"), ("wait", "provider_busy")]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_touch_leaves_its_reason(world, told, case):
    spoil, expected = CASES[case]
    story = due(world, told)
    spoil(world, told)
    world.touch(story.run, story.plan, 0)
    lines = [
        line
        for line in world.ledger.story("demo", f"cart#{story.run.subject_id}")
        if line.kind == "decision" and line.data["touch"] == "reminder"
    ]
    assert sorted((line.data["word"], line.data["reason"]) for line in lines) == sorted(expected)
    for line in lines:
        assert line.data["run"] == story.run.name
        for lang in ("en", "de"):
            assert line.data["reason"] in words.known_reasons()
            assert words.event("decision", line.data, lang)


def test_a_touch_that_was_claimed_before_says_so(world, told):
    world.settings.policies["demo"] = a_policy(caps=Caps(99, 99, 99, min_gap=timedelta(0)))
    story = due(world, told)
    world.touch(story.run, story.plan, 0)
    world.clock.move(seconds=1)
    world.touch(story.run, story.plan, 0)
    assert (len(world.outbox.sent), story.last_reason()) == (1, "claimed_before")


def test_a_flow_that_did_not_start_says_so(world, told):
    world.settings.policies["demo"] = a_policy(flows=frozenset())
    with pytest.raises(StopIteration):
        opened(world, told)
    ((_, line),) = [row for row, _ in world.tables.rows["lines"].values()]
    assert (line.kind, line.data["reason"]) == ("not_started", "flow_off")


def test_a_message_that_the_provider_refuses_keeps_its_decision_and_what_became_of_it(world, told):
    story = due(world, told)
    world.outbox.answers = [NotSent("MessageRejected")]
    with pytest.raises(Refused):
        world.touch(story.run, story.plan, 0)
    assert story.last_reason() == "due"
    ((claim, _),) = world.tables.rows["claims"].values()
    assert (claim.state, claim.because) == ("released", "MessageRejected")


def test_a_decision_says_by_which_policy_and_with_which_inputs(world, told):
    story = due(world, told)
    world.touch(story.run, story.plan, 0)
    (line,) = world.ledger.story("demo", f"cart#{story.run.subject_id}")
    assert line.data["policy_version"] == "1"
    assert set(line.data) >= {"due_at", "lines", "lately", "claim_id", "flow", "generation", "touch"}
    assert "ada" not in repr(line.data).lower()
