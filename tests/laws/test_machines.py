"""What `sam validate` never looks at: the state machines themselves, and that they fit the template."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cartback.domain.flows import INTERNAL
from cartback.flows import all_flows
from tests.asl_machine import LAMBDA, LAMBDA_WITH_TOKEN, Machine
from tests.laws.reading import (
    MACHINES,
    ROOT,
    SHARED_ROLE,
    called_by_earlier_releases,
    doors,
    machine,
    properties,
    resources,
    target,
    template,
)

_ASKS_ONE_WORD = re.compile(r"\{% \$states\.input\.next = '[a-z_]+' %\}")
_RETRY = {
    "IntervalSeconds": 2,
    "BackoffRate": 3,
    "MaxAttempts": 9,
    "MaxDelaySeconds": 3600,
    "JitterStrategy": "FULL",
}
# What may be repeated, and nothing else: a bug that is repeated stays one, and every repetition is paid for.
_TRANSIENT = {
    "TryLater",
    "Conflict",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "States.Timeout",
}
_VERBS = {"look", "touch", "act", "ask", "park_run"}
_FLOWS_END_WITHIN = 35 * 86_400
"""Longer than the longest cadence; as the alarms and the pages of the flows say."""

every_machine = pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.name)


def _states(path: Path, kind: str | None = None) -> dict[str, Mapping[str, Any]]:
    states = machine(path)["States"]
    return {name: body for name, body in states.items() if kind in (None, body["Type"])}


def _ways_on(body: Mapping[str, Any]) -> Iterator[str]:
    yield from (body[key] for key in ("Next", "Default") if key in body)
    for rule in (*body.get("Choices", ()), *body.get("Catch", ())):
        yield rule["Next"]


def _resource_of(path: Path) -> str:
    """The logical id of a machine in the template."""
    (name,) = (
        name
        for name, each in resources("AWS::Serverless::StateMachine").items()
        if each["Properties"]["DefinitionUri"] == path.relative_to(ROOT).as_posix()
    )
    return name


# Machines that talk to shops and never to shoppers: no fact starts them, a schedule does.
_CHORES = {"reconcile": 86_400, "erasure": 14 * 86_400, "export": 7 * 86_400}


def test_every_flow_has_a_machine_a_page_and_a_resource_and_there_are_no_others_but_chores():
    flows = {flow.name for flow in all_flows()} | set(_CHORES)
    assert flows == {path.name.removesuffix(".asl.json") for path in MACHINES}
    assert flows == {path.stem for path in (ROOT / "docs" / "flows").glob("*.md")} - {"README"}
    uris = {
        each["Properties"]["DefinitionUri"] for each in resources("AWS::Serverless::StateMachine").values()
    }
    assert uris == {f"statemachines/{flow}.asl.json" for flow in flows}


@every_machine
def test_the_file_is_understood_by_the_interpreter_that_tests_it(path: Path):
    assert Machine.load(path).start_at in _states(path)


@every_machine
def test_every_way_leads_to_a_state_and_every_state_is_reached(path: Path):
    states = _states(path)
    reached, todo = set(), [machine(path)["StartAt"]]
    while todo:
        name = todo.pop()
        assert name in states
        if name not in reached:
            reached.add(name)
            todo.extend(_ways_on(states[name]))
    assert reached == set(states)


@every_machine
def test_every_state_ends_or_leads_on(path: Path):
    for name, body in _states(path).items():
        ends = body["Type"] in ("Succeed", "Fail") or body.get("End") is True
        assert ends != bool(list(_ways_on(body))), name


@every_machine
def test_placeholders_and_substitutions_are_the_same(path: Path):
    placeholders = set(re.findall(r"\$\{([^}]+)\}", path.read_text()))
    given = properties(_resource_of(path))["DefinitionSubstitutions"]
    assert placeholders == set(given)
    # A placeholder is called like the door that it stands for: that is how simulations find the code.
    assert {name: target(arn) for name, arn in given.items()} == {
        name: doors()[name] for name in placeholders
    }


@every_machine
def test_every_task_calls_a_lambda_and_has_a_time_out_the_house_retry_and_a_catch(path: Path):
    for name, body in _states(path, "Task").items():
        door = body["Arguments"]["FunctionName"].strip("${}")
        waits = door == "ask"
        assert body["Resource"] == (LAMBDA_WITH_TOKEN if waits else LAMBDA), name
        (retry,) = body["Retry"]
        if waits:
            asked = body["Arguments"]["Payload"]
            # The desk lets time run out; the state's own time-out is later, means a bug, and is not asked anew.
            assert asked["deadline_seconds"] + 600 <= body["TimeoutSeconds"], name
            assert asked["token"] == "{% $states.context.Task.Token %}", name
            assert set(retry["ErrorEquals"]) == _TRANSIENT - {"States.Timeout"}, name
        else:
            function = properties(doors()[door])
            limit = function.get("Timeout", template()["Globals"]["Function"]["Timeout"])
            # Longer than the function's own time-out and a cold start: the function should be the one to give up.
            assert limit + 10 <= body["TimeoutSeconds"] <= limit + 60, name
            assert set(retry["ErrorEquals"]) == _TRANSIENT, name
        assert {key: value for key, value in retry.items() if key != "ErrorEquals"} == _RETRY, name
        assert body["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


@every_machine
def test_a_failure_never_becomes_a_business_outcome(path: Path):
    """Whatever is caught goes on to be parked, and what is parked ends in Fail."""
    states = _states(path)
    parks = {
        name
        for name, body in _states(path, "Task").items()
        if body["Arguments"]["FunctionName"] == "${park_run}"
    }
    fails = set(_states(path, "Fail"))
    for name, body in _states(path, "Task").items():
        allowed = fails if name in parks else parks
        assert {rule["Next"] for rule in body["Catch"]} <= allowed, name
    for name in parks:
        assert states[name]["Next"] in fails
    for name, body in _states(path, "Choice").items():
        assert body["Default"] in parks, f"{name}: a word that nobody knows is a bug"


@every_machine
def test_the_name_of_a_failure_is_one_that_a_state_may_report(path: Path):
    """Names that begin with ``States.`` are Step Functions' own, and what was caught may be one of these."""
    for name, body in _states(path, "Fail").items():
        assert body["Error"] == "{% 'Parked.' & $error %}", name


@every_machine
def test_choices_compare_the_one_word_that_a_task_returned(path: Path):
    for name, body in _states(path, "Choice").items():
        for rule in body["Choices"]:
            assert _ASKS_ONE_WORD.fullmatch(rule["Condition"]), f"{name}: {rule['Condition']}"


@every_machine
def test_waits_are_asked_for_in_seconds_by_the_task_that_decided_them(path: Path):
    for name, body in _states(path, "Wait").items():
        assert body["Seconds"] == "{% $states.input.wait_seconds %}", name


@every_machine
def test_each_retry_and_each_catch_stands_on_one_line(path: Path):
    """A change to a flow shows its story, and not what is the same in every machine."""
    for name, body in _states(path, "Task").items():
        for key in ("Retry", "Catch"):
            assert f'"{key}": {json.dumps(body[key], ensure_ascii=False)}' in path.read_text(), name


def test_the_machines_of_flows_call_the_verbs_and_nothing_else():
    for flow in all_flows():
        called = {
            body["Arguments"]["FunctionName"].strip("${}")
            for body in _states(ROOT / "statemachines" / f"{flow.name}.asl.json", "Task").values()
        }
        assert called <= _VERBS, flow.name


def test_the_machine_of_a_flow_with_steps_of_its_own_names_each_of_them_once():
    for flow in all_flows():
        if flow.law == INTERNAL:
            continue
        sent = [
            body["Arguments"]["Payload"].get("step")
            for body in _states(ROOT / "statemachines" / f"{flow.name}.asl.json", "Task").values()
            if body["Arguments"]["FunctionName"] == "${touch}"
        ]
        assert sent == list(flow.steps or [None]), flow.name


def test_the_machine_of_a_flow_that_nobody_outside_sees_has_a_way_for_each_step_that_may_be_proposed():
    """What is to be done is said by its first task, in the name of the step."""
    for flow in all_flows():
        if flow.law != INTERNAL:
            continue
        path = ROOT / "statemachines" / f"{flow.name}.asl.json"
        states = machine(path)["States"]
        first = states[states[machine(path)["StartAt"]]["Next"]]
        words = [re.search("'(.*)'", choice["Condition"])[1] for choice in first["Choices"]]
        assert words == [*flow.steps, "stop"], flow.name


@every_machine
def test_every_run_ends(path: Path):
    """I7: a machine has a limit of its own, shorter than AWS's year."""
    name = path.name.removesuffix(".asl.json")
    assert machine(path)["TimeoutSeconds"] == _CHORES.get(name, _FLOWS_END_WITHIN)


def test_step_functions_may_call_exactly_the_tasks_of_its_machine():
    for path in MACHINES:
        given = properties(_resource_of(path))
        (policy,) = properties(target(given["Role"]))["Policies"]
        allowed = {
            target(arn)
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Action"] == "lambda:InvokeFunction"
            for arn in statement["Resource"]
        }
        called = {target(arn) for arn in given["DefinitionSubstitutions"].values()}
        called |= called_by_earlier_releases(_resource_of(path))
        assert called <= allowed if target(given["Role"]) == SHARED_ROLE else called == allowed


def test_the_bus_wakes_the_starter_for_exactly_the_facts_that_flows_start_on():
    (rule,) = properties(doors()["start_flows"])["Events"].values()
    assert set(rule["Properties"]["Pattern"]["detail-type"]) == {
        fact for flow in all_flows() for fact in flow.starts_on
    }


def _machine_of(flow: str) -> str:
    return _resource_of(ROOT / "statemachines" / f"{flow}.asl.json")


@pytest.mark.parametrize("door", ["start_flows", "start_listed"])
def test_a_starter_knows_and_may_start_every_machine(door: str):
    """Those without a name by their ARNs; the others by prefix, so that forty flows take no more room than two."""
    starter = properties(doors()[door])
    given, prefix = starter["Environment"]["Variables"], properties("Bus")["Name"]["Sub"] + "-"
    unnamed = {flow.name for flow in all_flows() if "Name" not in properties(_machine_of(flow.name))}
    arns = {
        key: target(value) for key, value in given.items() if key.startswith("FLOW_") and key.endswith("_ARN")
    }
    assert arns == {f"FLOW_{name.upper()}_ARN": _machine_of(name) for name in unnamed}
    assert given["FLOW_PREFIX"]["Sub"].endswith(f":stateMachine:{prefix}")
    for flow in {flow.name for flow in all_flows()} - unnamed:
        assert properties(_machine_of(flow))["Name"] == {"Sub": f"{prefix}{flow.replace('_', '-')}"}
    (policy,) = properties(target(starter["Role"]))["Policies"]
    (start,) = [
        each for each in policy["PolicyDocument"]["Statement"] if each["Action"] == "states:StartExecution"
    ]
    assert sorted(map(str, start["Resource"])) == sorted(
        [
            *(str({"Ref": name}) for name in map(_machine_of, unnamed)),
            str({"Sub": given["FLOW_PREFIX"]["Sub"] + "*"}),
        ]
    )
