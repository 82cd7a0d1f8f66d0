"""One effect on an outside system, claimed once: what may be done about it next, and what became of it.

An effect that *creates* is claimed before it is asked for and marked after; one whose answer was lost is doubtful. It
is looked for in the other system where that can be asked, and a person says what became of it where it cannot; it is
never repeated blindly. An effect that *sets* may be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from cartback.domain.connectors.actions import Action
from cartback.domain.subject import Subject

CLAIMED, DONE, RELEASED, REFUSED, DOUBTFUL = "claimed", "done", "released", "refused", "doubtful"

IN_FLIGHT = timedelta(seconds=90)
"""How long a claim without a mark may still be somebody's who is at it: longer than the task may run."""

SETTLES_WITHIN = timedelta(minutes=2)
"""How long after a lost answer the other system is asked whether it happened: its lists lag behind its writes."""

MOST_CREATES = 2
"""How often a create is asked for at most, even if the other system says each time that nothing came of it."""

GIVES_UP_AFTER = timedelta(days=7)
"""How long an effect waits for a system that is away before a person is asked."""


class Move(StrEnum):
    """What may be done about an effect now."""

    CALL = "call"
    ANSWER = "answer"
    WAIT = "wait"
    LOOK = "look"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Effect:
    """The row of one effect. ``fields`` is the digest of what was asked for; ``account`` is the vendor's account."""

    shop: str
    effect_id: str
    flow: str
    subject: Subject
    step: str
    target: str
    account: str
    run: str
    kind: str
    fields: str
    first_at: datetime
    at: datetime
    state: str = CLAIMED
    vendor_id: str | None = None
    because: str | None = None
    creates: int = 0
    approval: str | None = None
    version: int = 0


def reference(shop: str, effect_id: str) -> str:
    """Our key, as it goes along to the vendor: it names nobody, and leads from there back to the effect."""
    return f"cartback:{shop}:{effect_id}"


def move(effect: Effect | None, asked: Action, now: datetime) -> tuple[Move, int]:
    """What may be done next, and the seconds to wait where that is waiting."""
    if effect is None or effect.state in (RELEASED, REFUSED):
        given_up = effect is not None and now >= effect.first_at + GIVES_UP_AFTER
        return (Move.ASK if given_up and effect and effect.state == RELEASED else Move.CALL), 0
    if effect.state == DONE:
        return Move.ANSWER, 0
    if asked.repeatable:
        return Move.CALL, 0
    settled_at = effect.at + (IN_FLIGHT if effect.state == CLAIMED else SETTLES_WITHIN)
    if now < settled_at:
        return Move.WAIT, max(1, int((settled_at - now).total_seconds()) + 1)
    if asked.found_by is None:
        return Move.ASK, 0
    return Move.LOOK, 0


def claimed(effect: Effect, asked: Action, now: datetime) -> Effect:
    """The effect as it is asked for now."""
    creates = effect.creates + (not asked.repeatable)
    return replace(effect, state=CLAIMED, at=now, creates=creates, because=None)


def settled(
    effect: Effect, state: str, now: datetime, because: str | None = None, vendor_id: str | None = None
) -> Effect:
    """What became of it."""
    known = vendor_id or effect.vendor_id
    return replace(effect, state=state, at=now, because=because and because[:300], vendor_id=known)


def not_found(effect: Effect, now: datetime) -> tuple[Effect, bool]:
    """The other system knows nothing of it: it may be asked for once more, or a person has to look (True)."""
    if effect.creates >= MOST_CREATES:
        return settled(effect, DOUBTFUL, now, "asked for twice, and not found either time"), True
    return settled(effect, RELEASED, now, "the other system knows nothing of it"), False
