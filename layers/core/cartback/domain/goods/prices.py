"""What a variant cost when: the price that a reduction has to be compared with.

Who announces a reduction states the lowest price of the 30 days before it (Directive 98/6/EC Art. 6a, in Germany § 11
PAngV). What counts is every price that was in effect within those days, also one that began before them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from cartback.domain.money import Money

BEFORE_A_REDUCTION = timedelta(days=30)
_AN_INSTANT = timedelta(microseconds=1)
MOST_RUNS = 40
"""How many prices are remembered, the latest of them."""


@dataclass(frozen=True, slots=True)
class Run:
    """A price in effect from ``since``; ``until`` is when it was last told (the shop's clock), not when it ended."""

    price: Money
    since: datetime
    until: datetime


def told(runs: tuple[Run, ...], price: Money, at: datetime) -> tuple[Run, ...]:
    """Fold in that this was the price at ``at``. Late news finds its place among what is known.

    How long it lasted within a run is not known any more: the lower of both prices is taken to have been in effect, so
    that no reduction is ever compared with a price that was too high.
    """
    around = next((run for run in runs if run.since <= at <= run.until), None)
    if around is None:
        return _joined([*runs, Run(price, at, at)])
    if around.price == price:
        return runs
    parts = [run for run in runs if run is not around]
    if around.since < at:
        parts.append(Run(around.price, around.since, around.since))
    if at < around.until:
        back_at = at + _AN_INSTANT if around.price.amount < price.amount else around.until
        parts.append(Run(around.price, back_at, around.until))
    return _joined([*parts, Run(price, at, at)])


def at(runs: Sequence[Run], instant: datetime) -> Money | None:
    """The price in effect at an instant; None before the first that is known."""
    return next((run.price for run in reversed(runs) if run.since <= instant), None)


def lowest_before(
    runs: Sequence[Run], reduced_at: datetime, within: timedelta = BEFORE_A_REDUCTION
) -> Money | None:
    """The lowest price in effect in the days before a reduction, in the currency of the last; None if none is known."""
    begin = reduced_at - within
    before = [run for run in runs if run.since < reduced_at]
    in_effect = [
        run
        for run, end in zip(before, [*(run.since for run in before[1:]), reduced_at], strict=False)
        if end > begin
    ]
    if not in_effect:
        return None
    alike = [run.price for run in in_effect if run.price.currency == in_effect[-1].price.currency]
    return min(alike)


def changed_at(runs: Sequence[Run], instant: datetime) -> tuple[Money, Money] | None:
    """The price before and after, if it changed at this very instant to another of the same currency."""
    for before, after in pairwise(runs):
        if after.since == instant and before.price.currency == after.price.currency:
            return before.price, after.price
    return None


def _joined(runs: list[Run]) -> tuple[Run, ...]:
    """Runs by time; neighbours of one price are one."""
    kept: list[Run] = []
    for run in sorted(runs, key=lambda one: (one.since, one.until, one.price.amount)):
        if kept and kept[-1].price == run.price:
            kept[-1] = replace(kept[-1], until=max(kept[-1].until, run.until))
        elif kept and kept[-1].since == run.since:
            kept[-1] = run
        else:
            kept.append(run)
    return tuple(kept[-MOST_RUNS:])
