"""When stock runs low, runs out and comes back: told once per crossing, however it flutters around a limit.

*Low* is told when stock passes a limit downwards, and again only after it was above that limit by a margin: a fifth of
it, at least one piece. A count that is the first that is known crosses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

LIMITS = (15, 8, 5)
"""Pieces at which to warn, to order, and to spend no more on advertising, unless a flow's options say otherwise."""

OUT = 0
RISE = 10
"""So many pieces more at one place are a delivery of the supplier, not a return."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Whether stock is at or below a limit; ``count`` says how often it got there, ``at`` when the last change was."""

    below: bool
    count: int = 0
    at: datetime | None = None


def margin(limit: int) -> int:
    """How far above a limit stock has to be before it can be low again; out of stock ends with the first piece."""
    return max(1, limit // 5) if limit else 0


def crossed(
    known: Mapping[str, Crossing], pieces: int, at: datetime, limits: tuple[int, ...] = LIMITS
) -> dict[str, Crossing]:
    """How stock stands to each limit, once it is ``pieces`` at ``at``."""
    after = dict(known)
    for limit in {*limits, OUT}:
        name, before = str(limit), known.get(str(limit))
        if before is None:
            after[name] = Crossing(pieces <= limit)
        elif not before.below and pieces <= limit:
            after[name] = Crossing(True, before.count + 1, at)
        elif before.below and pieces > limit + margin(limit):
            after[name] = Crossing(False, before.count, at)
    return after
