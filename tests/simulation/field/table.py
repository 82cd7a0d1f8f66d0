"""What became of the field over many seeds: how often each scene was played, and which promises broke in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.simulation.field.scene import SCENES
from tests.simulation.play import Outcome

ELSEWHERE = "(no scene)"


def table(outcomes: Iterable[Outcome]) -> str:
    """A table of Markdown: a row for each scene, with the broken promises and in how many seeds each broke."""
    played: Counter[str] = Counter()
    broken: Counter[tuple[str, str]] = Counter()
    seeds: dict[tuple[str, str], set[int]] = {}
    for outcome in outcomes:
        played.update(name for name in SCENES if outcome.counts[f"scene {name}"])
        for found in outcome.violations:
            key = (found.scene or ELSEWHERE, found.invariant)
            broken[key] += 1
            seeds.setdefault(key, set()).add(outcome.seed)
    rows = ["| Scene | Played | Broken: promise, how often (in how many seeds) |", "| --- | --- | --- |"]
    for name in (*sorted(SCENES), ELSEWHERE):
        said = [
            f"{invariant} {broken[name, invariant]} ({len(seeds[name, invariant])})"
            for scene, invariant in sorted(broken)
            if scene == name
        ]
        if said or name != ELSEWHERE:
            rows.append(f"| {name.replace('_', ' ')} | {played[name]} | {', '.join(said)} |")
    return "\n".join(rows)
