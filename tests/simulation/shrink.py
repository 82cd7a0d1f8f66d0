"""Make a failing seed small: leave out shoppers and faults for as long as the same promise still breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.simulation.play import SHOPPERS, Outcome, kinds_of, play


@dataclass(frozen=True, slots=True)
class Small:
    """The smallest season found that breaks the same invariant."""

    outcome: Outcome
    shoppers: tuple[int, ...]
    kinds: frozenset[str]
    plays: int


def shrunk(seed: int, invariant: str, most_plays: int = 250) -> Small:
    """Shrink a seed that breaks ``invariant``. Plays at most so many seasons."""
    plays = 0

    def breaks(shoppers: tuple[int, ...], kinds: frozenset[str]) -> bool:
        nonlocal plays
        plays += 1
        if plays > most_plays:
            return False
        outcome = play(seed, only=shoppers, kinds=kinds)
        return any(found.invariant == invariant for found in outcome.violations)

    shoppers, kinds = tuple(range(SHOPPERS)), kinds_of(seed)
    while True:
        fewer = _fewer(shoppers, partial(breaks, kinds=kinds))
        calmer = kinds
        for kind in sorted(kinds):
            if breaks(fewer, calmer - {kind}):
                calmer -= {kind}
        if (fewer, calmer) == (shoppers, kinds):
            break
        shoppers, kinds = fewer, calmer
    return Small(play(seed, only=shoppers, kinds=kinds, keep_story=True), shoppers, kinds, plays)


def _fewer(shoppers: tuple[int, ...], breaks: Callable[[tuple[int, ...]], bool]) -> tuple[int, ...]:
    """Halves, quarters, eighths … are left out while it still breaks (Zeller's ddmin, complements only)."""
    size = max(1, len(shoppers) // 2)
    while True:
        start, smaller = 0, shoppers
        while start < len(smaller):
            without = smaller[:start] + smaller[start + size :]
            if without and breaks(without):
                smaller = without
            else:
                start += size
        if size == 1 and smaller == shoppers:
            return smaller
        shoppers, size = smaller, max(1, size // 2)


def told(small: Small) -> str:
    """The minimal story: what shoppers did, what the network did, what the house decided, and what broke."""
    who, what = list(small.shoppers), sorted(small.kinds) or "none"
    lines = [f"seed {small.outcome.seed}, shoppers {who}, faults {what} (found in {small.plays} plays)"]
    for at, who, whose, what in small.outcome.story:
        lines.append(f"{at:%a %m-%d %H:%M:%S}  {whose:<10} {who:<44} {what}")
    lines.extend(f"broken: {found}" for found in small.outcome.violations)
    return "\n".join(lines)
