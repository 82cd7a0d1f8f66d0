"""``cartback audit``: whether the promise was kept on a day, by what the tables say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

import typer

from cartback.domain.errors import Refused
from cartback.domain.results.audit import BROKEN, KINDS, Audit
from cli import words
from cli.screen import Usage, desk, moment, table


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(audit)


def audit(
    context: typer.Context,
    shop: Annotated[str, typer.Argument(help="the shop's id")],
    day: Annotated[
        str | None, typer.Option(help="a UTC day such as 2026-03-02; yesterday, if not said")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="look anew, also where an audit was kept")] = False,
) -> None:
    """Say what the audit of a day found: messages after a purchase or opt-out, duplicates, unknown ones.

    Exit code 1 if the promise was broken.
    """
    here = desk(context)
    asked = _day(day, here.stack.clock.now())
    if shop not in here.stack.shops_ever():
        raise Refused(f"shop: {shop} is not known", 404)
    kept = None if fresh else here.stack.audits().read(shop, asked)
    found = kept or here.stack.look_back()(shop, asked)
    counts = [
        (found.counts.get(kind, 0), words.finding(kind, here.lang), "must be 0" if kind in BROKEN else "")
        for kind in KINDS
    ]
    rows = [
        (
            words.finding(each.kind, here.lang),
            each.cart_id,
            each.touch,
            moment(each.claimed_at),
            moment(each.known_at),
        )
        for each in found.findings
    ]
    here.tell(
        _facts(found, kept is not None),
        f"{shop} on {asked} (UTC): {found.claims} messages claimed, {found.accepted} accepted by the provider",
        table(("count", "what", ""), counts),
        table(("what", "cart", "touch", "claimed (UTC)", "known since (UTC)"), rows) if rows else "",
        f"audited {moment(found.audited_at)} (UTC)" + ("" if kept else ", just now, and not kept"),
    )
    if found.broken:
        raise typer.Exit(1)


def _day(said: str | None, now: datetime) -> date:
    if said is None:
        return now.date() - timedelta(days=1)
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise Usage("--day: write it as 2026-03-02") from error


def _facts(found: Audit, kept: bool) -> dict[str, Any]:
    return {
        "shop": found.shop,
        "day": found.day.isoformat(),
        "audited_at": found.audited_at,
        "kept": kept,
        "claims": found.claims,
        "accepted": found.accepted,
        "broken": found.broken,
        "counts": found.counts,
        "findings": [
            {
                "kind": each.kind,
                "claim_id": each.claim_id,
                "cart_id": each.cart_id,
                "touch": each.touch,
                "claimed_at": each.claimed_at,
                "known_at": each.known_at,
            }
            for each in found.findings
        ],
    }
