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
    watch: list[str], touch: list[str], instead: Mapping[str, Callable[[Any], Any]] | None = None
) -> tuple[Run, list[Any]]:
    """Run the machine with tasks that answer these words in turn; give the run and the payloads that were sent.

    ``instead`` are other tasks, by the names of their doors.
    """
    sent: list[Any] = []
    looks, touches = iter(watch), iter(touch)

    def watch_cart(payload: Mapping[str, Any]) -> dict[str, Any]:
        sent.append(payload)
        word = next(looks)
        rearms = payload["rearms"] + (word == "wait")
        plan = PLAN if word == "touch" else None
        return {"next": word, "wait_seconds": HOUR, "rearms": rearms, "plan": plan, **KNOWN}

    def send(payload: Mapping[str, Any]) -> dict[str, Any]:
        sent.append(payload)
        word = next(touches)
        return {"next": word, "wait_seconds": HOUR, "position": payload["position"] + 1, **KNOWN}

    def park_run(payload: Mapping[str, Any]) -> dict[str, bool]:
        sent.append(payload)
        return {"parked": True}

    given = {"watch_cart": watch_cart, "touch": send, "park_run": park_run} | dict(instead or {})
    return play(MACHINE, GIVEN, given), sent


@pytest.mark.parametrize(
    ("watch", "touch", "most"),
    [
        (["stop"], [], 5),
        (["touch"], ["stop"], 7),
        (["touch"], ["wait", "stop"], 10),
        (["touch"], ["wait", "wait", "stop"], 13),
        (["wait", "stop"], [], 8),
        (["wait", "wait", "touch"], ["wait", "wait", "stop"], 19),
    ],
    ids=[
        "bought_before",
        "bought_after_one",
        "bought_after_two",
        "three_touches",
        "active_once",
        "active_twice",
    ],
)
def test_a_course_costs_no_more_transitions_than_the_page_of_the_flow_says(
    watch: list[str], touch: list[str], most: int
):
    run, _ = recover(watch, touch)
    assert run.ended.status == "SUCCEEDED"
    assert run.transitions == most


def test_the_tasks_get_what_the_run_knows_and_the_plan_stays_as_it_was_made():
    _, sent = recover(["wait", "touch"], ["wait", "stop"])
    about = {"flow": "cart_recovery", "run": "run", "shop": "brew", "cart_id": "c1", "generation": 1}
    assert sent == [
        about | {"person_id": None, "variants": [], "rearms": 0},
        about | KNOWN | {"rearms": 1},
        about | KNOWN | {"plan": PLAN, "position": 0},
        about | KNOWN | {"plan": PLAN, "position": 1},
    ]


def test_the_first_wait_is_the_one_that_the_starter_asked_for():
    waits: list[float] = []
    play(
        MACHINE,
        GIVEN | {"wait_seconds": 61},
        {"watch_cart": lambda _: {"next": "stop", "wait_seconds": 1, "rearms": 0, "plan": None, **KNOWN}},
        elapse=waits.append,
    )
    assert waits == [61]


@pytest.mark.parametrize(("watch", "touch"), [(["shrug"], []), (["touch"], ["shrug"])])
def test_a_word_that_nobody_knows_parks_the_run(watch: list[str], touch: list[str]):
    run, sent = recover(watch, touch)
    assert run.ended.status == "FAILED"
    assert run.ended.error == "Parked.UnknownWord"
    assert sent[-1]["error"] == "UnknownWord"
    assert "shrug" in sent[-1]["cause"]


def test_a_bug_is_parked_with_its_reason_and_never_repeated():
    calls: list[Any] = []

    def broken(payload: Any) -> Any:
        calls.append(payload)
        raise KeyError("total")

    run, sent = recover(["touch"], [], {"touch": broken})
    assert len(calls) == 1
    assert run.ended.status == "FAILED"
    assert run.path[-2:] == ["Park the run", "Parked"]
    assert sent[-1] == {
        "flow": "cart_recovery",
        "run": "run",
        "shop": "brew",
        "subject": "c1",
        "error": "KeyError",
        "cause": "'total'",
    }


def test_a_passing_trouble_is_repeated_and_each_repetition_is_paid_for():
    troubles = iter(["TryLater", "Lambda.TooManyRequestsException", "States.Timeout"])

    def shaky(payload: Mapping[str, Any]) -> dict[str, Any]:
        trouble = next(troubles, None)
        if trouble:
            raise TaskFailed(trouble)
        return {"next": "stop", "wait_seconds": 1, "position": 1, **KNOWN}

    run, _ = recover(["touch"], [], {"touch": shaky})
    assert run.ended.status == "SUCCEEDED"
    assert run.transitions == 7 + 3


def test_a_lasting_trouble_is_parked_after_more_than_an_hour():
    waits: list[float] = []

    def away(payload: Any) -> Any:
        raise TaskFailed("TryLater", "the table is away")

    run = play(MACHINE, GIVEN, {"watch_cart": away, "park_run": lambda _: {}}, elapse=waits.append)
    assert run.ended.error == "Parked.TryLater"
    # FULL jitter draws from nothing to the longest pause: half of it on average.
    assert 3600 < sum(waits[1:]) / 2 < 3 * 3600


def test_a_run_whose_parking_fails_still_ends_with_the_first_reason():
    def broken(payload: Any) -> Any:
        raise ValueError("first")

    def worse(payload: Any) -> Any:
        raise OSError("second")

    run, _ = recover([], [], {"watch_cart": broken, "park_run": worse})
    assert run.ended.status == "FAILED"
    assert (run.ended.error, run.ended.cause) == ("Parked.ValueError", "first")


def test_a_shopper_who_never_rests_cannot_keep_a_run_for_ever():
    run = play(
        MACHINE,
        GIVEN,
        {"watch_cart": lambda _: {"next": "wait", "wait_seconds": HOUR, "rearms": 1, "plan": None, **KNOWN}},
    )
    assert run.ended.status == "TIMED_OUT"
