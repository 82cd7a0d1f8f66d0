"""``cartback flows``: which flows there are, what starts each, and whether a shop has them switched on."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cartback.domain.flows import Flow
from cartback.flows import all_flows
from cli.screen import desk, table


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(flows)


def flows(
    context: typer.Context,
    shop: Annotated[str | None, typer.Option(help="say also what this shop has switched on")] = None,
) -> None:
    """List the flows by their cards. Asks no stack, unless a shop is named."""
    here, cards = desk(context), all_flows()
    on: frozenset[str] | None = None
    if shop is not None:
        on = frozenset(here.stack.book().show(shop).policy().flows)
    heads = (
        "flow",
        "what",
        "starts on",
        "about",
        "law",
        "rank",
        "judged by",
        *(("on",) if on is not None else ()),
    )
    here.tell(
        [_facts(card, on) for card in cards],
        table(heads, [_row(card, on) for card in cards]),
    )


def _row(card: Flow, on: frozenset[str] | None) -> tuple[str, ...]:
    told = (card.name, card.title, " ".join(card.starts_on), card.kind, card.law, card.rank, card.kpi)
    return told if on is None else (*told, "on" if card.name in on else "off")


def _facts(card: Flow, on: frozenset[str] | None) -> dict[str, Any]:
    told = {
        "name": card.name,
        "title": card.title,
        "area": card.area,
        "purpose": card.purpose,
        "starts_on": list(card.starts_on),
        "about": card.kind,
        "law": card.law,
        "topic": card.topic,
        "rank": card.rank,
        "steps": list(card.steps),
        "owner": card.owner,
        "builder": card.builder,
        "reviewer": card.reviewer,
        "it": card.it,
        "kpi": card.kpi,
    }
    return told if on is None else {**told, "on": card.name in on}
