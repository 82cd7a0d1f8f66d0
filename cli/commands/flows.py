"""``cartback flows``: which flows there are, what starts each, its options, and how a shop has them switched on."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from cartback.domain.flow_options import Option, Told
from cartback.domain.flows import Flow
from cartback.domain.policy import Policy
from cartback.flows import all_flows
from cli.screen import desk, moment, table


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(flows)


def flows(
    context: typer.Context,
    shop: Annotated[str | None, typer.Option(help="say also what this shop has switched on, and how")] = None,
) -> None:
    """List the flows by their cards. Asks no stack, unless a shop is named."""
    here, cards = desk(context), all_flows()
    policy = here.stack.book().show(shop).policy() if shop is not None else None
    heads = ("flow", "what", "starts on", "about", "law", "rank", "judged by")
    shops = ("on", "since (UTC)") if policy else ()
    here.tell(
        [_facts(card, policy) for card in cards],
        table((*heads, *shops, "options"), [_row(card, policy) for card in cards]),
    )


def _row(card: Flow, policy: Policy | None) -> tuple[str, ...]:
    options = " ".join(f"{option.name}={json.dumps(_value(card, option, policy))}" for option in card.options)
    told = (card.name, card.title, " ".join(card.starts_on), card.kind, card.law, card.rank, card.kpi)
    if policy is None:
        return (*told, options)
    on = card.name in policy.flows
    return (*told, "on" if on else "off", moment(policy.flows_since.get(card.name)) if on else "", options)


def _value(card: Flow, option: Option[Any], policy: Policy | None) -> Told:
    """The value that counts for a shop, as settings spell it; the card's default without one."""
    return option.told(policy.option(card.name, option) if policy else option.default)


def _facts(card: Flow, policy: Policy | None) -> dict[str, Any]:
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
        "options": [_option(card, option, policy) for option in card.options],
    }
    if policy is None:
        return told
    since = policy.flows_since.get(card.name)
    return {**told, "on": card.name in policy.flows, "since": since.isoformat() if since else None}


def _option(card: Flow, option: Option[Any], policy: Policy | None) -> dict[str, Any]:
    told = {
        "name": option.name,
        "kind": option.kind,
        "says": option.says,
        "allowed": option.allowed,
        "default": option.told(option.default),
    }
    return told if policy is None else {**told, "value": _value(card, option, policy)}
