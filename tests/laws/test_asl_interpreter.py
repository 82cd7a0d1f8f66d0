"""The interpreter that simulations stand on: its short cuts agree with the JSONata library, its rules with AWS's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import asl_expressions as expressions
from tests.asl import Call, Ended, TaskFailed, Wait, play, start
from tests.asl_machine import LAMBDA, Machine, NotInterpreted
from tests.laws.reading import MACHINES

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "wait", "stop", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abn"), inner, max_size=3),
    max_leaves=8,
)
_PATHS = ["$states.input", "$states.input.a", "$states.input.a.b", "$v", "$v.a", "$v.n.b", "$missing"]


def _answer(evaluate: expressions.Template, scope: expressions.Scope) -> tuple[str, str]:
    try:
        return "gave", json.dumps(evaluate(scope), sort_keys=True)
    except expressions.QueryError:
        return "failed", ""


@settings(max_examples=150, deadline=None)
@given(_VALUES, _VALUES)
def test_short_cuts_give_what_the_library_gives(given_input: Any, variable: Any):
    scope = ({"input": given_input, "context": {}}, {"v": variable})
    for path in _PATHS:
        for text in (path, f"{path} = 'wait'"):
            assert _answer(expressions.expression(text), scope) == _answer(
                expressions.by_library(text), scope
            ), text


def _expressions_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _expressions_in(each)]
    if isinstance(value, list):
        return [text for each in value for text in _expressions_in(each)]
    return [value[2:-2].strip()] if isinstance(value, str) and value.startswith("{%") else []


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.name)
def test_every_expression_of_every_machine_gives_what_the_library_gives(path):
    answer = {
        "next": "wait",
        "wait_seconds": 5,
        "person_id": None,
        "variants": ["v"],
        "known": {"person_id": None, "plan": {"a": [1]}, "position": 1},
    }
    states = {
        "input": answer,
        "result": {"Payload": answer},
        "errorOutput": {"Error": "TryLater", "Cause": "x" * 2_000},
        "context": {
            "Execution": {"Name": "run", "Input": answer | {"shop": "s", "flow": "f", "generation": 2}}
        },
    }
    variables = {"error": "E", "cause": "why"}
    for text in set(_expressions_in(json.loads(path.read_text()))):
        fast, slow = expressions.expression(text), expressions.by_library(text)
        assert _answer(fast, (states, variables)) == _answer(slow, (states, variables)), text


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"n": 0},
        {"n": 3},
        {"n": None},
        {"n": "x"},
        {"n": [1, 2]},
        {"n": {}},
        {"n": {"m": 0}},
        [{"n": 1}, {"n": 2}],
        7,
    ],
    ids=str,
)
@pytest.mark.parametrize("instead", ["0", "{}"])
def test_what_stands_in_the_place_of_a_missing_path_is_what_the_library_gives(
    given: Any, instead: str
) -> None:
    text = f"$states.input.n ? $states.input.n : {instead}"
    scope = ({"input": given}, {})
    assert _answer(expressions.expression(text), scope) == _answer(expressions.by_library(text), scope)


def _machine(states: dict[str, Any], **more: Any) -> Machine:
    return Machine.of(
        "m", {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **more}
    )


def _task(**more: Any) -> dict[str, Any]:
    arguments = {"FunctionName": "${work}", "Payload": {"n": "{% $states.input.n %}"}}
    return {"Type": "Task", "Resource": LAMBDA, "Arguments": arguments, "End": True, **more}


def test_a_run_says_what_it_needs_and_goes_on_with_the_answer():
    machine = _machine(
        {
            "Rest": {
                "Type": "Wait",
                "Seconds": 3,
                "Assign": {"n": "{% $states.input.n + 1 %}"},
                "Next": "Work",
            },
            "Work": _task(Output={"was": "{% $states.result.Payload.n %}", "n": "{% $n %}"}),
        }
    )
    run = start(machine, {"n": 1})
    assert run.resume() == Wait(3)
    assert run.resume() == Call("work", {"n": 1}, 99_999_999)
    assert run.resume({"n": 7}) == Ended("SUCCEEDED", {"was": 7, "n": 2})
    assert run.path == ["Rest", "Work"]
    assert run.transitions == 3


def test_variables_assigned_in_a_state_are_seen_only_after_it():
    states = {
        "One": {"Type": "Pass", "Assign": {"a": 1, "b": 1}, "Next": "Two"},
        "Two": {
            "Type": "Pass",
            "Assign": {"a": "{% $b + 1 %}", "b": "{% $a + 2 %}"},
            "Output": "{% $a %}",
            "Next": "Three",
        },
        "Three": {"Type": "Pass", "Output": ["{% $states.input %}", "{% $a %}", "{% $b %}"], "End": True},
    }
    assert play(_machine(states), {}, {}).ended.output == [1, 2, 3]


def test_pauses_grow_to_their_limit_and_jitter_draws_below_it():
    retry = {
        "ErrorEquals": ["A"],
        "IntervalSeconds": 2,
        "BackoffRate": 3,
        "MaxAttempts": 4,
        "MaxDelaySeconds": 20,
    }
    machine = _machine({"Work": _task(Retry=[retry | {"JitterStrategy": "FULL"}])})

    def work(payload: Any) -> Any:
        raise TaskFailed("A")

    longest: list[float] = []
    assert play(machine, {"n": 1}, {"work": work}, elapse=longest.append).ended.error == "A"
    assert longest == [2, 6, 18, 20]
    drawn: list[float] = []
    play(machine, {"n": 1}, {"work": work}, seed=1, elapse=drawn.append)
    assert all(0 <= each <= most for each, most in zip(drawn, longest, strict=True))
    assert drawn != longest


@pytest.mark.parametrize(
    ("names", "error", "covered"),
    [
        (["A"], "A", True),
        (["A"], "B", False),
        (["States.ALL"], "anything", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.TaskFailed"], "anything", True),
        (["States.TaskFailed"], "States.Timeout", False),
    ],
)
def test_a_catcher_covers_what_it_names(names: list[str], error: str, covered: bool):
    catch = [{"ErrorEquals": names, "Output": "{% $states.errorOutput %}", "Next": "Caught"}]
    machine = _machine({"Work": _task(Catch=catch), "Caught": {"Type": "Succeed"}})
    run = start(machine, {"n": 1})
    run.resume()
    ended = run.fail(error, "why")
    assert ended.status == ("SUCCEEDED" if covered else "FAILED")
    assert ended.output == ({"Error": error, "Cause": "why"} if covered else None)


def test_an_expression_that_gives_nothing_fails_the_state_and_can_be_caught():
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "Caught"}]
    states = {"Work": _task(Catch=catch), "Caught": {"Type": "Succeed"}}
    assert play(_machine(states), {}, {}).path == ["Work", "Caught"]
    states = {"Rest": {"Type": "Wait", "Seconds": "{% $states.input.n %}", "End": True}}
    for seconds in (None, -1, 1.5, "5", True):
        ended = play(_machine(states), {"n": seconds}, {}).ended
        assert (ended.status, ended.error) == ("FAILED", "States.QueryEvaluationError")


def test_a_machine_ends_when_its_own_time_is_up():
    states = {"Rest": {"Type": "Wait", "Seconds": 10, "Next": "Rest"}}
    waits: list[float] = []
    assert play(_machine(states, TimeoutSeconds=25), {}, {}, elapse=waits.append).ended.status == "TIMED_OUT"
    assert waits == [10, 10, 5]


def test_what_is_not_understood_is_refused_when_it_is_read():
    for states in (
        {"A": {"Type": "Map", "End": True}},
        {"A": {"Type": "Pass", "ResultPath": "$.a", "End": True}},
        {"A": _task(Resource="arn:aws:states:::sqs:sendMessage")},
    ):
        with pytest.raises(NotInterpreted):
            _machine(states)
    with pytest.raises(NotInterpreted):
        Machine.of("m", {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})


def test_a_run_that_goes_round_and_round_ends_when_its_history_is_full():
    choices = [{"Condition": "{% $states.input.n = 1 %}", "Next": "Again"}]
    states = {"Again": {"Type": "Choice", "Choices": choices, "Default": "Out"}, "Out": {"Type": "Succeed"}}
    ended = play(_machine(states), {"n": 1}, {}).ended
    assert (ended.status, ended.error) == ("FAILED", "States.Runtime")
