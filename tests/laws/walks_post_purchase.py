"""Walks of ``post_purchase``: a run for each step that waited on the list, or several steps in one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.asl import Ended
from tests.laws.walks import DONE, Asks, Walk, parking, troubles

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


def first_steps(run: str, **answer: Any) -> list[Asks | int]:
    """The first call of a run."""
    return [touch(run, "thanks", 0, **answer)]


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
    nobody = parking("odd", begun_with("shrug"), "UnknownWord", "no way leads on from: shrug")
    ended = Ended("FAILED", None, "Parked.UnknownWord", "no way leads on from: shrug")
    yield Walk(machine, "odd", begun_with("shrug"), (nobody,), ended)


def walks(pauses: Sequence[int], transient: Sequence[str]) -> Iterator[Walk]:
    """Its courses, and trouble at each step."""
    yield from _courses()
    for step in STEPS:
        given = begun_with(step)

        def called(
            run: str, word: str = "", about: Any = given, name: str = step, **answer: Any
        ) -> list[Asks | int]:
            return [touch(run, name, 0, word, about, **answer)]

        yield from troubles("post_purchase", given, called, "stop", pauses, transient)
