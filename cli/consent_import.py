"""``cartback consent import``: bring along what people said elsewhere. Numbers first; --apply writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import typer

from cartback.domain.consent.consent import MARKETING, TOPICS
from cartback.domain.consent.exports import all_exports
from cartback.domain.consent.imports import Faults, Terms, Told, lacks_suppressions, read, recognised
from cartback.domain.consent.permission import accepted
from cartback.domain.consent.sparing import without_addresses
from cartback.domain.errors import Refused
from cartback.domain.policy import Policy
from cartback.usecases.consent.import_consents import File, ImportConsents, Tally
from cli import privacy
from cli.import_words import imported
from cli.screen import Desk, Usage, desk, table
from cli.sheets import Sheet, sheet

_LONGEST_NOTE = 200
_PROGRESS = 1_000


def import_(
    context: typer.Context,
    shop: Annotated[str, typer.Argument(help="the shop's id")],
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="exports, all of one tool at once")],
    apply: Annotated[
        bool, typer.Option("--apply", help="do it; without this only the numbers are said")
    ] = False,
    kind: Annotated[
        str | None, typer.Option("--format", help="the kind of export, if its columns do not say")
    ] = None,
    covers: Annotated[
        list[str] | None,
        typer.Option(
            "--covers",
            help="what the yes was asked for: marketing, cart_reminders, offers, news; may be repeated",
        ),
    ] = None,
    exported: Annotated[
        str | None,
        typer.Option("--exported", help="the day of the export (2026-03-02), for a state without a date"),
    ] = None,
    double: Annotated[
        str | None,
        typer.Option(
            "--double-opt-in", help="how you know that a list is double opt-in as a whole; kept as evidence"
        ),
    ] = None,
    alone: Annotated[
        bool, typer.Option("--without-suppressions", help="there is no list of who left or bounced")
    ] = False,
) -> None:
    """Import consents with their evidence from exports: Shopify, WooCommerce, Klaviyo, Brevo, Mailchimp, or plain CSV.

    Who left, bounced or complained comes first. A yes is taken only where nothing here speaks against it. No message
    goes out and no flow starts. If one line cannot be read, none is taken and all such lines are named.
    """
    here = desk(context)
    policy = here.stack.book().show(shop).policy()
    terms = _terms(here, covers, exported, double)
    sheets = [(each, recognised(each.headers, all_exports(), kind)) for each in map(sheet, files)]
    lone = sorted({export.apart or "" for each, export in sheets if lacks_suppressions(export, each.headers)})
    suppressed = any(export.suppression for _, export in sheets)
    if lone and not suppressed and not alone:
        raise Refused(
            f"first who left: name the file of {', '.join(lone)} too, or say --without-suppressions"
        )
    count = _checked(sheets, terms)
    work = ImportConsents(here.stack.records(), privacy.hasher(here.stack), here.stack.clock)
    tally = work(shop, partial(_words, sheets, terms), apply=apply, heard=partial(_progress, here))
    _tell(here, policy, shop, sheets, count, tally, apply)


def _terms(here: Desk, covers: list[str] | None, exported: str | None, double: str | None) -> Terms:
    now = here.stack.clock.now()
    named = tuple(dict.fromkeys(covers or ()))
    if not set(named) <= {*TOPICS, MARKETING}:
        raise Usage(f"--covers: must be one of {', '.join((MARKETING, *TOPICS))}")
    try:
        at = datetime.fromisoformat(exported) if exported else None
    except ValueError as error:
        raise Usage("--exported: write it as 2026-03-02") from error
    if at is not None:
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        if at > now:
            raise Usage("--exported: lies in the future")
    if double is not None and not double.strip():
        raise Usage(
            "--double-opt-in: say how you know it, such as the list's name and since when it asks twice"
        )
    return Terms(now, named, at, without_addresses(double.strip()[:_LONGEST_NOTE]) if double else None)


def _checked(sheets: list[tuple[Sheet, Any]], terms: Terms) -> int:
    """How many lines there are. Raises Refused, with each line that cannot be read, if there is one."""
    count, wrong = 0, []
    for place, export in sheets:
        faults = Faults()
        for line, cells in place.lines():
            count += 1
            if isinstance(cells, str):
                faults.note(line, cells)
                continue
            try:
                read(export, cells, line, terms)
            except Refused as refusal:
                faults.note(line, refusal.reason)
        if faults:
            wrong += [
                f"{place.path.name}: {len(faults)} lines cannot be read, and none is taken",
                *faults.named(),
            ]
    if wrong:
        raise Refused("\n".join(wrong))
    return count


def _words(sheets: list[tuple[Sheet, Any]], terms: Terms) -> Iterator[tuple[File, Told]]:
    for place, export in sheets:
        file = File(export.name, place.digest, terms.attested)
        for line, cells in place.lines():
            if isinstance(cells, dict):
                for told in read(export, cells, line, terms):
                    yield file, told


def _progress(here: Desk, count: int) -> None:
    if count % _PROGRESS == 0 and not here.as_json:
        typer.echo(f"{count} words", err=True)


def _tell(
    here: Desk,
    policy: Policy,
    shop: str,
    sheets: list[tuple[Sheet, Any]],
    lines: int,
    tally: Tally,
    apply: bool,
) -> None:
    say = partial(imported, lang=here.lang)
    ends = [(count, say(end)) for end, count in sorted(tally.ends.items())]
    kinds = [
        (
            count,
            channel,
            purpose,
            basis,
            say("enough" if _enough(policy, channel, purpose, basis) else "not_enough"),
        )
        for (channel, purpose, basis), count in sorted(tally.taken.items())
    ]
    told = {
        "shop": shop,
        "applied": apply,
        "files": [{"file": s.path.name, "format": e.name, "digest": s.digest} for s, e in sheets],
        "lines": lines,
        "ends": dict(tally.ends),
        "taken": [
            {"channel": c, "purpose": p, "basis": b, "count": n}
            for (c, p, b), n in sorted(tally.taken.items())
        ],
        "role_addresses": tally.roles,
    }
    here.tell(
        told,
        *(f"{s.path.name}: {e.name} ({s.digest})" for s, e in sheets),
        say("lines").format(count=lines),
        table((say("count"), say("what")), ends) if ends else say("nothing"),
        *(
            [table((say("count"), say("channel"), say("purpose"), say("basis"), policy.pack), kinds)]
            if kinds
            else []
        ),
        *([say("roles").format(count=tally.roles)] if tally.roles else []),
        say("applied" if apply else "dry"),
    )


def _enough(policy: Policy, channel: str, purpose: str, basis: str) -> bool:
    """Whether the law of the shop's market, and the shop, take such a basis for reminders, or for the purpose."""
    return basis in accepted(policy, channel, TOPICS[0] if purpose == MARKETING else purpose)
