"""The three ways in which runs may begin, on the same seasons: what each costs, and how late it looks.

python -m tests.simulation.orchestrations --seeds 100

Seasons without faults, so that lateness is the way's own. Transitions are those of the real state machine; what the
other calls cost is taken from the recorded profile and the price list of ``bench``. Messages must be the same in number
or nearly so: a first message that is half an hour later may meet a purchase, or the night.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import quantiles

from bench import cost
from bench.prices import PRICES
from cartback.domain.policy import ORCHESTRATIONS, PER_CART
from tests.simulation import endings, liveness
from tests.simulation.play import Cast, let_happen
from tests.simulation.season import Season
from tests.simulation.shops import shops_of, start_of


@dataclass(slots=True)
class Way:
    """What came of all seasons in one way."""

    counts: Counter[str] = field(default_factory=Counter)
    late_seconds: list[float] = field(default_factory=list)
    violations: int = 0

    def dollars_per_thousand(self, name: str) -> float:
        """What beginning and waiting costs, per 1,000 opened carts: not the messages, which are the same."""
        works, shape = cost.profile()["works"], cost.Shape()
        listing = name != PER_CART
        often = {
            "start_flows": 0 if listing else self.counts["opened"],
            "list_cart": self.counts["opened"] if listing else 0,
            "sweep_cart": self.counts["opened"] if listing else 0,
            "stopped_touch": self.counts["stops"],
        }
        calls = sum(
            times
            * sum(amount * PRICES[item].dollars for item, amount in cost.used_by(works[work], shape).items())
            for work, times in often.items()
        )
        transitions = self.counts["transitions"] * PRICES["transition"].dollars
        return (calls + transitions) / self.counts["opened"] * 1000

    def late(self) -> tuple[float, float, float]:
        """Median, 99th percentile and longest lateness of a first look that found its cart abandoned, in seconds."""
        parts = quantiles(self.late_seconds, n=100)
        return parts[49], parts[98], max(self.late_seconds)


def play(seed: int, name: str, way: Way) -> None:
    """Play a seed with all its shops in one way."""
    season = Season(seed, frozenset(), start_of(seed))
    shops = [replace(shop, policy=replace(shop.policy, orchestration=name)) for shop in shops_of(seed)]
    cast = Cast(season, shops, None)
    let_happen(season)
    endings.check(season, cast.shoppers)
    liveness.check(season, cast.shoppers)
    way.violations += len(season.violations)
    runs = [run for run in season.machines.runs.values() if run.flow == "cart_recovery"]
    way.counts["opened"] += sum(fact.name == "cart.opened" for fact in season.bus.told)
    way.counts["runs"] += len(runs)
    way.counts["transitions"] += sum(run.run.transitions for run in runs)
    way.counts["stops"] += sum(run.run.path.count("Send the touch") for run in runs) - len(
        season.sendings.sent
    )
    way.counts["messages"] += len(season.sendings.sent)
    way.late_seconds.extend(_late(season))


def _late(season: Season) -> Iterator[float]:
    for line, _ in season.house.tables.rows["lines"].values():
        said = line[1].data
        if said.get("touch") == "reminder" and said.get("word") == "send" and "due_at" in said:
            yield (line[1].at - datetime.fromisoformat(said["due_at"])).total_seconds()


def table(ways: dict[str, Way]) -> str:
    """The ways side by side, as a table of Markdown."""
    rows = [
        "| | opened carts | runs | transitions a cart | dollars per 1,000 | late: median / p99 / most | messages |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, way in ways.items():
        middle, most_of, longest = way.late()
        counts = way.counts
        rows.append(
            f"| `{name}` | {counts['opened']:,} | {counts['runs']:,} | {counts['transitions'] / counts['opened']:.2f} "
            f"| {way.dollars_per_thousand(name):.3f} | {middle:.0f} s / {most_of:.0f} s / {longest:.0f} s "
            f"| {counts['messages']:,} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=100)
    given = parser.parse_args()
    ways = {name: Way() for name in ORCHESTRATIONS}
    for name, way in ways.items():
        for seed in range(given.seeds):
            play(seed, name, way)
    print(table(ways))
    print(f"\n{given.seeds} seasons each, violations: {sum(way.violations for way in ways.values())}")


if __name__ == "__main__":
    main()
