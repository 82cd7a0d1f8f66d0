"""Walks through the state machines: what the tasks answer in turn, and where a run must go, wait and end.

A walk is written as its story: each call with its payload and its answer (or the name of its error), each wait with
its seconds, and its end. A run that is watched also says which edges of its machine it took.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.asl import Branch, Ended, Run, State, Wait
from tests.asl_machine import Machine
from tests.laws.reading import ROOT

Edge = tuple[str, str]
"""A state, and a way on from it: ``next``, ``choice 0``, ``default``, ``catch 0``, or ``again after TryLater``."""


@dataclass(frozen=True)
class Asks:
    """A call: of which function, with which payload, and what it answers, or the error that it ends with."""

    function: str
    payload: Mapping[str, Any]
    answer: Any = None
    error: str = ""
    cause: str = ""


@dataclass(frozen=True)
class Walk:
    """One run from its input to its end. A number in its story is a wait of so many seconds."""

    machine: str
    name: str
    given: Mapping[str, Any]
    story: tuple[Asks | int, ...]
    ended: Ended


@dataclass(slots=True)
class Watched(Run):
    """A run that remembers which edges it took."""

    edges: set[Edge] = field(default_factory=set)

    def _after(self, way: State | Branch, following: str | None, default: Any = None) -> str | None:
        here = self._here
        self.edges.add((here.name, _called(here, way)))
        return Run._after(self, way, following, default)

    def _failed(self, error: str, cause: str) -> Any:
        here = self._here
        step = Run._failed(self, error, cause)
        if self._repeating:
            self.edges.add((here.name, f"again after {error}"))
        return step


def _called(here: State, way: State | Branch) -> str:
    if isinstance(way, State):
        return "default" if here.type == "Choice" else "next"
    branches = [branch for _, branch in (*here.choices, *here.catch)]
    kind = "choice" if here.type == "Choice" else "catch"
    return f"{kind} {next(number for number, each in enumerate(branches) if each is way)}"


def loaded(name: str) -> Machine:
    """A machine by the name of its file."""
    return Machine.load(ROOT / "statemachines" / f"{name}.asl.json")


def edges(name: str) -> set[Edge]:
    """Every edge of a machine, as its file has them."""
    found: set[Edge] = set()
    for state in loaded(name).states.values():
        ways = [f"choice {number}" for number, _ in enumerate(state.choices)]
        ways += [f"catch {number}" for number, _ in enumerate(state.catch)]
        ways += [f"again after {error}" for rule in state.retry for error in rule["ErrorEquals"]]
        ways += ["next"] * bool(state.next) + ["default"] * bool(state.default)
        found |= {(state.name, way) for way in ways}
    return found


def walked(walk: Walk) -> tuple[list[Asks | float], Watched]:
    """Take a walk; give its story as it happened, and the run. Raises AssertionError if it asks for more."""
    machine = loaded(walk.machine)
    context = {
        "Execution": {"Id": f"arn:{walk.name}", "Input": walk.given, "Name": walk.name},
        "StateMachine": {"Id": machine.name, "Name": machine.name},
    }
    run = Watched(machine, {"input": walk.given, "context": context}, float)
    answers, told, step = [each for each in walk.story if isinstance(each, Asks)], [], run.resume()
    while not isinstance(step, Ended):
        if isinstance(step, Wait):
            told.append(step.seconds)
            step = run.resume()
            continue
        assert answers, f"{walk.name}: calls {step.function} when the story is over"
        said = answers.pop(0)
        told.append(Asks(step.function, step.payload, said.answer, said.error, said.cause))
        step = run.fail(said.error, said.cause) if said.error else run.resume(said.answer)
    return told, run


def taken(walks: Iterable[Walk]) -> dict[str, set[Edge]]:
    """The edges that these walks take, by machine."""
    found: dict[str, set[Edge]] = {}
    for walk in walks:
        found.setdefault(walk.machine, set()).update(walked(walk)[1].edges)
    return found
