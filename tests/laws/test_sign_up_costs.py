"""What a sign-up costs, counted on the real file: Step Functions bills $25 a million transitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.asl import Run, play
from tests.asl_machine import Machine
from tests.laws.reading import ROOT

MACHINE = Machine.load(ROOT / "statemachines" / "double_opt_in.asl.json")
GIVEN = {
    "shop": "brew",
    "flow": "double_opt_in",
    "subject": "r1",
    "generation": 2,
    "person_id": None,
    "variants": [],
    "wait_seconds": 1,
}


def ask(words: list[str]) -> tuple[Run, list[Any], list[float]]:
    """Run the machine with a task that answers these words in turn."""
    sent: list[Any] = []
    waits: list[float] = []
    answers = iter(words)

    def asked(payload: Mapping[str, Any]) -> dict[str, Any]:
        sent.append(payload)
        return {"next": next(answers), "wait_seconds": 86_400, "known": {"variants": [], "person_id": None}}

    def park_run(payload: Mapping[str, Any]) -> dict[str, bool]:
        sent.append(payload)
        return {"parked": True}

    tasks = {"touch": asked, "look": asked, "park_run": park_run}
    return play(MACHINE, GIVEN, tasks, elapse=waits.append), sent, waits


@pytest.mark.parametrize(
    ("words", "most"),
    [(["next", "stop"], 7), (["next", "next", "stop"], 9), (["next", "wait", "next", "stop"], 12)],
    ids=["confirmed_within_a_day", "never_confirmed", "provider_asked_for_a_pause"],
)
def test_a_course_costs_no_more_transitions_than_the_page_of_the_flow_says(words: list[str], most: int):
    run, _, _ = ask(words)
    assert run.ended.status == "SUCCEEDED"
    assert run.transitions == most


def test_the_question_goes_out_at_once_and_each_attempt_knows_which_it_is():
    _, sent, waits = ask(["next", "next", "stop"])
    run = {"name": "run", "about": GIVEN}
    assert [payload["step"] for payload in sent] == ["confirm", "confirm_again", "end"]
    assert all(payload["run"] == run for payload in sent)
    assert waits == [86_400, 86_400]


def test_a_word_that_nobody_knows_parks_the_run():
    run, sent, _ = ask(["shrug"])
    assert (run.ended.status, run.ended.error) == ("FAILED", "Parked.UnknownWord")
    assert sent[-1]["run"]["about"]["flow"] == "double_opt_in"
