"""Make a failing seed small: leave out shoppers, scenes and faults for as long as the same promise still breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.simulation.play import SHOPPERS, Outcome, kinds_of, play, scenes_of

type Actor = int | str
"""A shopper by number, or a scene of the field by name."""


@dataclass(frozen=True, slots=True)
class Small:
    """The smallest season found that breaks the same invariant."""

    outcome: Outcome
    shoppers: tuple[int, ...]
    kinds: frozenset[str]
    plays: int
    scenes: tuple[str, ...] = ()


def shrunk(seed: int, invariant: str, most_plays: int = 250) -> Small:
    """Shrink a seed that breaks ``invariant``. Plays at most so many seasons."""
    plays = 0

    def breaks(actors: tuple[Actor, ...], kinds: frozenset[str]) -> bool:
        nonlocal plays
        plays += 1
        if plays > most_plays:
            return False
        shoppers, scenes = parted(actors)
        outcome = play(seed, only=shoppers, scenes=scenes, kinds=kinds)
        return any(found.invariant == invariant for found in outcome.violations)

    actors: tuple[Actor, ...] = (*range(SHOPPERS), *scenes_of(seed))
    kinds = kinds_of(seed)
    while True:
        fewer = _fewer(actors, partial(breaks, kinds=kinds))
        calmer = kinds
        for kind in sorted(kinds):
            if breaks(fewer, calmer - {kind}):
                calmer -= {kind}
        if (fewer, calmer) == (actors, kinds):
            break
        actors, kinds = fewer, calmer
    shoppers, scenes = parted(actors)
    outcome = play(seed, only=shoppers, scenes=scenes, kinds=kinds, keep_story=True)
    return Small(outcome, shoppers, kinds, plays, scenes)


def parted(actors: tuple[Actor, ...]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The shoppers and the scenes of the field among some actors."""
    shoppers = tuple(actor for actor in actors if isinstance(actor, int))
    return shoppers, tuple(actor for actor in actors if isinstance(actor, str))


def _fewer(actors: tuple[Actor, ...], breaks: Callable[[tuple[Actor, ...]], bool]) -> tuple[Actor, ...]:
    """Halves, quarters, eighths … are left out while it still breaks (Zeller's ddmin, complements only)."""
    size = max(1, len(actors) // 2)
    while True:
        start, smaller = 0, actors
        while start < len(smaller):
            without = smaller[:start] + smaller[start + size :]
            if without and breaks(without):
                smaller = without
            else:
                start += size
        if size == 1 and smaller == actors:
            return smaller
        actors, size = smaller, max(1, size // 2)


def told(small: Small) -> str:
    """The minimal story: what shoppers did, what the network did, what the house decided, and what broke."""
    who, what = [*small.shoppers, *small.scenes], sorted(small.kinds) or "none"
    lines = [f"seed {small.outcome.seed}, actors {who}, faults {what} (found in {small.plays} plays)"]
    for at, who, whose, what in small.outcome.story:
        lines.append(f"{at:%a %m-%d %H:%M:%S}  {whose:<10} {who:<44} {what}")
    lines.extend(f"broken: {found}" for found in small.outcome.violations)
    return "\n".join(lines)
