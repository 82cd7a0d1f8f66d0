"""``cartback replay``: kept raw events through the intake once more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.screen import Usage, desk, moment, table


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(replay)


def replay(
    context: typer.Context,
    shop: Annotated[str, typer.Argument(help="the shop's id")],
    from_: Annotated[str, typer.Option("--from", help="such as 2026-03-02 or 2026-03-02T10:30 (UTC)")],
    to: Annotated[str, typer.Option("--to", help="up to, and without, this instant")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be queued")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="apply again also what was applied; sends nothing twice")
    ] = False,
) -> None:
    """Queue a shop's kept events again (14 days are kept), by when they were received.

    Events that were applied before are skipped, so that repeating a whole day repairs what was missed and repeats
    nothing.
    """
    here = desk(context)
    here.stack.book().show(shop)
    done = here.stack.replay()(
        shop, _instant("--from", from_), _instant("--to", to), dry_run=dry_run, force=force
    )
    verb = "would be queued" if dry_run else "queued again"
    span = f", received {moment(done.first_at)} to {moment(done.last_at)} (UTC)" if done.events else ""
    here.tell(
        {
            "shop": shop,
            "events": done.events,
            "topics": done.topics,
            "first_at": done.first_at,
            "last_at": done.last_at,
            "queued": not dry_run,
            "generation": done.generation,
        },
        f"{done.events} events {verb}{span}.",
        *(
            [table(("events", "topic"), [(count, topic) for topic, count in done.topics.items()])]
            if done.events
            else []
        ),
    )


def _instant(option: str, said: str) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError as error:
        raise Usage(f"{option}: write it as 2026-03-02T10:30") from error
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
