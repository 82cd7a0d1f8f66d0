"""How machines with a state for each step call the verb ``touch``: by the step's name, with what the run was told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cartback.domain.claims import EffectKey
from cartback.usecases.consent.subscribe import Visitor
from cartback.usecases.runs import Run
from tests.fakes.world import World

HERE = Visitor("https://demo.example", "203.0.113.9", "A phone")


@pytest.fixture
def world() -> World:
    world = World()
    world.subscribe("demo", {"email": ["ada@example.com"], "topics": ["news"]}, HERE)
    world.start_due()
    return world


def asks(world: World, known: dict | None = None) -> Run:
    """The run behind what its machine sends: its name, its input, and what the last answer said was known."""
    ((name, about),) = world.runs.started.items()
    return Run.from_task(json.loads(json.dumps({"run": {"name": name, "about": about}, "known": known})))


def test_a_run_says_of_itself_what_it_was_started_with(world):
    run = asks(world, {"person_id": "p7", "variants": ["v1"]})
    assert (run.flow, run.shop, run.kind) == ("double_opt_in", "demo", "signup")
    assert run.subject == asks(world).subject
    assert (run.person_id, run.variants) == ("p7", ("v1",))
    assert (asks(world).person_id, asks(world).variants) == (None, ())


def test_each_step_is_sent_once_by_its_name_and_leads_to_the_next(world):
    answer = world.touch.step(asks(world), "confirm")
    assert (answer["next"], answer["wait_seconds"]) == ("next", 24 * 3600)
    assert world.touch.step(asks(world, answer["known"]), "confirm")["next"] == "next"
    world.clock.move(hours=24)
    assert world.touch.step(asks(world, answer["known"]), "confirm_again")["next"] == "next"
    assert [mail.touch for mail in world.outbox.sent] == ["confirm", "confirm_again"]


def test_a_step_that_has_to_wait_is_asked_for_again(world):
    for number in range(5):
        world.subscribe("demo", {"email": [f"ada+{number}@example.com"], "topics": ["news"]}, HERE)
        world.start_due()
    runs = [
        Run.from_task({"run": {"name": name, "about": about}}) for name, about in world.runs.started.items()
    ]
    answers = [world.touch.step(run, "confirm") for run in runs]
    assert [answer["next"] for answer in answers] == ["next"] * 5 + ["wait"]
    assert timedelta(0) < timedelta(seconds=answers[-1]["wait_seconds"]) < timedelta(hours=26)


def test_a_step_that_the_card_does_not_have_is_a_bug(world):
    with pytest.raises(KeyError, match="nonsense"):
        world.touch.step(asks(world), "nonsense")


def test_a_message_is_claimed_under_its_flow_subject_step_and_channel(world):
    run = asks(world)
    world.touch.step(run, "confirm")
    key = EffectKey("demo", "double_opt_in", run.subject, "confirm", "email")
    claim = world.ledger.read_claim("demo", key.claim_id)
    assert (claim.of_flow, claim.subject, claim.state) == ("double_opt_in", run.subject, "sent")
