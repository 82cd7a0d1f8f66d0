"""The run that asks: what it is about, how a decision for it is kept, and how the end of its cart is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cartback.domain.facts import tell
from cartback.domain.subject import CART, Subject
from cartback.domain.trade.cart import GIVEN_UP
from cartback.ports import TimelineEntry

if TYPE_CHECKING:
    from cartback.domain.facts import Fact
    from cartback.domain.touches import Decision
    from cartback.domain.trade.cart import Cart


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
    def from_task(cls, task: Mapping[str, Any]) -> Run:
        """The run behind a task's input, as machines of 0.1 name it.

        Raises KeyError for a field that the state machine forgot.
        """
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
            "word": decision.word,
            "reason": decision.reason,
            "touch": touch,
            "flow": run.flow,
            "run": run.name,
            "generation": str(run.generation),
            "policy_version": str(policy_version),
        },
    )


def ended_by(cart: Cart | None, run: Run, reason: str) -> bool:
    """Whether a run that stops tells of its cart's end: it ended it, or finds it ended by a task that was cut off.

    A task that is called again after its write, but before its fact was taken, finds the cart given up already.
    """
    if cart is None or cart.generation != run.generation:
        return False
    return cart.status == GIVEN_UP or cart.closed_because == reason


def given_up(cart: Cart, because: str, now: datetime) -> Fact:
    """The fact that nobody will be reminded of this generation any more."""
    return tell(
        "cart.given_up",
        cart.shop,
        now,
        cart.generation,
        cart_id=cart.cart_id,
        generation=cart.generation,
        because=because,
    )
