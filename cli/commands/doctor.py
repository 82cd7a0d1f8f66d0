"""``cartback doctor``: whether mailbox providers will believe a shop's mail, and what to set if not."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from botocore.exceptions import ClientError

from cartback.domain.errors import Refused
from cli.mail_records import ADVICE, MUST, Finding, Resolver, diagnose
from cli.screen import desk, table

_WORDS = {MUST: "must be done", ADVICE: "could be better"}


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(doctor)


def doctor(context: typer.Context, shop: Annotated[str, typer.Argument(help="the shop's id")]) -> None:
    """Check identity, DKIM, MAIL FROM, SPF, DMARC and BIMI of a shop's sender; exit 1 if something must be done."""
    here = desk(context)
    sender = here.stack.book().show(shop).sender.address
    domain = sender.rpartition("@")[2]
    ses = here.stack.clients.sesv2
    found = diagnose(domain, ses.meta.region_name, _identity(ses, domain), resolver())
    rows = [(each.about, _WORDS.get(each.state, each.state), each.says) for each in found]
    shown: list[Any] = [table(("", "", sender), rows)]
    shown.extend(_to_set(each) for each in found if each.record)
    here.tell([_told(each) for each in found], *shown)
    undone = [each.about for each in found if each.state == MUST]
    if undone:
        raise Refused(f"must be done: {', '.join(dict.fromkeys(undone))}")


def resolver() -> Resolver:
    """The DNS; imported only here, because no other command asks it."""
    from cli.dns import SystemResolver

    return SystemResolver()


def _identity(ses: Any, domain: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = ses.get_email_identity(EmailIdentity=domain)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NotFoundException":
            return None
        raise
    return found


def _to_set(finding: Finding) -> str:
    name, kind, value = finding.record or ("", "", "")
    return f"\n{finding.about} ({_WORDS[finding.state]}): set\n  {name}  {kind}  {value}"


def _told(finding: Finding) -> dict[str, Any]:
    record = dict(zip(("name", "type", "value"), finding.record, strict=True)) if finding.record else None
    return {"about": finding.about, "state": finding.state, "says": finding.says, "record": record}
