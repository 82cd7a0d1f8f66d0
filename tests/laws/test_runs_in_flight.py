"""A run goes on with the definition that it began with, while the code behind its tasks is replaced at once.

``events/machines`` keeps each released definition with an input of its runs, ``events/doors`` a payload of each of its
tasks, and ``releases.json`` what they were called in the template. What a release sent is answered until 40 days after
its machines are gone, which is longer than any run lives (docs/upgrade.md).
"""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from tests.asl import Run, play
from tests.asl_machine import Machine
from tests.fakes.outside import CONTEXT
from tests.fakes.world import World
from tests.laws.conftest import SHOP
from tests.laws.reading import ROOT, doors, machine, properties, resources, target, template

MACHINES, DOORS = ROOT / "events" / "machines", ROOT / "events" / "doors"
STILL_ANSWERED = timedelta(days=40)
_READ = re.compile(r"\$states\.(?:result\.Payload|input)\.(\w+)")


@cache
def releases() -> Mapping[str, Mapping[str, Any]]:
    """Every release whose machines may still have runs, by its number."""
    return json.loads((MACHINES / "releases.json").read_text())


@cache
def changelog() -> Mapping[str, date]:
    """Every released version with its day."""
    told = re.findall(r"^## \[(\d+\.\d+)\.\d+\] - (\S+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    return {version: date.fromisoformat(day) for version, day in told}


def defined(release: str, name: str) -> Path:
    """The definition of a machine as it was released."""
    return MACHINES / f"{name}.{release}.asl.json"


def _calls(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for state in machine(path)["States"].values():
        if state["Type"] == "Task":
            yield state["Arguments"]["FunctionName"].strip("${}"), state


_RELEASED = [(release, name) for release, told in releases().items() for name in told["machines"]]
_TASKS = [(release, task) for release, told in releases().items() for task in told["tasks"]]
every_machine = pytest.mark.parametrize(("release", "name"), _RELEASED)
every_task = pytest.mark.parametrize(("release", "task"), _TASKS)


def test_every_release_stays_in_the_register_until_40_days_after_its_machines_are_gone():
    newest = max(changelog().values())
    for version, released_on in changelog().items():
        if version not in releases():
            later = [day for day in changelog().values() if day > released_on]
            assert later, f"{version}: keep its machines and payloads in events/ when you release it"
            assert newest > min(later) + STILL_ANSWERED, f"{version}: its runs may still be under way"
            continue
        told = releases()[version]
        assert told["released_on"] == released_on.isoformat()
        assert told["gone_on"] is None or date.fromisoformat(told["gone_on"]) >= released_on
    assert set(releases()) <= set(changelog())
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert version.rpartition(".")[0] in releases(), "the present version is released with its machines"


def test_everything_that_is_kept_belongs_to_a_release_of_the_register():
    kept = {path.name for path in MACHINES.iterdir()} - {"releases.json"}
    named = {f"{name}.{release}.asl.json" for release, name in _RELEASED}
    assert kept == named | {f"{name}.{release}.input.json" for release, name in _RELEASED}
    payloads = {path.name for path in DOORS.glob("*.json") if re.search(r"\.\d+\.\d+\.json$", path.name)}
    assert payloads == {f"{task}.{release}.json" for release, task in _TASKS}


@pytest.mark.parametrize("release", releases())
def test_a_release_names_the_tasks_that_its_machines_call(release: str):
    called = {task for name in releases()[release]["machines"] for task, _ in _calls(defined(release, name))}
    assert set(releases()[release]["tasks"]) == called


@pytest.mark.parametrize("release", releases())
def test_what_runs_call_keeps_its_logical_id_and_its_role_may_call_it(release: str):
    """CloudFormation replaces what is renamed: a machine with all its runs, a function under them."""
    told = releases()[release]
    assert set(told["tasks"].values()) <= set(doors().values())
    for name, of in told["machines"].items():
        assert of["resource"] in resources("AWS::Serverless::StateMachine"), name
        (policy,) = properties(of["role"])["Policies"]
        (allowed,) = (
            {target(arn) for arn in statement["Resource"]}
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Action"] == "lambda:InvokeFunction"
        )
        assert {told["tasks"][task] for task, _ in _calls(defined(release, name))} <= allowed, name


def test_new_machines_have_stable_names_and_those_that_began_without_one_stay_so():
    """A machine that is given a name is replaced, and its runs end."""
    first = {of["resource"] for of in releases().get("0.1", {"machines": {}})["machines"].values()}
    unnamed = {
        name
        for name, each in template()["Resources"].items()
        if each["Type"] == "AWS::Serverless::StateMachine" and "Name" not in each["Properties"]
    }
    assert unnamed == first


@every_task
def test_a_kept_payload_has_exactly_the_fields_that_its_release_sends(release: str, task: str):
    sent = [
        set(state["Arguments"]["Payload"])
        for name in releases()[release]["machines"]
        for called, state in _calls(defined(release, name))
        if called == task
    ]
    assert set(json.loads((DOORS / f"{task}.{release}.json").read_text())) in sent


@every_machine
def test_a_kept_input_has_every_field_that_its_machine_reads(release: str, name: str):
    given = json.loads((MACHINES / f"{name}.{release}.input.json").read_text())
    read = set(re.findall(r"Execution\.Input\.(\w+)", defined(release, name).read_text()))
    assert read <= set(given)


@every_task
def test_a_task_answers_what_a_machine_of_an_earlier_release_sends_it(release: str, task: str, world: World):
    """With a word that this machine knows, and every field that it reads from an answer."""
    importlib.import_module("apply_events").handler(
        json.loads((DOORS / "apply_events.json").read_text()), None
    )
    world.clock.move(hours=1)
    payload = json.loads((DOORS / f"{task}.{release}.json").read_text())
    answer = _answered(_door(release, task), payload)
    for name in releases()[release]["machines"]:
        for called, state in _calls(defined(release, name)):
            if called != task or "Next" not in state:
                continue
            following = machine(defined(release, name))["States"][state["Next"]]
            if following["Type"] != "Choice":
                continue
            told = json.dumps([state.get("Assign", {}), following["Choices"]])
            assert set(_READ.findall(told)) <= set(answer), name
            words = {rule["Condition"].split("'")[1] for rule in following["Choices"]}
            assert answer["next"] in words, name


def _played(world: World, release: str, name: str, given: Mapping[str, Any]) -> Run:
    """A run of a released definition on today's doors, in virtual time."""
    path = defined(release, name)
    kept = json.loads((MACHINES / f"{name}.{release}.input.json").read_text())
    tasks = {task: partial(_answered, _door(release, task)) for task, _ in _calls(path)}
    return play(
        Machine.load(path), {**kept, **given}, tasks, elapse=lambda seconds: world.clock.move(seconds=seconds)
    )


def _door(release: str, task: str) -> str:
    """The door that answers a released task today: the function is the same, its file may have another name."""
    function = releases()[release]["tasks"][task]
    return next(door for door, name in doors().items() if name == function)


def _answered(door: str, event: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(importlib.import_module(door).handler(event, CONTEXT)))


@pytest.mark.parametrize("release", releases())
def test_a_recovery_that_began_under_an_earlier_release_sends_its_three_touches(release: str, world: World):
    importlib.import_module("apply_events").handler(
        json.loads((DOORS / "apply_events.json").read_text()), None
    )
    (opened,) = world.bus.named("cart.opened")
    given = {"shop": SHOP, "subject": opened.data["cart_id"], "person_id": opened.data["person_id"]}
    run = _played(world, release, "cart_recovery", given)
    assert run.ended.status == "SUCCEEDED"
    assert [message.touch for message in world.outbox.sent] == ["reminder", "answers", "last_note"]
    assert world.metrics.counts["RunsParked"] == 0


@pytest.mark.parametrize("release", releases())
def test_a_question_that_began_under_an_earlier_release_is_asked_twice_and_forgotten(
    release: str, world: World
):
    importlib.import_module("subscribe").handler(json.loads((DOORS / "subscribe.json").read_text()), None)
    (asked,) = world.bus.named("subscription.requested")
    given = {"subject": asked.data["request_id"], "generation": asked.data["generation"]}
    run = _played(world, release, "double_opt_in", given)
    assert run.ended.status == "SUCCEEDED"
    assert [message.touch for message in world.outbox.sent] == ["confirm", "confirm_again"]
    request = world.records.read(SHOP, requests=[asked.data["request_id"]]).requests[asked.data["request_id"]]
    assert (request.state, request.email) == ("expired", None)


@pytest.mark.parametrize("release", releases())
@pytest.mark.parametrize("name", ["erasure", "reconcile"])
def test_a_chore_that_began_under_an_earlier_release_goes_to_its_end(release: str, name: str, world: World):
    assert _played(world, release, name, {"shop": SHOP}).ended.status == "SUCCEEDED"
