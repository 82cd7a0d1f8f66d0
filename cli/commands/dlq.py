"""``cartback dlq``: what could not be digested, and sending it on once the reason is gone."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cartback.domain.errors import Refused
from cartback.store.results.browse import Parked
from cli.screen import Desk, Usage, desk, moment, table, unobeyed
from cli.story import without_addresses

group = typer.Typer(no_args_is_help=True, help="Dead-letter queues: intake (events) and flows (facts).")

Queue = Annotated[str | None, typer.Option("--queue", help="intake or flows; both, if not said")]


def add_to(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.add_typer(group, name="dlq")


@group.command("list")
def list_(context: typer.Context, queue: Queue = None) -> None:
    """List what waits, with its reason."""
    here = desk(context)
    facts = [_facts(name, parked) for name, parked in _waiting(here, queue)]
    rows = [(f["id"], f["queue"], moment(f["parked_at"]), f["shop"], f["topic"], f["reason"]) for f in facts]
    shown = table(("id", "queue", "since (UTC)", "shop", "topic", "reason"), rows)
    here.tell(facts, shown if rows else "Nothing waits.")


@group.command()
def show(
    context: typer.Context,
    message: Annotated[str, typer.Argument(metavar="ID", help="the id, or its first letters")],
    queue: Queue = None,
    person: Annotated[bool, typer.Option("--person", help="show the body, with the people in it")] = False,
) -> None:
    """Show one message. Its body names people, so it is only shown with --person."""
    here = desk(context)
    name, parked = _one(_waiting(here, queue), message)
    facts = _facts(name, parked) | ({"body": parked.body} if person else {})
    shown = [
        f"{key}: {moment(value) if key == 'parked_at' else value}" for key, value in facts.items() if value
    ]
    here.tell(facts, *shown)


@group.command()
def redrive(
    context: typer.Context,
    messages: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="ids, or their first letters")
    ] = None,
    queue: Queue = None,
    everything: Annotated[bool, typer.Option("--all", help="all that waits")] = False,
) -> None:
    """Send messages where they belong again: events to the intake queue, facts to the bus."""
    here = desk(context)
    if bool(messages) == everything:
        raise Usage("redrive: say either ids or --all")
    waiting = _waiting(here, queue)
    chosen = (
        waiting if everything else list(dict.fromkeys(_one(waiting, message) for message in messages or []))
    )
    sent: list[str] = []
    refusals: list[str] = []
    for name, letters in _queues(here, queue).items():
        ids = {parked.message_id for place, parked in chosen if place == name}
        went, refused = letters.send_again(ids) if ids else ([], [])
        sent += [parked.message_id for parked in went]
        refusals += refused
    here.tell({"sent_again": sent, "refused": refusals}, f"{len(sent)} sent again.")
    if refusals:
        raise Refused("\n".join(refusals))


def waiting(here: Desk) -> list[dict[str, Any]]:
    """What waits in all dead-letter queues, without people."""
    return [_facts(name, parked) for name, parked in _waiting(here, None)]


@group.command()
def drop(
    context: typer.Context,
    messages: Annotated[list[str], typer.Argument(metavar="ID...", help="ids, or their first letters")],
    queue: Queue = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Take messages out for good, so that the alarm rings for the next one. It cannot be undone.

    A webhook lies among the kept events for 14 days: until then `cartback replay` can still bring it in.
    """
    here = desk(context)
    waiting = _waiting(here, queue)
    chosen = list(dict.fromkeys(_one(waiting, message) for message in messages))
    for name, parked in chosen:
        facts = _facts(name, parked)
        typer.echo(
            f"{facts['id']}  {name}  {facts['shop']}  {facts['topic']}  {unobeyed(facts['reason'])}", err=True
        )
    if not yes and not typer.confirm(f"Drop {len(chosen)}? It cannot be undone", err=True):
        raise Refused("all stay where they are")
    gone = [
        parked.message_id
        for name, letters in _queues(here, queue).items()
        if (ids := {parked.message_id for place, parked in chosen if place == name})
        for parked in letters.drop(ids)
    ]
    here.tell({"dropped": gone}, f"{len(gone)} dropped.")


def _queues(here: Desk, queue: str | None) -> dict[str, Any]:
    queues = here.stack.dead_letters()
    if queue is None:
        return queues
    if queue not in queues:
        raise Usage(f"--queue: must be one of {', '.join(queues)}")
    return {queue: queues[queue]}


def _waiting(here: Desk, queue: str | None) -> list[tuple[str, Parked]]:
    return [(name, parked) for name, letters in _queues(here, queue).items() for parked in letters.look()]


def _one(waiting: list[tuple[str, Parked]], said: str) -> tuple[str, Parked]:
    found = [each for each in waiting if each[1].message_id.startswith(said)]
    if len(found) != 1:
        raise Refused(f"{said}: {len(found) or 'no'} waiting message{'s' if found else ''} of that id")
    return found[0]


def _facts(queue: str, parked: Parked) -> dict[str, Any]:
    """What may be shown of a message without showing a person: the envelope, not the body."""
    envelope = parked.envelope()
    event = envelope.get("requestPayload", envelope)
    detail = event.get("detail") if isinstance(event, dict) else None
    fact: dict[str, Any] = detail if isinstance(detail, dict) else {}
    return {
        "id": parked.message_id,
        "queue": queue,
        "parked_at": parked.parked_at,
        "shop": envelope.get("shop") or fact.get("shop"),
        "topic": envelope.get("topic") or fact.get("fact"),
        "key": envelope.get("key") or fact.get("id"),
        "reason": without_addresses(parked.reason),
    }
