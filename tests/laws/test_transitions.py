"""What a recovery costs, counted on the real file: Step Functions bills $25 a million transitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.asl import Run, TaskFailed, play
from tests.asl_machine import Machine
from tests.laws.reading import ROOT

MACHINE = Machine.load(ROOT / "statemachines" / "cart_recovery.asl.json")
GIVEN = {
    "shop": "brew",
    "flow": "cart_recovery",
    "subject": "c1",
    "generation": 1,
    "person_id": None,
    "variants": [],
    "wait_seconds": 3600,
}
KNOWN = {"person_id": "p1", "variants": ["v1"]}
PLAN = {"touches": [{"name": "reminder"}, {"name": "answers"}, {"name": "last_note"}]}
HOUR = 3600


def recover(
    words: list[str], instead: Mapping[str, Callable[[Any], Any]] | None = None
) -> tuple[Run, list[Any]]:
    """Run the machine with a task that answers these words in turn; give the run and the payloads that were sent.

    A word may be "early": the shopper was active again, so that there is no plan yet. ``instead`` are other tasks, by
    the names of their doors.
    """
    sent: list[Any] = []
    answers = iter(words)

    def touch(payload: Mapping[str, Any]) -> dict[str, Any]:
        sent.append(payload)
        word, known = next(answers), payload["known"]
        if word == "early":
            return {
                "next": "wait",
                "wait_seconds": HOUR,
                "known": {**KNOWN, "looks": known.get("looks", 0) + 1},
            }
        known = {**KNOWN, "plan": PLAN, "position": known.get("position", 0) + 1}
        return {"next": word, "wait_seconds": HOUR, "known": known}

    def park_run(payload: Mapping[str, Any]) -> dict[str, bool]:
        sent.append(payload)
        return {"parked": True}

    return play(MACHINE, GIVEN, {"touch": touch, "park_run": park_run} | dict(instead or {})), sent


@pytest.mark.parametrize(
    ("words", "most"),
    [
        (["stop"], 5),
        (["wait", "stop"], 8),
        (["wait", "wait", "stop"], 11),
        (["early", "stop"], 8),
        (["early", "early", "wait", "wait", "stop"], 17),
    ],
    ids=["bought_before", "bought_after_one", "three_touches", "active_once", "active_twice"],
)
def test_a_course_costs_no_more_transitions_than_the_page_of_the_flow_says(words: list[str], most: int):
    run, _ = recover(words)
    assert run.ended.status == "SUCCEEDED"
    assert run.transitions == most


def test_the_task_gets_what_the_run_knows_and_the_plan_stays_as_it_was_made():
    _, sent = recover(["early", "wait", "stop"])
    run = {"name": "run", "about": GIVEN}
    assert sent == [
        {"run": run, "known": {}},
        {"run": run, "known": KNOWN | {"looks": 1}},
        {"run": run, "known": KNOWN | {"plan": PLAN, "position": 1}},
    ]


def test_the_first_wait_is_the_one_that_the_starter_asked_for():
    waits: list[float] = []
    play(
        MACHINE,
        GIVEN | {"wait_seconds": 61},
        {"touch": lambda _: {"next": "stop", "wait_seconds": 1, "known": KNOWN}},
        elapse=waits.append,
    )
    assert waits == [61]


@pytest.mark.parametrize("words", [["shrug"], ["wait", "shrug"]])
def test_a_word_that_nobody_knows_parks_the_run(words: list[str]):
    run, sent = recover(words)
    assert run.ended.status == "FAILED"
    assert run.ended.error == "Parked.UnknownWord"
    assert sent[-1]["error"] == "UnknownWord"
    assert "shrug" in sent[-1]["cause"]


def test_a_bug_is_parked_with_its_reason_and_never_repeated():
    calls: list[Any] = []

    def broken(payload: Any) -> Any:
        calls.append(payload)
        raise KeyError("total")

    run, sent = recover([], {"touch": broken})
    assert len(calls) == 1
    assert run.ended.status == "FAILED"
    assert run.path[-2:] == ["Park the run", "Parked"]
    assert sent[-1] == {"run": {"name": "run", "about": GIVEN}, "error": "KeyError", "cause": "'total'"}


def test_a_passing_trouble_is_repeated_and_each_repetition_is_paid_for():
    troubles = iter(["TryLater", "Lambda.TooManyRequestsException", "States.Timeout"])

    def shaky(payload: Mapping[str, Any]) -> dict[str, Any]:
        trouble = next(troubles, None)
        if trouble:
            raise TaskFailed(trouble)
        return {"next": "stop", "wait_seconds": 1, "known": KNOWN}

    run, _ = recover([], {"touch": shaky})
    assert run.ended.status == "SUCCEEDED"
    assert run.transitions == 5 + 3


def test_a_lasting_trouble_is_parked_after_more_than_an_hour():
    waits: list[float] = []

    def away(payload: Any) -> Any:
        raise TaskFailed("TryLater", "the table is away")

    run = play(MACHINE, GIVEN, {"touch": away, "park_run": lambda _: {}}, elapse=waits.append)
    assert run.ended.error == "Parked.TryLater"
    # FULL jitter draws from nothing to the longest pause: half of it on average.
    assert 3600 < sum(waits[1:]) / 2 < 3 * 3600


def test_a_run_whose_parking_fails_still_ends_with_the_first_reason():
    def broken(payload: Any) -> Any:
        raise ValueError("first")

    def worse(payload: Any) -> Any:
        raise OSError("second")

    run, _ = recover([], {"touch": broken, "park_run": worse})
    assert run.ended.status == "FAILED"
    assert (run.ended.error, run.ended.cause) == ("Parked.ValueError", "first")


def test_a_shopper_who_never_rests_cannot_keep_a_run_for_ever():
    run = play(
        MACHINE,
        GIVEN,
        {"touch": lambda _: {"next": "wait", "wait_seconds": HOUR, "known": KNOWN}},
    )
    assert run.ended.status == "TIMED_OUT"
