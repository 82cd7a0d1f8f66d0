"""Walks of ``post_purchase``: a run for each step that waited on the list, or several steps in one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.asl import Ended
from tests.laws.walks import Asks, Walk

STEPS = ("thanks", "care_guide", "goes_with_it")
GIVEN = {
    "shop": "brew",
    "flow": "post_purchase",
    "subject": "o1",
    "generation": 1,
    "kind": "order",
    "person_id": "p1",
    "variants": [],
    "wait_seconds": 1,
    "next": "thanks",
}
DONE = Ended("SUCCEEDED")


def begun_with(step: str) -> dict[str, Any]:
    """What a run is given that begins with a step."""
    return {**GIVEN, "next": step}


def _known(number: int) -> dict[str, Any]:
    return {"person_id": f"p{number}", "variants": [f"v{number}"]}


def touch(run: str, step: str, heard: int, word: str = "", given: Any = None, **answer: Any) -> Asks:
    """The call of a step; so many answers were heard before."""
    about = {"run": {"name": run, "about": given or GIVEN}, "step": step}
    told = {"next": word, "wait_seconds": 80 + heard, "known": _known(heard + 1)}
    return Asks("touch", {**about, "known": _known(heard) if heard else {}}, told, **answer)


def _park(run: str, given: Any, error: str, cause: str, /, **answer: Any) -> Asks:
    about = {"run": {"name": run, "about": given}, "error": error, "cause": cause}
    return Asks("park_run", about, {"parked": True}, **answer)


def _courses() -> Iterator[Walk]:
    machine = "post_purchase"
    for step in STEPS:
        given = begun_with(step)
        yield Walk(machine, "once", given, (touch("once", step, 0, "stop", given),), DONE)
        waits = (touch("later", step, 0, "wait", given), 80, touch("later", step, 1, "stop", given))
        yield Walk(machine, "later", given, waits, DONE)
    through = (
        touch("late", "thanks", 0, "next"),
        80,
        touch("late", "care_guide", 1, "next"),
        81,
        touch("late", "goes_with_it", 2, "stop"),
    )
    yield Walk(machine, "late", GIVEN, through, DONE)
    nobody = _park("odd", begun_with("shrug"), "UnknownWord", "no way leads on from: shrug")
    ended = Ended("FAILED", None, "Parked.UnknownWord", "no way leads on from: shrug")
    yield Walk(machine, "odd", begun_with("shrug"), (nobody,), ended)


def _parked(
    run: str, given: Any, before: Asks, error: str, cause: str, pauses: Sequence[int]
) -> Iterator[Walk]:
    ended = Ended("FAILED", None, f"Parked.{error}", cause)
    yield Walk("post_purchase", run, given, (before, _park(run, given, error, cause)), ended)
    worse = _park(run, given, error, cause, error="KeyError", cause="second")
    yield Walk("post_purchase", run, given, (before, worse), ended)
    away = [_park(run, given, error, cause, error="TryLater") for _ in range(len(pauses) + 1)]
    told = [each for pair in zip(away, pauses, strict=False) for each in pair]
    yield Walk("post_purchase", run, given, (before, *told, away[-1]), ended)


def walks(pauses: Sequence[int], transient: Sequence[str]) -> Iterator[Walk]:
    """Its courses, and trouble at each step: words that nobody knows, bugs, and what passes or stays."""
    yield from _courses()
    for step in STEPS:
        given = begun_with(step)

        def called(run: str, word: str = "", about: Any = given, name: str = step, **answer: Any) -> Asks:
            return touch(run, name, 0, word, about, **answer)

        unknown = "no way leads on from: shrug"
        yield from _parked("shrug", given, called("shrug", "shrug"), "UnknownWord", unknown, pauses)
        long = "x" * 1_500
        bug = called("bug", error="KeyError", cause=long)
        yield from _parked("bug", given, bug, "KeyError", long[:1_000], pauses)
        for error in transient:
            once = called("shaky", error=error)
            story = (once, 2, once, 6, called("shaky", "stop"))
            yield Walk("post_purchase", "shaky", given, story, DONE)
            away = called("shaky", error=error, cause="why")
            told = [each for pause in pauses for each in (away, pause)]
            ended = Ended("FAILED", None, f"Parked.{error}", "why")
            story = (*told, away, _park("shaky", given, error, "why"))
            yield Walk("post_purchase", "shaky", given, story, ended)
            first, late = (
                called("late", error="ValueError", cause="first"),
                Ended("FAILED", None, "Parked.ValueError", "first"),
            )
            slow = _park("late", given, "ValueError", "first", error=error)
            story = (first, slow, 2, _park("late", given, "ValueError", "first"))
            yield Walk("post_purchase", "late", given, story, late)
