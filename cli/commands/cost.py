"""``cartback cost``: what so many carts cost, what breaks first, and what others ask for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from bench import cost as model
from bench.prices import PEERS, PRICES
from cli.screen import Desk, Usage, desk, table


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(cost)


def cost(
    context: typer.Context,
    carts: Annotated[
        list[int] | None, typer.Option("--carts", help="carts a month; may be given several times")
    ] = None,
    recovered: Annotated[float, typer.Option("--recovered", help="share of carts that are won back")] = 0.10,
    webhooks: Annotated[float, typer.Option("--webhooks", help="webhooks per cart")] = 5.0,
    in_time: Annotated[
        float, typer.Option("--in-time", help="share of carts that are bought before their first message")
    ] = 0.15,
    listed: Annotated[
        bool, typer.Option("--listed", help="carts wait on the list (policy.orchestration), not in runs")
    ] = False,
) -> None:
    """Say what the carts of a month cost on AWS, from recorded calls and list prices. Asks no stack."""
    if not 0 < recovered <= 1 or webhooks <= 0 or any(count < 1 for count in carts or ()):
        raise Usage("--carts and --webhooks are above 0, --recovered is above 0 and at most 1")
    if not 0 <= in_time <= 0.9:
        raise Usage("--in-time is from 0 to 0.9")
    shape = model.shape_with(in_time, recovered=recovered, webhooks=webhooks, listed=listed)
    counts = sorted(set(carts or model.SCALES))
    recorded = model.profile()
    bills = [model.bill(count, shape, recorded) for count in counts]
    strains = {count: model.strains(count, shape, recorded) for count in counts}
    _tell(desk(context), shape, bills, strains, recorded["recorded_at"])


def _tell(
    here: Desk,
    shape: model.Shape,
    bills: list[model.Bill],
    strains: dict[int, list[model.Strain]],
    recorded_at: str,
) -> None:
    items = sorted({item for bill in bills for item in bill.items}, key=lambda item: -bills[0].items[item])
    body: list[tuple[str, ...]] = [
        (PRICES[item].unit, *(_dollars(bill.items[item] / bill.carts * 1000) for bill in bills))
        for item in items
    ]
    body += [
        ("fixed: key, secrets, alarms, polling", *(_dollars(b.fixed / b.carts * 1000) for b in bills)),
        ("together, per 1,000 carts", *(_dollars(bill.per_thousand) for bill in bills)),
        ("per 1,000 recovered", *(_dollars(bill.per_thousand_recovered) for bill in bills)),
        ("a month", *(_dollars(bill.total) for bill in bills)),
    ]
    here.tell(
        _as_data(shape, bills, strains, recorded_at),
        f"Dollars per 1,000 carts; us-east-1 list prices without free tier; calls recorded {recorded_at[:10]}.",
        f"{shape.webhooks:g} webhooks, {shape.mails:.1f} mails and {shape.transitions:.1f} transitions per cart; "
        f"{shape.recovered:.0%} are won back.",
        "",
        table(("item", *(f"{bill.carts:,} a month" for bill in bills)), body),
        "",
        f"Frankfurt's default quotas at a peak of {shape.peak:g} times the average:",
        table(
            ("carts a month", "first to break", "used", "breaks at carts a month", "request to file"),
            [_first(carts, found) for carts, found in strains.items()],
        ),
        "",
        "What others ask (their list prices, as the source tells them; a month):",
        table(
            ("whose", "plan", "price", "includes", "read", "source"),
            [(p.name, p.plan, p.per_month, p.includes, p.read, p.source) for p in PEERS],
        ),
    )


def _first(carts: int, found: list[model.Strain]) -> tuple[str, ...]:
    strain = found[0]
    broken = [each for each in found if each.share > 1]
    requests = "; ".join(each.quota.request for each in broken) or "none"
    used = f"{strain.share:.0%} of {strain.quota.most:,.0f} {strain.quota.unit}"
    return f"{carts:,}", strain.quota.name, used, f"{strain.breaks_at:,.0f}", requests


def _dollars(amount: float) -> str:
    return f"{amount:,.2f}" if amount >= 0.1 else f"{amount:.4f}"


def _as_data(
    shape: model.Shape,
    bills: list[model.Bill],
    strains: dict[int, list[model.Strain]],
    recorded_at: str,
) -> dict[str, Any]:
    return {
        "recorded_at": recorded_at,
        "shape": asdict(shape) | {"mails": shape.mails, "transitions": shape.transitions},
        "bills": [
            asdict(bill)
            | {
                "dollars_a_month": bill.total,
                "dollars_per_1000_carts": bill.per_thousand,
                "dollars_per_1000_recovered": bill.per_thousand_recovered,
                "quotas": [
                    {"quota": s.quota.name, "share": s.share, "breaks_at_carts": s.breaks_at}
                    for s in strains[bill.carts]
                ],
            }
            for bill in bills
        ],
        "prices": {name: asdict(price) for name, price in PRICES.items()},
        "peers": [asdict(peer) for peer in PEERS],
    }
