"""Walks through the state machines: what the tasks answer in turn, and where a run must go, wait and end.

A walk is written as its story: each call with its payload and its answer (or the name of its error), each wait with
its seconds, and its end. A run that is watched also says which edges of its machine it took.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.asl import Branch, Ended, Run, State, Wait
from tests.asl_machine import Machine
from tests.laws.reading import ROOT

DONE = Ended("SUCCEEDED")
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


def parking(run: str, given: Mapping[str, Any], error: str, cause: str, /, **answer: Any) -> Asks:
    """The call that keeps for a person why a run could not go on."""
    about = {"run": {"name": run, "about": given}, "error": error, "cause": cause}
    return Asks("park_run", about, {"parked": True}, **answer)


def parked(
    machine: str,
    run: str,
    given: Mapping[str, Any],
    before: Sequence[Asks | int],
    error: str,
    cause: str,
    pauses: Sequence[int],
) -> Iterator[Walk]:
    """A run that is parked, and one whose parking fails too: at once, or after all its repetitions."""
    ended = Ended("FAILED", None, f"Parked.{error}", cause)
    yield Walk(machine, run, given, (*before, parking(run, given, error, cause)), ended)
    worse = parking(run, given, error, cause, error="KeyError", cause="second")
    yield Walk(machine, run, given, (*before, worse), ended)
    away = [parking(run, given, error, cause, error="TryLater") for _ in range(len(pauses) + 1)]
    told = [each for pair in zip(away, pauses, strict=False) for each in pair]
    yield Walk(machine, run, given, (*before, *told, away[-1]), ended)


def troubles(
    machine: str,
    given: Mapping[str, Any],
    step: Callable[..., Sequence[Asks | int]],
    ends: str,
    pauses: Sequence[int],
    transient: Sequence[str],
) -> Iterator[Walk]:
    """Words that nobody knows, bugs, and what passes or stays, at one call.

    ``step`` gives the story of a run up to that call, which ``ends`` it with this word if all goes well.
    """
    unknown, long = "no way leads on from: shrug", "x" * 1_500
    shrugged, bug = step("shrug", word="shrug"), step("bug", error="KeyError", cause=long)
    yield from parked(machine, "shrug", given, shrugged, "UnknownWord", unknown, pauses)
    yield from parked(machine, "bug", given, bug, "KeyError", long[:1_000], pauses)
    for error in transient:
        *before, once = step("shaky", error=error)
        end = step("shaky", word=ends)[-1]
        yield Walk(machine, "shaky", given, (*before, once, 2, once, 6, end), DONE)
        *before, away = step("shaky", error=error, cause="why")
        told = [each for pause in pauses for each in (away, pause)]
        ended = Ended("FAILED", None, f"Parked.{error}", "why")
        there = parking("shaky", given, error, "why")
        yield Walk(machine, "shaky", given, (*before, *told, away, there), ended)
        failed = step("late", error="ValueError", cause="first")
        slow = parking("late", given, "ValueError", "first", error=error)
        there = parking("late", given, "ValueError", "first")
        ended = Ended("FAILED", None, "Parked.ValueError", "first")
        yield Walk(machine, "late", given, (*failed, slow, 2, there), ended)
