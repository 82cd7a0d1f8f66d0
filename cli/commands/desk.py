"""``cartback desk``: what waits for a person, and deciding it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from cartback.domain.desk.entries import DONE, PARKED, Entry, expired, words
from cartback.domain.errors import Refused
from cli.redrive import redriven
from cli.screen import Desk, moment, somebody, table
from cli.screen import desk as asked
from cli.words import desk_word

group = typer.Typer(no_args_is_help=True, help="What needs a person: approvals, tasks, parked runs, doubts.")

Shop = Annotated[str, typer.Argument(help="the shop's id, such as lamp-shop")]
Id = Annotated[str, typer.Argument(metavar="ID", help="the id, or its first letters")]
By = Annotated[str | None, typer.Option("--by", help="who decides; you, if not said")]
Reason = Annotated[str, typer.Option("--reason", help="why")]


def add_to(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.add_typer(group, name="desk")


@group.command("list")
def list_(context: typer.Context, shop: Shop) -> None:
    """List what waits, by when something happens to it; dead letters of the shop besides."""
    here = asked(context)
    entries = here.stack.desk().listed(shop)
    letters = _letters(here, shop)
    rows = [
        (
            entry.entry_id,
            desk_word(entry.kind, here.lang),
            desk_word(entry.state, here.lang),
            moment(entry.opened_at),
            moment(entry.approval.deadline) if entry.approval else "",
            entry.title + (f" ({entry.times}x)" if entry.times > 1 else ""),
        )
        for entry in entries
    ]
    rows += [
        (name, desk_word("letter", here.lang), desk_word("open", here.lang), at, "", why)
        for name, at, why in letters
    ]
    shown = table(("id", "kind", "state", "since (UTC)", "until (UTC)", "what"), rows)
    plain = [_plain(entry) for entry in entries]
    plain += [{"entry_id": name, "kind": "letter", "state": "open", "title": why} for name, _, why in letters]
    here.tell(plain, shown if rows else {"en": "Nothing waits.", "de": "Es wartet nichts."}[here.lang])


@group.command()
def show(context: typer.Context, shop: Shop, entry: Id) -> None:
    """Show an entry: what it is about, what can be decided, and what was done with it."""
    here = asked(context)
    found = _one(here, shop, entry)
    facts = {"about": found.about, **found.data}
    if found.approval is not None:
        approval = found.approval
        facts |= {"target": approval.target, **approval.proposal}
        if approval.amount is not None:
            facts["amount"] = f"{approval.amount} {approval.currency}"
        facts["may"] = ", ".join(approval.may)
        facts["four_eyes"] = "yes" if approval.four_eyes else ""
        facts["default"] = f"{approval.default} ({moment(approval.deadline)} UTC)"
    lines = [f"{desk_word(found.kind, here.lang)}: {found.title}", f"state: {_state(found, here.lang)}"]
    lines += [f"{name}: {value}" for name, value in facts.items() if value]
    if found.state != DONE:
        lines.append(f"decide: {', '.join(words(found))}")
    rows = [
        (moment(step.at), step.actor, desk_word(step.what, here.lang), step.reason) for step in found.history
    ]
    here.tell(_plain(found), *lines, table(("at (UTC)", "who", "what", "why"), rows))


@group.command()
def decide(
    context: typer.Context,
    shop: Shop,
    entry: Id,
    word: Annotated[str, typer.Argument(help="what `show` offers, such as approved")],
    reason: Reason = "",
    by: By = None,
) -> None:
    """Decide an entry; a run that waits for it goes on."""
    here = asked(context)
    found = _one(here, shop, entry)
    after = here.stack.decide()(shop, found.entry_id, word, by or somebody(), reason)
    here.tell(_plain(after), f"{after.title}: {_state(after, here.lang)}")


@group.command()
def snooze(
    context: typer.Context,
    shop: Shop,
    entry: Id,
    days: Annotated[int, typer.Option("--days", min=0, max=90, help="days")] = 0,
    hours: Annotated[int, typer.Option("--hours", min=0, max=2160, help="hours")] = 0,
    reason: Reason = "",
    by: By = None,
) -> None:
    """Put an entry off; it comes back by itself."""
    here = asked(context)
    found = _one(here, shop, entry)
    until = here.stack.clock.now() + timedelta(days=days, hours=hours)
    after = here.stack.decide().snooze(shop, found.entry_id, until, by or somebody(), reason)
    here.tell(_plain(after), f"{after.title}: {_state(after, here.lang)}, {moment(until)} UTC")


@group.command()
def redrive(context: typer.Context, shop: Shop, entry: Id, by: By = None) -> None:
    """Send a parked run on from the state that failed, by Step Functions' own redrive."""
    here = asked(context)
    found = _one(here, shop, entry)
    if "run" not in found.data or "flow" not in found.data:
        raise Refused(f"{found.entry_id}: no run stands behind it")
    execution = redriven(here.stack, found.data["flow"], found.data["run"])
    if found.kind == PARKED and found.state != DONE:
        found = here.stack.decide()(shop, found.entry_id, "done", by or somebody(), "sent on")
    here.tell({"execution": execution, "state": found.state}, f"{found.data['run']} goes on.")


def _one(here: Desk, shop: str, said: str) -> Entry:
    """The entry of this id; what is over is found by its whole id. One whose time has run out is shown so."""
    book, now = here.stack.desk(), here.stack.clock.now()
    whole = book.read(shop, said)
    if whole is not None:
        return expired(whole, now)
    found = [entry for entry in book.listed(shop) if entry.entry_id.startswith(said)]
    if len(found) != 1:
        raise Refused(f"{said}: {len(found) or 'no'} waiting entr{'ies' if found else 'y'} of that id")
    return expired(found[0], now)


def _letters(here: Desk, shop: str) -> list[tuple[str, str, str]]:
    """The dead letters of a shop: id, since when, why."""
    from cli.commands.dlq import waiting

    return [
        (facts["id"], moment(facts["parked_at"]), f"{facts['topic']}: {facts['reason']}")
        for facts in waiting(here)
        if facts["shop"] == shop
    ]


def _state(entry: Entry, lang: str) -> str:
    return desk_word(entry.outcome or entry.state, lang)


def _plain(entry: Entry) -> dict[str, Any]:
    """The entry for programs, without the token that wakes a run."""
    told = asdict(entry)
    if told["approval"] is not None:
        del told["approval"]["token"]
    return told
