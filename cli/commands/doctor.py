"""``cartback doctor``: whether mailbox providers will believe a shop's mail, and whether we hear the shop alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from botocore.exceptions import ClientError

from cartback.domain.errors import Refused
from cli.commands.reach import stranger_words
from cli.mail_records import ADVICE, GOOD, MUST, Finding, Resolver, diagnose
from cli.screen import desk, table

if TYPE_CHECKING:
    from cartback.domain.shop.health import Stranger
    from cartback.domain.shop.settings import ShopSettings

_WORDS = {MUST: "must be done", ADVICE: "could be better"}


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(doctor)


def doctor(context: typer.Context, shop: Annotated[str, typer.Argument(help="the shop's id")]) -> None:
    """Check a shop's sender (identity, DKIM, MAIL FROM, SPF, DMARC, BIMI) and whose voice we hear; exit 1 if something
    must be done.
    """
    here = desk(context)
    settings = here.stack.book().show(shop)
    sender = settings.sender.address
    domain = sender.rpartition("@")[2]
    ses = here.stack.clients.sesv2
    found = diagnose(domain, ses.meta.region_name, _identity(ses, domain), resolver())
    found.extend(voices(settings, here.stack.health().strangers(shop)))
    rows = [(each.about, _WORDS.get(each.state, each.state), each.says) for each in found]
    shown: list[Any] = [table(("", "", sender), rows)]
    shown.extend(_to_set(each) for each in found if each.record)
    here.tell([_told(each) for each in found], *shown)
    undone = [each.about for each in found if each.state == MUST]
    if undone:
        raise Refused(f"must be done: {', '.join(dict.fromkeys(undone))}")


def voices(settings: ShopSettings, strangers: Sequence[Stranger]) -> list[Finding]:
    """What was heard under the shop's secret that is not the shop, and names of it that we should know."""
    found = [Finding(f"not the shop's: {one.name}", MUST, stranger_words(one)) for one in strangers]
    known = (*settings.domains, *settings.sources)
    if settings.platform == "shopify" and not any(name.endswith(".myshopify.com") for name in known):
        says = "name its *.myshopify.com in domains, so that no other shop with the same app is taken for it"
        found.append(Finding("voice", ADVICE, says))
    return found or [Finding("voice", GOOD, "nothing came in that says it is not the shop")]


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
