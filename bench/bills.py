"""The pages that tell the bill and the quotas (docs/cost.md, docs/scale.md), written from the recorded profile."""

from __future__ import annotations

from pathlib import Path

from bench import cost, privacy, report
from bench.cost import Strain
from bench.doors import ROOT

SCALES = (1_000_000, 10_000_000, 100_000_000)
_IN_TIME = (0.15, 0.3, 0.6)


def bill() -> str:
    """Every item of the bill at three scales, in dollars per 1,000 carts."""
    bills = [cost.bill(carts) for carts in cost.SCALES]
    items = list(bills[1].items)
    body: list[tuple[object, ...]] = [
        (cost.PRICES[item].unit, *(f"{bill.items[item] / bill.carts * 1000:.4f}" for bill in bills))
        for item in items
    ]
    body += [
        ("fixed", *(f"{bill.fixed / bill.carts * 1000:.4f}" for bill in bills)),
        ("**per 1,000 carts**", *(f"**{bill.per_thousand:.2f}**" for bill in bills)),
        ("**per 1,000 recovered**", *(f"**{bill.per_thousand_recovered:.2f}**" for bill in bills)),
    ]
    return report.rows(("dollars", *(f"{bill.carts:,} carts a month" for bill in bills)), body)


def quotas() -> str:
    """How much of each quota is used at the peak, which breaks first, and what to ask for."""
    at = {carts: {strain.quota.name: strain for strain in cost.strains(carts)} for carts in SCALES}
    body = []
    for first in cost.strains(SCALES[0]):
        quota = first.quota
        used = [at[carts][quota.name] for carts in SCALES]
        ask = quota.request if used[-1].share > 1 else "nothing"
        body.append(
            (f"{quota.most:,} {quota.unit}", *(_used(one) for one in used), _carts(first.breaks_at), ask)
        )
    return report.rows(("quota", *(_carts(carts) for carts in SCALES), "breaks at", "to ask for"), body)


def costs() -> str:
    """The bill of a month at three scales."""
    bills = [cost.bill(carts) for carts in SCALES]
    body = [
        (
            _carts(one.carts),
            f"{one.total:,.0f}",
            f"{one.per_thousand:.2f}",
            f"{one.per_thousand_recovered:.2f}",
        )
        for one in bills
    ]
    head = ("carts a month", "dollars a month", "per 1,000 carts", "per 1,000 recovered")
    return report.rows(head, body)


def listed(carts: int = SCALES[0]) -> str:
    """What a list saves where more or fewer carts are bought in time."""
    body = []
    for in_time in _IN_TIME:
        runs, waiting = (cost.shape_with(in_time, listed=listed) for listed in (False, True))
        dear, cheap = cost.bill(carts, runs), cost.bill(carts, waiting)
        moves = 1 - cheap.items["transition"] / dear.items["transition"]
        saved = 1 - cheap.total / dear.total
        body.append(
            (f"{in_time:.0%}", f"${dear.total:,.0f}", f"${cheap.total:,.0f}", f"{moves:.0%}", f"{saved:.0%}")
        )
    head = (
        "bought before the first message", "in runs", "on the list", "transitions saved", "saved of the bill",
    )  # fmt: skip
    return report.rows(head, body)


def wishes() -> str:
    """What an answer and an erasure cost, at four scales."""
    body = [
        (
            _carts(carts),
            f"{privacy.look(carts).objects:,.0f}",
            f"{privacy.look(carts).opened:,.0f}",
            f"{privacy.look(carts).calls}",
            f"${privacy.export(carts):.3f}",
            f"${privacy.erasure(carts):.3f}",
        )
        for carts in (10_000, *SCALES)
    ]
    head = ("carts a month", "raw objects", "opened", "calls a round", "an answer", "an erasure")
    return report.rows(head, body)


PAGES = {
    "wishes": (wishes, ROOT / "docs" / "cost.md"),
    "bill": (bill, ROOT / "docs" / "cost.md"),
    "quotas": (quotas, ROOT / "docs" / "scale.md"),
    "costs": (costs, ROOT / "docs" / "scale.md"),
    "listed": (listed, ROOT / "docs" / "scale.md"),
}
"""Block -> who writes it, and its page."""


def write() -> None:
    """Put the figures of the kept profile into the pages."""
    for name, (made, page) in PAGES.items():
        report.write_block(name, made(), page)


def told(name: str, page: Path) -> str:
    """What a page says in a block. Raises IndexError for a page without it."""
    return page.read_text().split(f"<!-- {name}: begin -->")[1].split(f"<!-- {name}: end -->")[0].strip()


def _used(strain: Strain) -> str:
    used = f"{strain.used:,.0f}"
    return f"**{used}**" if strain.share > 1 else used


def _carts(count: float) -> str:
    millions = count / 1e6
    return f"{millions:,.1f}M" if millions < 10 and millions % 1 else f"{millions:,.0f}M"
