"""``cartback privacy``: give somebody what is known of them, or forget them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cartback.domain.errors import Refused
from cartback.usecases.people.export_person import as_json
from cli import privacy
from cli.privacy import ByAddress, Who
from cli.screen import Desk, Usage, desk, unobeyed

Shop = Annotated[str, typer.Argument(help="the shop's id")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    commands = typer.Typer(no_args_is_help=True, help="What is known of somebody: give it out, or forget it.")
    commands.command()(export)
    commands.command()(erase)
    commands.command()(part)
    app.add_typer(commands, name="privacy")


def export(
    context: typer.Context,
    shop: Shop,
    person: Who = None,
    by_address: ByAddress = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="a new file; standard output, if not said")
    ] = None,
) -> None:
    """Give out everything that is known of one person, as JSON."""
    here = desk(context)
    found = privacy.meant(here.stack, shop, person, by_address, here.as_json)
    text = as_json(privacy.export(here.stack)(shop, found.person_id))
    if out is None:
        typer.echo(unobeyed(text))
        return
    _write(out, text)
    here.tell({"person_id": found.person_id, "file": str(out)}, f"{out}: everything about {found.person_id}.")


def erase(
    context: typer.Context,
    shop: Shop,
    person: Who = None,
    by_address: ByAddress = False,
    everybody: Annotated[bool, typer.Option("--everybody", help="everybody of the shop")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Forget one person everywhere, or everybody of a shop. It cannot be undone."""
    here = desk(context)
    if [bool(person), by_address, everybody].count(True) != 1:
        raise Usage("erase: say one of PERSON, --address and --everybody")
    contact = privacy.asked_contact(here.as_json) if by_address else None
    known = privacy.whoever(here.stack, shop, person) if person else None
    whom = f"everybody of {shop}" if everybody else "this person"
    if not yes and not everybody:
        typer.echo(privacy.introduced(here.stack, shop, known, contact), err=True)
    if not yes and not typer.confirm(f"Forget {whom}? It cannot be undone", err=True):
        raise Refused("nobody was forgotten")
    work = privacy.erase(here.stack)
    forgotten: list[str | None] = [None]
    if everybody:
        work.everybody(shop)
    elif contact is not None:
        forgotten = list(work.by_contact(shop, contact))
    elif known is not None:
        forgotten = list(work.by_id(shop, known.person_id))
    for each in forgotten:
        _swept(here, shop, each)
    told = [each for each in forgotten if each]
    here.tell(
        {"shop": shop, "forgotten": told or "everybody"},
        f"Forgotten: {', '.join(told) or whom}. In eight days a run looks for what was still on its way.",
    )


def part(
    context: typer.Context,
    shop: Shop,
    apply: Annotated[bool, typer.Option("--apply", help="do it; without this it is only said")] = False,
) -> None:
    """Part people whom an earlier version made one because of a shared number or a typed address.

    Looks through the events of 14 days. Says what it would do, and does it with --apply. Open carts whose owner those
    events do not name stay unused: nobody is written to about them until the shop tells of them again.
    """
    here = desk(context)
    here.stack.book().show(shop)
    done = privacy.part(here.stack)(shop, apply=apply)
    verb = "parted" if apply else "would be parted"
    settled = "known to be whose" if apply else "would be known to be whose"
    here.tell(
        {
            "shop": shop,
            "events": done.events,
            "people": sorted(done.people),
            "carts": sorted(done.carts),
            "in_doubt": done.in_doubt,
            "applied": apply,
        },
        f"{done.events} words about people read. Rows that held several mailboxes, {verb}: {len(done.people)}.",
        f"Carts {settled}: {len(done.carts)}. Open carts of which nobody can say it: {len(done.in_doubt)}.",
        *([] if apply or not (done.people or done.carts) else ["Nothing was changed. Say --apply to do it."]),
    )


def _swept(here: Desk, shop: str, person_id: str | None) -> None:
    """Do the first round now, so that it is done when this command ends; the run that was started does both."""
    work, place = privacy.sweep(here.stack), ""
    while True:
        answer = work(shop, person_id, place)
        if answer["next"] != "more":
            return
        place = str(answer["cursor"])


def _write(out: Path, text: str) -> None:
    try:
        opened = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refused(f"--out: {error.strerror}: {out}") from error
    with os.fdopen(opened, "w") as file:
        file.write(text + "\n")
