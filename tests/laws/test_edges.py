"""Every edge of every machine is walked: each answer of a task, each error that is repeated or caught, each round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cartback.usecases.people.start_erasing import StartErasing
from cartback.usecases.people.start_exporting import StartExporting
from cartback.usecases.shop.start_reconciling import StartReconciling
from tests.asl import Ended
from tests.fakes.outside import CountingMetrics
from tests.laws import reading
from tests.laws.reading import MACHINES
from tests.laws.walks import DONE, Asks, Walk, edges, loaded, taken, walked

TRANSIENT = (
    "TryLater",
    "Conflict",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "States.Timeout",
)
PAUSES = (2, 6, 18, 54, 162, 486, 1458, 3600, 3600)
"""The longest pause before each repetition in seconds; AWS draws from nothing to these (JitterStrategy FULL)."""


class _Started:
    """Keeps what a starter gives its machine."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}

    def start(self, flow: str, name: str, given: Mapping[str, Any]) -> bool:
        self.given = dict(given)
        return True


def _erasing(**data: Any) -> dict[str, Any]:
    runs = _Started()
    StartErasing(runs)("brew", "f1", data)
    return runs.given


def _reconciling() -> dict[str, Any]:
    runs = _Started()
    StartReconciling(lambda: ["brew"], runs)("now")
    return runs.given


def _exporting() -> dict[str, Any]:
    runs = _Started()
    StartExporting(runs, CountingMetrics())("brew", "f1", {"person_id": "p1"})
    return runs.given


# What starts each machine; the first two as ``starting.begin`` and its law have it.
_CART = {"shop": "brew", "flow": "cart_recovery", "subject": "c1", "generation": 2}
_SIGN_UP = {"shop": "brew", "flow": "double_opt_in", "subject": "r1", "generation": 3}
_LAPSED = {"shop": "brew", "flow": "winback", "subject": "p1", "generation": 7, "kind": "person"}
GIVEN = {
    "cart_recovery": {**_CART, "person_id": "p1", "variants": ["v0"], "wait_seconds": 3600},
    "double_opt_in": {**_SIGN_UP, "person_id": None, "variants": [], "wait_seconds": 1},
    "winback": {**_LAPSED, "person_id": "p1", "variants": [], "wait_seconds": 1},
    "erasure": _erasing(person_id="p1"),
    "reconcile": _reconciling(),
    "export": _exporting(),
}
# A further flow brings ``walks_<flow>.py``: what starts it, its first steps, and its walks.
_OWN = {
    path.stem.removeprefix("walks_"): import_module(f"tests.laws.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("walks_*.py"))
}
GIVEN |= {name: own.GIVEN for name, own in _OWN.items()}
PLAN = {"touches": [{"name": "reminder"}, {"name": "answers"}]}


def _about(machine: str, run: str) -> dict[str, Any]:
    return {"run": {"name": run, "about": GIVEN[machine]}}


def _known(number: int) -> dict[str, Any]:
    """What an answer makes known; each touch may find that the person was merged into another one."""
    return {"person_id": f"p{number + 1}", "variants": [f"v{number}"], "plan": PLAN, "position": number}


def touch(run: str, number: int, word: str = "", **answer: Any) -> Asks:
    """Call ``number`` of the one task of a recovery: it gives back what the call before made known."""
    asked = {**_about("cart_recovery", run), "known": _known(number) if number else {}}
    told = {"next": word, "wait_seconds": 77 + number, "known": _known(number + 1)}
    return Asks("touch", asked, told, **answer)


def ask(run: str, step: str, heard: int, word: str = "", **answer: Any) -> Asks:
    """A question to a sign-up; so many answers were heard before."""
    asked = {**_about("double_opt_in", run), "step": step, "known": _known(heard) if heard else {}}
    told = {"next": word, "wait_seconds": 90 + heard, "known": _known(heard + 1)}
    return Asks("look" if step == "end" else "touch", asked, told, **answer)


def write(run: str, step: str, heard: int, word: str = "", **answer: Any) -> Asks:
    """A message to somebody who stayed away; so many answers were heard before."""
    asked = {**_about("winback", run), "step": step, "known": _known(heard) if heard else {}}
    told = {"next": word, "wait_seconds": 80 + heard, "known": _known(heard + 1)}
    return Asks("touch", asked, told, **answer)


def sweep(person_id: str | None, cursor: str, word: str = "", then: str = "", **answer: Any) -> Asks:
    about = {"shop": "brew", "person_id": person_id, "cursor": cursor, "lasts_seconds": 1_209_600}
    return Asks("sweep_erased", about, {"next": word, "cursor": then, "wait_seconds": 345_600}, **answer)


def collect(run: str, cursor: str, word: str = "", then: str = "", **answer: Any) -> Asks:
    about = {"shop": "brew", "person_id": "p1", "run": run, "cursor": cursor}
    told = {"next": word, "cursor": then}
    return Asks("collect_export", about, told, **answer)


def compare(word: str = "", **answer: Any) -> Asks:
    return Asks("reconcile", {"shop": "brew"}, {"next": word, "listed": 50, "gaps": 1}, **answer)


def park(machine: str, run: str, why: str, because: str, /, **answer: Any) -> Asks:
    given = GIVEN[machine]
    about = {"flow": machine, "run": run, "shop": "brew", "subject": given.get("subject")}
    if machine in _FLOWS:
        about = _about(machine, run)
    return Asks("park_run", {**about, "error": why, "cause": because}, {"parked": True}, **answer)


_FLOWS = ("cart_recovery", "double_opt_in", "winback")


def _first(machine: str, run: str, **answer: Any) -> list[Asks | int]:
    """The first call of a run, as it comes after whatever comes before it."""
    return {
        "cart_recovery": lambda: [3600, touch(run, 0, **answer)],
        "double_opt_in": lambda: [ask(run, "confirm", 0, **answer)],
        "winback": lambda: [write(run, "hello", 0, **answer)],
        "erasure": lambda: [sweep("p1", "", **answer)],
        "export": lambda: [collect(run, "", **answer)],
        "reconcile": lambda: [compare(**answer)],
        **{name: partial(own.first_steps, run, **answer) for name, own in _OWN.items()},
    }[machine]()


def _courses() -> Iterator[Walk]:
    """What is meant to happen, with more pages and rounds than one."""
    yield _walk("cart_recovery", "bought", 3600, touch("bought", 0, "stop"))
    thrice = [touch("all", 0, "wait"), 77, touch("all", 1, "wait"), 78, touch("all", 2, "stop")]
    yield _walk("cart_recovery", "all", 3600, *thrice)
    yield _walk("double_opt_in", "yes", ask("yes", "confirm", 0, "stop"))
    yield _walk(
        "double_opt_in", "reminded", *_asked("reminded", "next"), ask("reminded", "confirm_again", 1, "stop")
    )
    late = (ask("late", "confirm", 1, "next"), 91, ask("late", "confirm_again", 2, "wait"), 92)
    end = (ask("late", "confirm_again", 3, "next"), 93, ask("late", "end", 4, "stop"))
    yield _walk("double_opt_in", "late", *_asked("late", "wait"), *late, *end)


def _winbacks() -> Iterator[Walk]:
    """All three messages, each at a better hour, and each the last."""
    for steps in (("hello",), ("hello", "ear"), ("hello", "ear", "choice")):
        run, heard = f"until {steps[-1]}", 0
        for end in ("stop", "next") if steps[-1] == "choice" else ("stop",):
            story: list[Asks | int] = []
            heard = 0
            for step in steps[:-1]:
                for word in ("wait", "next"):
                    story += [write(run, step, heard, word), 80 + heard]
                    heard += 1
            story += [write(run, steps[-1], heard, "wait"), 80 + heard, write(run, steps[-1], heard + 1, end)]
            yield _walk("winback", run, *story)


def _second_message(run: str, **answer: Any) -> list[Asks | int]:
    return [write(run, "hello", 0, "next"), 80, write(run, "ear", 1, **answer)]


def _third_message(run: str, **answer: Any) -> list[Asks | int]:
    return [*_second_message(run, word="next"), 81, write(run, "choice", 2, **answer)]


def _asked(run: str, word: str) -> list[Asks | int]:
    """The first question, and the wait that it asks for."""
    return [ask(run, "confirm", 0, word), 90]


def _chores() -> Iterator[Walk]:
    """The same of the machines that maintain."""
    yield _walk("erasure", "void", sweep("p1", "", "done"))
    rounds = (
        sweep("p1", "", "more", "1/0/a"),
        sweep("p1", "1/0/a", "more", "1/2/b"),
        sweep("p1", "1/2/b", "wait", "2/0/"),
    )
    again = (
        sweep("p1", "2/0/", "more", "2/1/c"),
        sweep("p1", "2/1/c", "more", "2/3/d"),
        sweep("p1", "2/3/d", "done"),
    )
    yield _walk("erasure", "person", *rounds, 345_600, *again)
    shop = (
        sweep(None, "", "more", "1/0/1|x"),
        sweep(None, "1/0/1|x", "wait", "2/0/"),
        345_600,
        sweep(None, "2/0/", "done"),
    )
    yield Walk("erasure", "shop", _erasing(), shop, DONE)
    pages = (
        collect("known", "", "more", "index/x"),
        collect("known", "index/x", "more", "rows/"),
        collect("known", "rows/", "more", "events/1/"),
        collect("known", "events/1/", "done"),
    )
    yield _walk("export", "known", *pages)
    yield _walk("export", "unknown", collect("unknown", "", "done"))
    yield _walk("reconcile", "once", compare("done"))
    yield _walk("reconcile", "pages", compare("more"), compare("more"), compare("more"), compare("done"))


def _walk(machine: str, name: str, *story: Asks | int, ended: Ended = DONE) -> Walk:
    return Walk(machine, name, GIVEN[machine], story, ended)


def _parked(machine: str, name: str, before: list[Asks | int], error: str, cause: str) -> Iterator[Walk]:
    """A run that is parked, and one whose parking fails too: at once, or after all its repetitions."""
    ended = Ended("FAILED", None, f"Parked.{error}", cause)
    yield _walk(machine, name, *before, park(machine, name, error, cause), ended=ended)
    worse = park(machine, name, error, cause, error="KeyError", cause="second")
    yield _walk(machine, name, *before, worse, ended=ended)
    away = [park(machine, name, error, cause, error="TryLater") for _ in range(len(PAUSES) + 1)]
    told = [each for pair in zip(away, PAUSES, strict=False) for each in pair]
    yield _walk(machine, name, *before, *told, away[-1], ended=ended)


def _troubles() -> Iterator[Walk]:
    """Words that nobody knows, bugs, and troubles that pass or stay, at every task."""
    for machine, (first, *more) in _STEPS.items():
        for step in (first, *more):
            unknown = "no way leads on from: shrug"
            if step is not _last_look:  # after which the run is over, whatever it answers
                yield from _parked(machine, "shrug", step("shrug", word="shrug"), "UnknownWord", unknown)
            long = "x" * 1_500
            yield from _parked(
                machine, "bug", step("bug", error="KeyError", cause=long), "KeyError", long[:1_000]
            )
            for error in TRANSIENT:
                *before, once = step("shaky", error=error)
                end = step("shaky", word="stop" if machine in _FLOWS else "done")[-1]
                yield _walk(machine, "shaky", *before, once, 2, once, 6, end)
                parked = park(machine, "shaky", error, "why")
                *before, away = step("shaky", error=error, cause="why")
                told = [each for pause in PAUSES for each in (away, pause)]
                yield _walk(
                    machine,
                    "shaky",
                    *before,
                    *told,
                    away,
                    parked,
                    ended=Ended("FAILED", None, f"Parked.{error}", "why"),
                )
        for error in TRANSIENT:
            before = first("late", error="ValueError", cause="first")
            late = park(machine, "late", "ValueError", "first", error=error)
            there = park(machine, "late", "ValueError", "first")
            yield _walk(
                machine,
                "late",
                *before,
                late,
                2,
                there,
                ended=Ended("FAILED", None, "Parked.ValueError", "first"),
            )


def _second_touch(run: str, **answer: Any) -> list[Asks | int]:
    return [3600, touch(run, 0, "wait"), 77, touch(run, 1, **answer)]


def _second_round(run: str, **answer: Any) -> list[Asks | int]:
    return [
        sweep("p1", "", "more", "1/1/a"),
        sweep("p1", "1/1/a", "wait", "2/0/"),
        345_600,
        sweep("p1", "2/0/", **answer),
    ]


def _steps(machine: str) -> Any:
    return lambda run, **answer: _first(machine, run, **answer)


def _last_look(run: str, **answer: Any) -> list[Asks | int]:
    return [
        *_asked(run, "next"),
        ask(run, "confirm_again", 1, "next"),
        91,
        ask(run, "end", 2, **answer),
    ]


_STEPS: dict[str, tuple[Any, ...]] = {
    "cart_recovery": (_steps("cart_recovery"), _second_touch),
    "double_opt_in": (
        _steps("double_opt_in"),
        lambda run, **answer: [*_asked(run, "next"), ask(run, "confirm_again", 1, **answer)],
        _last_look,
    ),
    "winback": (_steps("winback"), _second_message, _third_message),
    "erasure": (_steps("erasure"), _second_round),
    "export": (
        _steps("export"),
        lambda run, **answer: [collect(run, "", "more", "rows/"), collect(run, "rows/", **answer)],
    ),
    "reconcile": (
        _steps("reconcile"),
        lambda run, **answer: [compare("more"), compare("more"), compare(**answer)],
    ),
}
WALKS = [*_courses(), *_winbacks(), *_chores(), *_troubles()]
WALKS += [walk for own in _OWN.values() for walk in own.walks(PAUSES, TRANSIENT)]
NAMES = [path.name.removesuffix(".asl.json") for path in MACHINES]


@pytest.mark.parametrize("name", NAMES)
def test_every_walk_goes_and_waits_and_ends_as_its_story_says(name: str):
    mine = [walk for walk in WALKS if walk.machine == name]
    assert len(mine) > 30
    for walk in mine:
        told, run = walked(walk)
        assert told == list(walk.story), walk.name
        assert (run.ended.status, run.ended.error, run.ended.cause) == (
            walk.ended.status,
            walk.ended.error,
            walk.ended.cause,
        ), walk.name


@pytest.mark.parametrize("name", NAMES)
def test_no_edge_of_a_machine_is_left_unwalked(name: str):
    assert edges(name) - taken(WALKS).get(name, set()) == set()


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.name)
def test_what_a_failure_said_goes_into_the_reason_and_no_further(path: Any):
    """The message of an error may quote people; as a state's output it would stand in the run's history."""
    for state, body in reading.machine(path)["States"].items():
        assert all(rule["Output"] == {} for rule in body.get("Catch", [])), state
        if state == "Park the run":
            assert body["Output"] == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_run_whose_task_speaks_nonsense_is_parked_and_says_so(name: str):
    """An answer without the fields that the machine reads is no word either."""
    nothing = [
        each if isinstance(each, int) else Asks(each.function, each.payload, {})
        for each in _first(name, "mute")
    ]
    walk = _walk(name, "mute", *nothing, Asks("park_run", {}, {"parked": True}))
    _, run = walked(walk)
    assert run.ended.status == "FAILED"
    assert run.path[-2:] == ["Park the run", "Parked"]


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"reconcile", "export"}))
def test_a_run_is_over_when_its_time_is_up(name: str):
    """A task that always asks for more does not keep a run for ever. (A comparison and an export wait for nothing.)"""
    limit = loaded(name).timeout_seconds
    first = _first(name, "slow", word="wait")
    calls = [each for each in first if isinstance(each, Asks)] * 60
    slow = [Asks(each.function, each.payload, {**each.answer, "wait_seconds": 86_400}) for each in calls]
    told, run = walked(_walk(name, "slow", *slow))
    assert run.ended.status == "TIMED_OUT"
    assert sum(each for each in told if not isinstance(each, Asks)) == limit
