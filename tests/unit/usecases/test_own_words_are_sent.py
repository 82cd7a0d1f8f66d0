"""A shop's own words on their way: in the next message, of each shop its own, and never in the way of a message."""

from __future__ import annotations

import pytest

from cartback.domain.wording.own import ShopTexts, changed
from cartback.domain.wording.parts import named
from cartback.usecases.messaging.wording import BROKEN
from tests.fakes.told import Told
from tests.fakes.world import START, World, a_face
from tests.unit.usecases.test_way_of_a_cart import opened

REMINDER, ANSWERS = named("cart_recovery/reminder.email.de"), named("cart_recovery/answers.email.de")
FAMILIAR = named("cart_recovery/reminder.email.de-du")


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def say(world: World, name, shop: str = "demo", **parts: str) -> None:
    before = world.settings.words.get(shop, ShopTexts(shop))
    world.settings.words[shop], _ = changed(before, name, parts, START, "mia")


def versions(world: World, story) -> list[str | None]:
    lines = world.ledger.story("demo", f"cart#{story.run.subject_id}")
    return [
        line.data.get("texts_version")
        for line in lines
        if line.kind == "decision" and "claim_id" in line.data
    ]


def test_a_message_takes_the_shop_s_own_words_and_its_story_says_of_which_version(world, told):
    say(world, ANSWERS, button="Los")
    say(world, REMINDER, subject="Noch da: {{ item.brief }}")
    story = opened(world, told)
    story.wake()
    (sent,) = world.outbox.sent
    assert sent.subject.startswith("Noch da: ")
    assert "haben wir Ihren Warenkorb für Sie aufgehoben" in sent.text
    assert versions(world, story) == ["2"]


def test_words_changed_while_a_run_is_under_way_are_in_its_next_message(world, told):
    story = opened(world, told)
    story.wake()
    say(world, ANSWERS, subject="Ganz neu: {{ item.brief }}")
    story.wake()
    assert [sent.subject.startswith("Ganz neu: ") for sent in world.outbox.sent] == [False, True]
    assert versions(world, story) == [None, "1"]


def test_two_shops_of_one_stack_say_it_in_two_ways(told):
    world = World(adapter=told, shops=("demo", "other"))
    say(world, REMINDER, subject="Demo: {{ item.brief }}")
    say(world, REMINDER, shop="other", subject="Other: {{ item.brief }}")
    opened(world, told).wake()
    assert world.outbox.sent[0].subject.startswith("Demo: ")


def test_words_in_another_form_of_address_wait_until_the_shop_speaks_that_way(world, told):
    say(world, FAMILIAR, subject="Für dich: {{ item.brief }}")
    say(world, REMINDER, subject="Für Sie: {{ item.brief }}")
    world.settings.faces["demo"] = a_face("demo", form_of_address="du")
    opened(world, told).wake()
    assert world.outbox.sent[0].subject.startswith("Für dich: ")


@pytest.mark.parametrize("broken", ["{{ gone }}", "{{ ''.__class__ }}", "{% for x in y %}", "x" * 4000])
def test_words_that_break_are_all_left_out_the_house_s_go_out_and_somebody_is_called(world, told, broken):
    say(world, REMINDER, subject="Noch da", closing=broken)
    story = opened(world, told)
    story.wake()
    (sent,) = world.outbox.sent
    assert sent.subject.startswith("Noch in Ihrem Warenkorb: ")
    assert world.metrics.counts[BROKEN] == 1
    assert versions(world, story) == [None]
