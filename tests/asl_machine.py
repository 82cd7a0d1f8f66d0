"""A state machine as it stands in its file, read and compiled.

What is understood is what our laws allow in ``statemachines/``: Task (lambda:invoke, with a task token or without),
Choice, Wait, Pass, Succeed and Fail, with Assign, Output, Arguments, Retry and Catch. Anything else raises
``NotInterpreted``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.asl_expressions import Template, compiled

LAMBDA = "arn:aws:states:::lambda:invoke"
LAMBDA_WITH_TOKEN = f"{LAMBDA}.waitForTaskToken"
"""The run goes on when somebody answers with the token, whatever the function itself answered."""

_UNDERSTOOD = {
    "Task": "Resource Arguments TimeoutSeconds Assign Output Retry Catch Next End",
    "Choice": "Choices Default Assign Output",
    "Wait": "Seconds Assign Output Next End",
    "Pass": "Assign Output Next End",
    "Succeed": "Output",
    "Fail": "Error Cause",
}


class NotInterpreted(Exception):
    """The file uses something that this interpreter does not know; better loud than wrong."""


@dataclass(frozen=True, slots=True)
class State:
    """One state of the file with its expressions compiled."""

    name: str
    type: str
    next: str | None = None
    seconds: Template | None = None
    function: str | None = None
    payload: Template | None = None
    waits: bool = False
    timeout_seconds: int = 0
    assign: tuple[tuple[str, Template], ...] = ()
    output: Template | None = None
    choices: tuple[tuple[Template, Branch], ...] = ()
    default: str | None = None
    retry: tuple[dict[str, Any], ...] = ()
    catch: tuple[tuple[tuple[str, ...], Branch], ...] = ()
    error: Template | None = None
    cause: Template | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """A way on that has its own Assign and Output: of a choice or a catcher."""

    next: str
    assign: tuple[tuple[str, Template], ...]
    output: Template | None


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine as it stands in its file."""

    name: str
    start_at: str
    states: Mapping[str, State]
    timeout_seconds: float = float("inf")

    @staticmethod
    @cache
    def load(path: Path) -> Machine:
        """Read and compile a file, once per process. Raises NotInterpreted for what is not understood."""
        return Machine.of(path.name.removesuffix(".asl.json"), json.loads(path.read_text()))

    @staticmethod
    def of(name: str, text: Mapping[str, Any]) -> Machine:
        """Compile a parsed definition."""
        if text.get("QueryLanguage") != "JSONata":
            raise NotInterpreted(f"{name}: QueryLanguage must be JSONata")
        states = {each: _state(each, body) for each, body in text["States"].items()}
        return Machine(name, text["StartAt"], states, text.get("TimeoutSeconds", float("inf")))


def _state(name: str, body: Mapping[str, Any]) -> State:
    kind = body["Type"]
    strange = set(body) - set(_UNDERSTOOD.get(kind, "").split()) - {"Type", "Comment"}
    if kind not in _UNDERSTOOD or strange:
        raise NotInterpreted(f"{name}: {kind} with {sorted(strange)}")
    if kind == "Task" and body["Resource"] not in (LAMBDA, LAMBDA_WITH_TOKEN):
        raise NotInterpreted(f"{name}: {body['Resource']}")
    arguments = body.get("Arguments", {})
    return State(
        name=name,
        type=kind,
        next=body.get("Next"),
        seconds=compiled(body["Seconds"]) if kind == "Wait" else None,
        function=arguments["FunctionName"].removeprefix("${").removesuffix("}") if arguments else None,
        payload=compiled(arguments.get("Payload")) if arguments else None,
        waits=body.get("Resource") == LAMBDA_WITH_TOKEN,
        timeout_seconds=body.get("TimeoutSeconds", 99_999_999),
        assign=_assign(body),
        output=compiled(body["Output"]) if "Output" in body else None,
        choices=tuple((compiled(rule["Condition"]), _branch(rule)) for rule in body.get("Choices", ())),
        default=body.get("Default"),
        retry=tuple(body.get("Retry", ())),
        catch=tuple((tuple(rule["ErrorEquals"]), _branch(rule)) for rule in body.get("Catch", ())),
        error=compiled(body.get("Error")) if kind == "Fail" else None,
        cause=compiled(body.get("Cause")) if kind == "Fail" else None,
    )


def _assign(body: Mapping[str, Any]) -> tuple[tuple[str, Template], ...]:
    return tuple((name, compiled(value)) for name, value in body.get("Assign", {}).items())


def _branch(rule: Mapping[str, Any]) -> Branch:
    return Branch(rule["Next"], _assign(rule), compiled(rule["Output"]) if "Output" in rule else None)
