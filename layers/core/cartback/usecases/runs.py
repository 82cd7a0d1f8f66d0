"""The run that asks: what it is about, and how a decision for it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cartback.domain.subject import CART, SIGNUP, Subject
from cartback.ports import TimelineEntry

if TYPE_CHECKING:
    from cartback.domain.decision import Decision

MOST_LOOKS = 500
"""A shopper who never comes to rest cannot keep a run for ever."""


@dataclass(frozen=True, slots=True)
class Run:
    """Which run is asking: its flow, its own name, and what it is about. ``kind`` is what kind of subject that is.

    ``person_id`` and ``variants`` are guesses at what will have to be read, from what was read before.
    """

    flow: str
    name: str
    shop: str
    subject_id: str
    generation: int = 1
    person_id: str | None = None
    variants: tuple[str, ...] = ()
    kind: str = CART

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.kind, self.subject_id, self.generation)

    @classmethod
    def _told_by(cls, run: Mapping[str, Any], known: Mapping[str, Any]) -> Run:
        about = run["about"]
        return cls(
            flow=about["flow"],
            name=run["name"],
            shop=about["shop"],
            subject_id=about["subject"],
            generation=int(about["generation"]),
            person_id=known.get("person_id", about.get("person_id")),
            variants=tuple(known.get("variants") or ()),
            kind=about["kind"],
        )

    @classmethod
    def of_question(cls, task: Mapping[str, Any]) -> Run:
        """The run behind a question to a sign-up, as machines of 0.1 name it."""
        generation = int(task["generation"])
        return cls("double_opt_in", task["run"], task["shop"], task["request_id"], generation, kind=SIGNUP)

    @classmethod
    def from_task(cls, task: Mapping[str, Any]) -> Run:
        """The run behind a task's input. Raises KeyError for a field that the state machine forgot.

        A machine says who asks (``run.name``), hands on what its execution was started with (``run.about``), and gives
        back what the last answer called ``known``. Those of 0.1 name each field of that by itself.
        """
        if isinstance(task["run"], Mapping):
            return cls._told_by(task["run"], task.get("known") or {})
        return cls(
            flow=task["flow"],
            name=task["run"],
            shop=task["shop"],
            subject_id=task["cart_id"],
            generation=int(task["generation"]),
            person_id=task["person_id"],
            variants=tuple(task["variants"] or ()),
        )


def decision_line(
    run: Run, touch: str, decision: Decision, policy_version: int, now: datetime
) -> TimelineEntry:
    """A decision as it is kept: the word, the rule's reason, what was looked at, and for which run and touch."""
    return TimelineEntry(
        now,
        "decision",
        {
            **decision.inputs,
            "word": str(decision.word),
            "reason": str(decision.reason),
            "touch": touch,
            "flow": run.flow,
            "run": run.name,
            "generation": str(run.generation),
            "policy_version": str(policy_version),
        },
    )


def answered(
    word: str, seconds: int, position: int, person_id: str | None, variants: tuple[str, ...]
) -> dict[str, object]:
    """What a machine is told: one word, when and for which step to come back, and what to read then."""
    return {
        "next": word,
        "wait_seconds": seconds,
        "position": position,
        "person_id": person_id,
        "variants": list(variants),
    }
