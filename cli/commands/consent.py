"""``cartback consent``: what a person agreed to, with the proof, and what people are asked to agree to."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cartback import texts
from cartback.domain.consent import evidence
from cartback.domain.consent.consent import GRANTED, TOPICS
from cartback.domain.consent.evidence import Evidence, chain, fault
from cartback.domain.consent.jurisdiction import PACKS
from cartback.domain.errors import Refused
from cartback.domain.people.customer import Person
from cartback.store.shop.settings import face
from cartback.usecases.messaging.links import version_of
from cli import privacy
from cli.consent_import import import_
from cli.privacy import ByAddress, Who
from cli.screen import Desk, Usage, desk, moment, table

_MOST_TRIES = 5

Shop = Annotated[str, typer.Argument(help="the shop's id")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    commands = typer.Typer(no_args_is_help=True, help="What people agreed to, and the proof of it.")
    commands.command()(show)
    commands.command()(verify)
    commands.command()(wording)
    commands.command("import")(import_)
    app.add_typer(commands, name="consent")


def show(context: typer.Context, shop: Shop, person: Who = None, by_address: ByAddress = False) -> None:
    """Show every word that a person ever said, oldest first, and what the proof of each consent lacks."""
    here = desk(context)
    row, entries = _proof(here, shop, person, by_address)
    pack = PACKS[here.stack.book().show(shop).policy().pack]
    found, _ = chain(entries, row.evidence_head)
    told = [_shown(evidence.shown(entry), pack.proof) for entry in found]
    here.tell(
        {"person_id": row.person_id, "words": told},
        table(
            ("no.", "said (UTC)", "channel", "purpose", "word", "basis", "source", "lacks"),
            [
                (
                    each["seq"],
                    moment(each["said_at"]),
                    each["channel"],
                    each["purpose"],
                    each["state"],
                    each["basis"],
                    each["source"],
                    ", ".join(each["lacks"]) or "-",
                )
                for each in told
            ],
        )
        if told
        else "Nothing was ever said.",
    )


def verify(context: typer.Context, shop: Shop, person: Who = None, by_address: ByAddress = False) -> None:
    """Say whether the proof is as it was written: no entry changed, replaced, left out or added since. Else exit 1."""
    here = desk(context)
    row, entries = _proof(here, shop, person, by_address)
    wrong = fault(entries, row.evidence_length, row.evidence_head)
    if wrong is not None:
        raise Refused(f"consent: {wrong}")
    whole = {"person_id": row.person_id, "entries": row.evidence_length, "whole": True}
    noun = "entry" if row.evidence_length == 1 else "entries"
    here.tell(whole, f"The proof is whole: {row.evidence_length} {noun}.")


def wording(
    context: typer.Context,
    shop: Shop,
    topics: Annotated[
        list[str] | None, typer.Option("--topic", help="what the form offers; say it once per topic")
    ] = None,
) -> None:
    """Show the words that people agree to when they sign up, for the shop's own form: in each of its languages."""
    here = desk(context)
    settings = here.stack.book().show(shop)
    named = tuple(topics or TOPICS)
    if not set(named) <= set(TOPICS):
        raise Usage(f"--topic: must be one of {', '.join(TOPICS)}")
    words = {lang: texts.wording(lang, face(settings), named) for lang in settings.languages}
    told = [{"language": lang, "wording": said, "version": version_of(said)} for lang, said in words.items()]
    here.tell(told, *(f"{each['language']} ({each['version']}): {each['wording']}" for each in told))


def _proof(here: Desk, shop: str, person: str | None, by_address: bool) -> tuple[Person, list[Evidence]]:
    """The row that holds a chain in place, and the entries. A merged row has a chain of its own."""
    records, proofs = here.stack.records(), here.stack.proofs()
    own = records.read(shop, persons=[person]).persons[person] if person else None
    said = (own or privacy.meant(here.stack, shop, person, by_address, here.as_json)).person_id
    for _ in range(_MOST_TRIES):
        row = records.read(shop, persons=[said]).persons[said]
        if row is None:
            raise Refused(f"person: {shop} knows nobody by {said}", 404)
        entries = proofs.of(shop, row.person_id)
        after = records.read(shop, persons=[said]).persons[said]
        if after is not None and after.evidence_head == row.evidence_head:
            return row, entries  # no word was said between the two reads
    raise Refused("consent: the person keeps saying something; try again")


def _shown(entry: Evidence, needed: tuple[str, ...]) -> dict[str, Any]:
    """An entry for the operator. Addresses of machines are people's, so they are told to be there, not shown."""
    lacks = [name for name in needed if not getattr(entry.how, name)] if entry.state == GRANTED else []
    return {
        "seq": entry.seq,
        "said_at": entry.said_at,
        "recorded_at": entry.recorded_at,
        "channel": entry.channel,
        "purpose": entry.purpose,
        "state": entry.state,
        "basis": entry.basis,
        "source": entry.source,
        "wording": entry.how.wording,
        "wording_version": entry.how.wording_version,
        "requested_at": entry.how.requested_at,
        "confirmed_at": entry.how.confirmed_at,
        "page": entry.how.page,
        "message": entry.how.message,
        "lacks": lacks,
    }
