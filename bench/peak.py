"""A peak day on paper: what waits where, and for how long, under Frankfurt's default quotas.

python -m bench.peak [--write-docs]

One day at ten times the usual rate and the four days that follow it, second by second. Each step of a cart's way is a
line that is served in order, no faster than its quota lets: what comes too quickly waits, as the services themselves
let it wait, and its age is that of the oldest that waits. Lost is what would wait longer than that service keeps it.
Carts are counted, not acted out: what each step asks for is what was recorded (``bench/profile.json``).
"""

from __future__ import annotations

import argparse
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import exp, pi, sin

from bench import cost, report
from bench.cost import SECONDS_A_MONTH, Shape, batch_size
from bench.doors import ROOT
from bench.prices import QUOTAS
from bench.report import rows as table

DAY = 86_400
DAYS = 5
JUMP = 20 * 3600
STEP = 10
"""Seconds of one step: quotas are refilled by the second, backlogs live for minutes."""

SCALES = (1_000_000, 10_000_000, 100_000_000)
PAGE = "scale.md"
WORKERS = 800
"""How many batches are worked off at once (``MaximumConcurrency`` in template.yaml, which a test compares)."""

_TOUCHED_AFTER = (3_600, DAY, 3 * DAY)
_QUOTA = {quota.name: quota.most for quota in QUOTAS}


@dataclass(frozen=True, slots=True)
class Line:
    """What waits in one place. ``rate`` is served per second, ``burst`` may be saved up, ``kept`` is how long it waits.

    ``grows`` is how much the rate rises per second while there is a backlog, from ``rate`` up to ``most``.
    """

    name: str
    rate: float
    kept: float
    burst: float = 0.0
    grows: float = 0.0
    most: float = 0.0


@dataclass(slots=True)
class Served:
    """What became of a line: per step what left it, and the worst that was seen."""

    out: list[float] = field(default_factory=list)
    demand: float = 0.0
    backlog: float = 0.0
    age: float = 0.0
    lost: float = 0.0
    drained_after: float = 0.0
    left: float = 0.0


def serve(line: Line, arriving: Sequence[float], step: float = STEP) -> Served:
    """Let a line serve what arrives per step, in order."""
    served, arrived, left, tokens, rate = Served(), [0.0], 0.0, line.burst, line.rate
    for number, count in enumerate(arriving):
        arrived.append(arrived[-1] + count)
        waiting = arrived[-1] - left
        if line.grows:
            busy = waiting > rate * step
            rate = min(line.most, rate + line.grows * step) if busy else max(line.rate, waiting / step)
        can = rate * step + tokens
        gone = min(waiting, can)
        tokens = min(line.burst, can - gone)
        left += gone
        served.out.append(gone)
        served.demand = max(served.demand, count / step)
        waiting -= gone
        if waiting > 1e-6:
            served.backlog = max(served.backlog, waiting)
            oldest = bisect_left(arrived, left + 1e-9) - 1
            age = (number - oldest + 1) * step
            served.age = max(served.age, age)
            served.drained_after = (number + 1) * step
            if age > line.kept:
                # What is older than the service keeps it is gone, and counted.
                too_old = arrived[max(0, number + 1 - int(line.kept / step))] - left
                served.lost += max(0.0, too_old)
                left += max(0.0, too_old)
    served.left = arrived[-1] - left
    return served


def rate_of(carts: int, peak: float) -> Callable[[float], float]:
    """Opened carts per second: a day's usual ups and downs, and at eight in the evening ``peak`` times as many at once.

    That is what a newsletter on a sales day does: the jump is sudden, and half of it is over after 83 minutes.
    """
    each = carts / SECONDS_A_MONTH

    def rate(second: float) -> float:
        usual = 1 + 0.6 * sin(2 * pi * (second % DAY / DAY - 0.45))
        evening = (peak - 1) * exp(-(second - JUMP) / 7_200) if second >= JUMP else 0.0
        return each * (usual + evening)

    return rate


def lines(carts: int, shape: Shape) -> tuple[Line, ...]:
    """The places where a cart's way can wait, under default quotas."""
    works = cost.profile()["works"]
    size = batch_size(int(carts * shape.peak), shape)
    seconds = cost.used_by(works["apply_ten"], shape)["lambda_gb_second"] / cost.MEMORY_GB * size / 10
    return (
        Line("webhooks at API Gateway", _QUOTA["api"], kept=4 * 3600),  # Shopify: eight tries in four hours
        Line(
            "events on the intake queue",
            5 * size / seconds,
            kept=4 * DAY,
            grows=300 / 60 * size / seconds,
            most=WORKERS * size / seconds,
        ),
        Line("starts of runs", _QUOTA["starts"], kept=DAY, burst=1_300),
        Line("transitions", _QUOTA["transitions"], kept=7 * DAY, burst=5_000),
        Line("mails at SES", _QUOTA["ses_rate"], kept=7 * DAY),
    )


def play(carts: int, shape: Shape | None = None, raised: dict[str, float] | None = None) -> dict[str, Served]:
    """A peak day and what follows it. ``raised`` are rates that were asked for, by the names of lines."""
    shape = shape or Shape()
    rate = rate_of(carts, shape.peak)
    steps = DAYS * DAY // STEP
    # The three days before the peak were usual ones: their later touches fall due now.
    opened = [rate(number * STEP) * STEP for number in range(-3 * DAY // STEP, steps)]
    before = 3 * DAY // STEP
    wanted = {
        line.name: replace(line, rate=(raised or {}).get(line.name, line.rate))
        for line in lines(carts, shape)
    }
    found: dict[str, Served] = {}

    def through(name: str, arriving: Sequence[float]) -> list[float]:
        found[name] = serve(wanted[name], arriving)
        return found[name].out

    webhooks = through("webhooks at API Gateway", [count * shape.webhooks for count in opened[before:]])
    events = through("events on the intake queue", webhooks)
    started = [count / shape.webhooks * shape.runs for count in events]
    runs = through("starts of runs", started)
    reached = [sum(share for touches, share in shape.ends.items() if touches > place) for place in range(3)]
    mails = [0.0] * steps
    usual = [count * shape.runs for count in opened[:before]]
    history = usual + runs
    for after, share in zip(_TOUCHED_AFTER, reached, strict=True):
        for number in range(steps):
            mails[number] += history[before + number - after // STEP] * share
    per_mail = (shape.transitions - 3) / shape.mails
    moves = [runs[number] * 3 + mails[number] * per_mail for number in range(steps)]
    moved = through("transitions", moves)
    through("mails at SES", _in_step(mails, moves, moved))
    return found


def _in_step(mails: list[float], moves: list[float], moved: list[float]) -> list[float]:
    """The mails of which the transitions have happened: as many as before, as late as those."""
    out, sent, asked, done, place = [], 0.0, [0.0], 0.0, 0
    upto = [0.0]
    for count, move in zip(mails, moves, strict=True):
        upto.append(upto[-1] + count)
        asked.append(asked[-1] + move)
    for move in moved:
        done += move
        while place < len(mails) and asked[place + 1] <= done + 1e-6:
            place += 1
        out.append(upto[place] - sent)
        sent = upto[place]
    return out


def raised_for(carts: int, shape: Shape | None = None) -> dict[str, float]:
    """What to ask for, by the names of lines, so that the peak fits: what is strained, rounded up."""
    names = {"ses_rate": "mails at SES", "transitions": "transitions", "starts": "starts of runs"}
    return {
        names[strain.quota.name]: round(strain.used * 1.2, -1)
        for strain in cost.strains(carts, shape)
        if strain.quota.name in names and strain.share > 1
    }


def rows(carts: int, raised: dict[str, float] | None = None) -> list[tuple[str, ...]]:
    """One scale as rows of a table."""
    found = play(carts, raised=raised)
    given = {line.name: line for line in lines(carts, Shape())}
    told = []
    for name, served in found.items():
        most = (raised or {}).get(name) or given[name].most or given[name].rate
        told.append(
            (
                f"{carts // 1_000_000}M",
                name,
                f"{served.demand:,.0f}/s",
                f"{most:,.0f}/s",
                f"{served.backlog:,.0f}",
                _span(served.age),
                _span(served.drained_after - JUMP) if served.drained_after else "-",
                f"{served.lost:,.0f}",
                f"{served.left:,.0f}" if served.left > 1 else "0",
            )
        )
    return told


HEAD = (
    "carts a month", "where", "asked for at the peak", "served at most", "longest line", "oldest",
    "over after the jump", "lost", "still waiting after five days",
)  # fmt: skip


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3600:.1f} h"


def told() -> str:
    """Both tables."""
    default = [row for carts in SCALES for row in rows(carts)]
    raised = [row for carts in SCALES[1:] for row in rows(carts, raised_for(carts))]
    return (
        f"Default quotas:\n\n{table(HEAD, default)}\n\n"
        f"With what is asked for (120 % of the peak):\n\n{table(HEAD, raised)}"
    )


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write-docs", action="store_true")
    given = parser.parse_args()
    text = told()
    print(text)
    if given.write_docs:
        report.write_block("peak", text, ROOT / "docs" / PAGE)


if __name__ == "__main__":
    main()
