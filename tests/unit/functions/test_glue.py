"""Each door hands its use case exactly what came, every word in its own place, and answers with what it gave.

The use cases are stand-ins that remember: no two of the values that a door is given are equal, so that none can take
another's place unnoticed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from cartback.domain.errors import Conflict, MessageWithheld, Refused, TryLater
from cartback.domain.policy import Plan
from cartback.usecases.runs import Run
from tests.fakes.outside import CONTEXT
from tests.fakes.world import START
from tests.unit.functions.standing_in import Doors, http

TASK = {
    "flow": "the_flow",
    "run": "the-run",
    "shop": "the-shop",
    "cart_id": "the-cart",
    "generation": "7",
    "person_id": "the-person",
    "variants": ["v1", "v2"],
}
RUN = Run("the_flow", "the-run", "the-shop", "the-cart", 7, "the-person", ("v1", "v2"))
PLAN = {"policy_version": 3, "since": "activity", "give_up_after": 60, "touches": []}
LEFT = CONTEXT.get_remaining_time_in_millis
FACT = {
    "detail": {
        "fact": "the.fact",
        "shop": "the-shop",
        "id": "the-fact-id",
        "at": START.isoformat(),
        "data": {"a": 1},
        "cause": "c",
    }
}


@pytest.mark.parametrize(
    ("door", "event", "asked", "gives"),
    [
        ("look", {**TASK, "rearms": "5"}, (RUN, 5), {"next": "x"}),
        (
            "sweep_erased",
            {"shop": "s", "person_id": "p", "cursor": "c", "lasts_seconds": 60},
            ("s", "p", "c", LEFT, timedelta(minutes=1)),
            {"next": "x"},
        ),
        (
            "sweep_erased",
            {"shop": "s", "person_id": None, "cursor": ""},
            ("s", None, "", LEFT, timedelta(days=7)),
            {"next": "x"},
        ),
        (
            "collect_export",
            {"shop": "s", "person_id": "p", "run": "r", "cursor": "c"},
            ("s", "p", "r", "c", LEFT),
            {"next": "x"},
        ),
        ("reconcile", {"shop": "s", "flow": "f"}, ("s",), {"next": "x"}),
        ("start_listed", {"id": "i"}, (), {"next": "x"}),
        (
            "ask_confirmation",
            {"run": "r", "shop": "s", "request_id": "q", "generation": "4", "position": "2"},
            (Run("double_opt_in", "r", "s", "q", 4, kind="signup"), None, 2),
            {"next": "x"},
        ),
    ],
)
def test_a_task_asks_with_its_words_and_answers_the_run(
    doors: Doors, door: str, event: Any, asked: Any, gives: Any
):
    mind = doors.stand_in(door, gives)
    assert doors.call(door, event) == gives
    assert mind.asked == [asked]


def test_a_run_of_an_internal_flow_asks_about_its_step_and_what_was_proposed(doors: Doors):
    mind = doors.stand_in("propose", {"next": "order"})
    told = {**TASK, "step": "order", "proposed": "supplier_email.send_order"}
    assert doors.call("look", told) == {"next": "order"}
    assert mind.asked == [(RUN, "order", "supplier_email.send_order")]


def test_a_touch_is_of_its_run_its_plan_and_its_position(doors: Doors):
    mind = doors.stand_in("touch", {"next": "wait"})
    assert doors.call("touch", {**TASK, "plan": PLAN, "position": "2"}) == {"next": "wait"}
    assert mind.asked == [(RUN, Plan.from_variables(PLAN), 2)]


ABOUT = {
    "flow": "the_flow",
    "shop": "the-shop",
    "subject": "the-cart",
    "generation": 7,
    "kind": "cart",
    "person_id": "somebody",
    "variants": [],
}
TOLD = {"name": "the-run", "about": ABOUT}
KNOWN = {"person_id": "the-person", "variants": ["v1", "v2"], "plan": PLAN, "position": 2}


def test_a_touch_of_a_plan_gets_what_the_last_answer_made_known(doors: Doors):
    mind = doors.stand_in("touch", {"next": "wait"})
    for known in (KNOWN, {}, None):
        assert doors.call("touch", {"run": TOLD, "known": known}) == {"next": "wait"}
    nobody_else = replace(RUN, person_id="somebody", variants=())
    assert mind.planned_for == [(RUN, KNOWN), (nobody_else, {}), (nobody_else, {})]


@pytest.mark.parametrize("door", ["look", "touch"])
def test_a_step_is_asked_for_by_its_name(doors: Doors, door: str):
    mind = doors.stand_in(door, {"next": "next"})
    assert doors.call(door, {"run": TOLD, "step": "the_step", "known": KNOWN}) == {"next": "next"}
    assert [given[:2] for given in mind.steps] == [(RUN, "the_step")]


@pytest.mark.parametrize(
    ("door", "event", "asked", "gave", "answers"),
    [
        ("start_flows", FACT, ("the.fact", "the-shop", {"a": 1}, START), ["r1"], {"started": ["r1"]}),
        ("start_erasing", FACT, ("the-shop", "the-fact-id", {"a": 1}), True, {"started": True}),
        ("start_reconciling", {"time": "noon", "id": "i1"}, ("noon i1",), ["s"], {"started": ["s"]}),
        ("start_reconciling", {"id": "i1"}, (" i1",), [], {"started": []}),
        ("settle_claims", {}, (), 4, {"unknown": 4}),
        ("end_proofs", {}, (), 3, {"ending": 3}),
        ("audit", {"day": "2026-03-02"}, (date(2026, 3, 2),), [], {"audits": {}}),
        ("audit", {}, (None,), [SimpleNamespace(shop="s", counts={"a": 1})], {"audits": {"s": {"a": 1}}}),
        ("audit", {"day": ""}, (None,), [], {"audits": {}}),
    ],
)
def test_a_door_of_the_bus_or_the_clock_hands_on_what_it_was_told(
    doors: Doors, door: str, event: Any, asked: Any, gave: Any, answers: Any
):
    mind = doors.stand_in(door, gave)
    assert doors.call(door, event) == answers
    assert mind.asked == [asked]


@pytest.mark.parametrize(
    ("event", "asked"),
    [
        (
            {"flow": "f", "run": "r", "shop": "s", "subject": "c", "error": "e", "cause": "why"},
            ("f", "r", "s", "c", "e", "why"),
        ),
        ({"shop": None, "error": 5}, ("", "", "", "", "5", "")),
        (
            {"run": {"name": "r", "about": {"flow": "f", "shop": "s", "subject": "c"}}, "error": "e"},
            ("f", "r", "s", "c", "e", ""),
        ),
        ({"run": {"name": "r", "about": None}, "cause": "why"}, ("", "r", "", "", "", "why")),
    ],
)
def test_a_run_is_parked_under_its_own_words(doors: Doors, event: Any, asked: Any):
    mind = doors.stand_in("park_run")
    assert doors.call("park_run", event) == {"parked": True}
    assert mind.asked == [asked]


# ── what goes wrong ──────────────────────────────────────────────────────────────────────────────────────────────

TASKS = {
    "look": {**TASK, "rearms": 0},
    "touch": {**TASK, "plan": PLAN, "position": 0},
    "sweep_erased": {"shop": "s", "person_id": "p", "cursor": ""},
    "reconcile": {"shop": "s"},
    "ask_confirmation": {"run": "r", "shop": "s", "request_id": "q", "generation": 1, "position": 0},
    "park_run": {},
    "start_flows": FACT,
    "start_erasing": FACT,
    "collect_export": {"shop": "s", "person_id": "p", "run": "r", "cursor": ""},
    "start_reconciling": {"id": "i"},
    "start_listed": {},
    "settle_claims": {},
    "end_proofs": {},
    "audit": {},
}
PAGES = ("open_link", "leave", "confirm", "preferences", "subscribe", "collect")


@pytest.mark.parametrize("door", TASKS)
@pytest.mark.parametrize("error", [TryLater("away"), Refused("no"), Conflict("moved")])
def test_what_a_machine_goes_by_passes_a_door_as_it_is(doors: Doors, door: str, error: Exception):
    doors.stand_in(door, error=error)
    with pytest.raises(type(error)):
        doors.call(door, TASKS[door])


@pytest.mark.parametrize("door", [*TASKS, *PAGES, "receive_webhook", "receive_answer", "enrol_shop"])
def test_a_bug_surfaces_and_says_nothing_of_what_it_met(doors: Doors, door: str):
    doors.stand_in(door, error=ValueError("ada@example.com"))
    event = TASKS.get(door) or http("POST", body="{}", content_type="application/json")
    with pytest.raises(MessageWithheld, match=r"^ValueError$"):
        doors.call(door, event)


@pytest.mark.parametrize("door", PAGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_visitor_is_asked_to_come_again_and_counted(doors: Doors, door: str, method: str):
    if (door, method) == ("collect", "GET"):
        return  # the script needs no store
    doors.stand_in(door, error=TryLater("away"))
    answer = doors.call(door, http(method, body="{}", content_type="application/json"))
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "60")
    assert doors.metrics.counts["VisitorsPutOff"] == 1


def test_a_wish_to_know_starts_the_collecting_and_no_sweep(doors: Doors):
    mind, other = doors.stand_in("start_exporting", True), doors.stand_in("start_erasing", False)
    asked = {**FACT["detail"], "fact": "privacy.requested"}
    assert doors.call("start_erasing", {"detail": asked}) == {"started": True}
    assert (mind.asked, other.asked) == ([("the-shop", "the-fact-id", {"a": 1})], [])


def test_a_fact_that_a_release_before_was_told_is_collected_at_once(doors: Doors):
    mind = doors.stand_in("collect_export")
    mind.at_once = lambda *given: {"asked": given}
    told = {**FACT["detail"], "data": {"person_id": "p"}}
    assert doors.call("collect_export", {"detail": told}) == {"asked": ("the-shop", "p", "the-fact-id")}
