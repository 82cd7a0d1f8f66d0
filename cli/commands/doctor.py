"""``cartback doctor``: whether a shop's mail will be believed, whether it is heard, and what production still lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from botocore.exceptions import ClientError

from cartback import shops
from cartback.domain.errors import Refused, TryLater
from cli import chats, checklist
from cli.commands.reach import stranger_words
from cli.mail_records import ADVICE, GOOD, MUST, Finding, Resolver, diagnose
from cli.screen import desk, table

if TYPE_CHECKING:
    from cartback.domain.shop.health import Stranger
    from cartback.domain.shop.settings import ShopSettings
    from cli.stack import Stack

_WORDS = {MUST: "must be done", ADVICE: "could be better"}


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(doctor)


def doctor(
    context: typer.Context,
    shop: Annotated[str, typer.Argument(help="the shop's id")],
    production: Annotated[
        bool,
        typer.Option("--production", help="also all that a shop with real shoppers needs, as a checklist"),
    ] = False,
) -> None:
    """Check a shop's sender (identity, DKIM, MAIL FROM, SPF, DMARC, BIMI), whose voice we hear, who else reminds
    and the shop's own texts; exit 1 if something must be done.
    """
    here = desk(context)
    settings = here.stack.book().show(shop)
    sender = settings.sender.address
    domain = sender.rpartition("@")[2]
    ses = here.stack.clients.sesv2
    found = [checklist.sender(sender, here.stack.outputs.get("Senders"))]
    found.extend(diagnose(domain, ses.meta.region_name, _identity(ses, domain), resolver()))
    found.extend(voices(settings, here.stack.health().strangers(shop)))
    found.append(checklist.only_reminders(settings, shops.api(settings.platform).ALSO_REMINDS))
    texts = here.stack.texts()
    found.extend(checklist.own_texts(shop, texts.states(shop), texts.check_all(shop)))
    if chats.CHANNEL in settings.senders:
        found.extend(_templates(here.stack, settings))
    if production:
        found.extend(_for_production(here.stack, settings))
    rows = [(each.about, _WORDS.get(each.state, each.state), each.says) for each in found]
    shown: list[Any] = [table(("", "", sender), rows)]
    shown.extend(_to_set(each) for each in found if each.record)
    here.tell([_told(each) for each in found], *shown)
    undone = [each.about for each in found if each.state == MUST]
    if undone:
        raise Refused(f"must be done: {', '.join(dict.fromkeys(undone))}")


def _templates(stack: Stack, settings: ShopSettings) -> list[Finding]:
    """How the shop's templates stand at Meta, and why that could not be asked."""
    try:
        return chats.findings(stack.whatsapp().states(settings.shop, chats.wanted(settings)))
    except (Refused, TryLater) as error:
        return [Finding(chats.ABOUT, MUST, error.reason)]


def _for_production(stack: Stack, settings: ShopSettings) -> list[Finding]:
    shop, book, now = settings.shop, stack.health(), stack.clock.now()
    secrets = stack.book().secrets(shop)
    heard = checklist.Heard(secrets, book.pulse(shop), stack.refusals().lately(shop), book.read(shop))
    return [
        *checklist.hearing(heard, now),
        *checklist.lawful(settings),
        *checklist.surroundings(stack.outputs, account(stack)),
    ]


def account(stack: Stack) -> checklist.Account:
    """Ask AWS what surrounds a stack. What it does not answer is told as unknown, and the rest is judged."""
    clients, unknown = stack.clients, {}

    def asked[T](about: str, ask: Callable[[], T]) -> T | None:
        try:
            return ask()
        except ClientError as error:
            unknown[about] = error.response["Error"]["Message"]
        return None

    topic, table = stack.outputs.get("AlarmTopicArn"), stack["CustomersTable"]
    return checklist.Account(
        mail=asked("SES sandbox", clients.sesv2.get_account),
        alarms=asked(
            "alarms", lambda: clients.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        )
        if topic
        else None,
        lambdas=asked(
            "concurrency",
            lambda: clients.awslambda.get_account_settings()["AccountLimit"]["ConcurrentExecutions"],
        ),
        recovery=asked(
            "backup", lambda: _recovers(clients.dynamodb.describe_continuous_backups(TableName=table))
        ),
        unknown=unknown,
    )


def _recovers(said: dict[str, Any]) -> bool:
    points = said["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    return bool(points.get("PointInTimeRecoveryStatus") == "ENABLED")


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
