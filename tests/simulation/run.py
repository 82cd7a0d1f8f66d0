"""The long form: many seeds on all cores, and the minimal story of the first that breaks a promise.

python -m tests.simulation.run --seeds 10000
python -m tests.simulation.run --seed 4711
python -m tests.simulation.run --field --seeds 300
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from itertools import batched
from pathlib import Path

from tests.simulation import faults
from tests.simulation.field.cast import drawn
from tests.simulation.field.table import table
from tests.simulation.planted import BUGS
from tests.simulation.play import Outcome, play
from tests.simulation.shrink import shrunk, told

PLANTED = tuple(
    import_module(f"tests.simulation.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("planted_*.py"))
    if path.stem != "planted_seeds"
)
"""Where the bugs are: importing them enters them."""

PER_TASK = 20
LEAST_KEPT = 0.80
"""Faults cost messages (a doubtful one stays unsent), but most of what was promised has to be sent."""


def outcomes(
    seeds: Iterable[int], workers: int, played: Callable[[int], Outcome] = play
) -> Iterator[Outcome]:
    """Play seeds on so many cores, in their order."""
    tasks = list(batched(seeds, PER_TASK, strict=False))
    with ProcessPoolExecutor(workers) as pool:
        for results in pool.map(partial(_play_all, played), tasks):
            yield from results


def _play_all(played: Callable[[int], Outcome], seeds: tuple[int, ...]) -> list[Outcome]:
    return [played(seed) for seed in seeds]


def in_the_field(seed: int) -> Outcome:
    """Play a seed with its scenes of the field."""
    return play(seed, scenes=drawn(seed))


def field(first: int, count: int, workers: int) -> int:
    """Say what became of each scene of the field; gives the exit code."""
    began = time.monotonic()
    seen = list(outcomes(range(first, first + count), workers, in_the_field))
    print(table(seen))
    broken = sum(len(outcome.violations) for outcome in seen)
    promised, kept = sum(one.promised for one in seen), sum(one.kept for one in seen)
    spent = (time.monotonic() - began) * workers / count
    print(f"\nseeds {count}, promised {promised}, kept {kept}, violations {broken}, {spent:.2f} s per seed")
    return 1 if broken else 0


def many(first: int, count: int, workers: int) -> int:
    """Play ``count`` seeds; gives the exit code."""
    began, total, failed = time.monotonic(), Counter[str](), []
    promised = kept = violations = 0
    for number, outcome in enumerate(outcomes(range(first, first + count), workers), 1):
        total.update(outcome.counts)
        promised, kept = promised + outcome.promised, kept + outcome.kept
        violations += len(outcome.violations)
        if outcome.violations:
            failed.append(outcome)
            print(f"\rseed {outcome.seed}: {outcome.violations[0]}")
        if number % PER_TASK == 0 or number == count:
            spent = time.monotonic() - began
            line = f"{number}/{count} seeds, {total['messages']} messages, {violations} violations, {spent:.0f} s"
            print(f"\r{line}", end="", flush=True)
    share = kept / promised if promised else 1.0
    print()
    print(summary(count, total, share, violations, time.monotonic() - began, workers))
    if failed:
        print(f"seeds that broke a promise: {[outcome.seed for outcome in failed][:40]}")
        print(told(shrunk(failed[0].seed, failed[0].violations[0].invariant)))
        return 1
    if share < LEAST_KEPT:
        print(f"only {share:.1%} of the promised messages were sent")
        return 1
    return 0


def summary(
    seeds: int, total: Counter[str], share: float, violations: int, spent: float, workers: int
) -> str:
    """What was played, in numbers."""
    kinds = ", ".join(f"{kind} {total[kind]}" for kind in sorted(faults.KINDS) if total[kind])
    return (
        f"seeds {seeds}  carts {total['carts']}  events {total['events']}  runs {total['runs']}  "
        f"messages {total['messages']}\n"
        f"faults: {kinds}\n"
        f"promised messages that were sent: {share:.1%}\n"
        f"violations: {violations}\n"
        f"{spent:.0f} s on {workers} cores, {spent * workers / seeds:.2f} s per seed and core"
    )


def one(seed: int) -> int:
    """Play one seed; on a violation, shrink it and tell its story."""
    outcome = play(seed)
    for found in outcome.violations:
        print(found)
    if outcome.violations:
        print(told(shrunk(seed, outcome.violations[0].invariant)))
        return 1
    carts, messages = outcome.counts["carts"], outcome.counts["messages"]
    print(f"seed {seed}: {carts} carts, {messages} messages, no violation, log {outcome.digest}")
    return 0


def planted(seeds: int) -> int:
    """Say for each planted bug which seed is the first that finds it, and how; gives the exit code."""
    missed = 0
    for name, bug in sorted(BUGS.items()):
        found = next(((seed, what) for seed in range(seeds) if (what := bug.found_by(seed))), None)
        missed += found is None
        seed, what = found or ("NOT FOUND", "")
        print(f"{name:52} {seed:>9}  {what[:100]}", flush=True)
    return 1 if missed else 0


def main(given: list[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=300, help="how many seeds to play")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="play this one, and tell its story if it fails")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--field", action="store_true", help="say what became of each scene of the field")
    parser.add_argument("--planted", action="store_true", help="look for the planted bugs instead")
    asked = parser.parse_args(given)
    if asked.planted:
        return planted(asked.seeds)
    if asked.field:
        return field(asked.first, asked.seeds, asked.workers)
    return one(asked.seed) if asked.seed is not None else many(asked.first, asked.seeds, asked.workers)


if __name__ == "__main__":
    sys.exit(main())
