"""Walks of ``low_stock``: what its verbs answer in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.laws.walks import DONE, Asks, Walk, parked, troubles

GIVEN = {
    "shop": "brew",
    "flow": "low_stock",
    "subject": "v1/8",
    "generation": 4,
    "kind": "level",
    "person_id": None,
    "variants": [],
    "wait_seconds": 1,
}
PROPOSAL = {
    "step": "order",
    "target": "supplier_email.send_order",
    "account": "main",
    "fields": {"title": "Order PO-1"},
    "question": "Order 40?",
    "may": ["anna"],
    "amount": 18000,
    "currency": "EUR",
}
ONLY_WORDS = {**PROPOSAL, "step": "alert", "may": [], "amount": None, "currency": None}


def _run(run: str) -> dict[str, Any]:
    return {"name": run, "about": GIVEN}


def first(run: str, word: str = "", proposal: dict[str, Any] | None = None, **answer: Any) -> Asks:
    told = {"next": word, "proposal": proposal or PROPOSAL}
    return Asks("look", {"run": _run(run), "step": "", "proposed": ""}, told, **answer)


def again(run: str, word: str = "", **answer: Any) -> Asks:
    asked = {"run": _run(run), "step": "order", "proposed": PROPOSAL["target"]}
    return Asks("look", asked, {"next": word, "proposal": {}}, **answer)


def _effect(run: str, proposal: dict[str, Any]) -> dict[str, Any]:
    about = {"kind": "level", "id": "v1/8", "generation": 4}
    said = {name: proposal[name] for name in ("step", "target", "account", "fields")}
    return {"shop": "brew", "flow": "low_stock", "run": run, "subject": about, **said}


def tell(run: str, word: str = "", **answer: Any) -> Asks:
    told = {"next": word, "wait_seconds": 71, "vendor_id": None}
    return Asks("act", _effect(run, ONLY_WORDS), told, **answer)


def ask(run: str, word: str = "", token: int = 1, **answer: Any) -> Asks:
    asked = {
        **_effect(run, PROPOSAL),
        "token": f"token-{token}",
        "title": "Order 40?",
        "amount": 18000,
        "currency": "EUR",
        "may": ["anna"],
        "asked_by": "low_stock",
        "four_eyes": True,
        "deadline_seconds": 259_200,
        "default": "rejected",
    }
    return Asks("ask", asked, {"next": word, "approval": "a1"}, **answer)


def order(run: str, word: str = "", **answer: Any) -> Asks:
    told = {"next": word, "wait_seconds": 72, "vendor_id": "m1"}
    return Asks("act", {**_effect(run, PROPOSAL), "approval": "a1"}, told, **answer)


COURSES: dict[str, tuple[Asks | int, ...]] = {
    "enough": (first("enough", "stop"),),
    "alert": (first("alert", "alert", ONLY_WORDS), tell("alert", "done")),
    "later": (
        first("later", "alert", ONLY_WORDS),
        tell("later", "wait"),
        71,
        first("later", "alert", ONLY_WORDS),
        tell("later", "done"),
    ),
    "no": (first("no", "order"), ask("no", "rejected")),
    "needless": (first("needless", "order"), ask("needless", "approved"), again("needless", "stop")),
    "yes": (
        first("yes", "order"),
        ask("yes", "approved"),
        again("yes", "order"),
        order("yes", "wait"),
        72,
        again("yes", "order"),
        order("yes", "done"),
    ),
}

# Each of its tasks after what leads there: where trouble may begin.
STEPS: tuple[tuple[Any, str], ...] = (
    (lambda run, **answer: [first(run, **answer)], "stop"),
    (lambda run, **answer: [first(run, "alert", ONLY_WORDS), tell(run, **answer)], "done"),
    (
        lambda run, **answer: [first(run, "order"), ask(run, "approved"), again(run, **answer)],
        "stop",
    ),
    (
        lambda run, **answer: [
            first(run, "order"),
            ask(run, "approved"),
            again(run, "order"),
            order(run, **answer),
        ],
        "done",
    ),
)


def first_steps(run: str, word: str = "", **answer: Any) -> list[Asks | int]:
    """The first call; it never asks the run to wait, which only the team's system does."""
    if word != "wait":
        return [first(run, word, **answer)]
    return [first(run, "alert", ONLY_WORDS), tell(run, "wait")]


def walks(pauses: Sequence[int], transient: Sequence[str]) -> Iterator[Walk]:
    """Its courses, and trouble at each of its tasks; a question that is asked again brings a token of its own."""
    for name, story in COURSES.items():
        yield Walk("low_stock", name, GIVEN, story, DONE)
    for step, ends in STEPS:
        yield from troubles("low_stock", GIVEN, step, ends, pauses, transient)
    for error in transient:
        if error != "States.Timeout":
            shaky = (ask("shaky", error=error), 2, ask("shaky", token=2, error=error), 6)
            story = (first("shaky", "order"), *shaky, ask("shaky", "rejected", token=3))
            yield Walk("low_stock", "shaky", GIVEN, story, DONE)
    for error in ("States.Timeout", "KeyError"):
        asked = [first("late", "order"), ask("late", error=error, cause="why")]
        yield from parked("low_stock", "late", GIVEN, asked, error, "why", pauses)
    asked, why = [first("odd", "order"), ask("odd", "shrug")], "no way leads on from: shrug"
    yield from parked("low_stock", "odd", GIVEN, asked, "UnknownWord", why, pauses)
