"""What has to be right before a shop's shoppers meet Cartback, judged from what was found; asks nobody itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from cartback.domain.shop.health import LOST
from cli.mail_records import ADVICE, GOOD, MUST, Finding

if TYPE_CHECKING:
    from cartback.domain.shop.health import Health, Pulse
    from cartback.domain.shop.settings import ShopSettings
    from cartback.domain.wording.parts import TextName
    from cartback.usecases.shop.edit_texts import TextState

SILENT_AFTER = timedelta(days=1)
FEW_LAMBDAS = 100
"""Below that a busy hour is put off: a new account may run ten at once."""
_ANYWHERE_ELSE = (
    "Klaviyo, Mailchimp, Brevo, Omnisend and their like: a flow that begins with a cart or checkout"
)


@dataclass(frozen=True, slots=True)
class Heard:
    """How a shop is heard: accepted secrets, its last event, refused signatures of the last hour, its comparison."""

    secrets: int
    pulse: Pulse | None
    refused: int
    health: Health | None


@dataclass(frozen=True, slots=True)
class Account:
    """What AWS says of the stack's surroundings. None is what could not be asked, with its words in ``unknown``."""

    mail: Mapping[str, Any] | None = None
    alarms: Sequence[Mapping[str, Any]] | None = None
    lambdas: int | None = None
    recovery: bool | None = None
    unknown: Mapping[str, str] | None = None


def may_send(address: str, senders: str | None) -> bool:
    """Whether a stack lets this address stand in the From line. ``senders`` as its output says it, stars and all."""
    if senders is None:  # deployed before there was such an output
        return True
    return any(fnmatchcase(address.lower(), each.strip().lower()) for each in senders.split(","))


def sender_words(address: str, senders: str) -> str:
    """What to do about a sender that the stack does not let send."""
    return (
        f"{address} may not send from this stack, which allows {senders}: "
        f'deploy with Sender="{senders},{address}", else every message of the shop is refused'
    )


def sender(address: str, senders: str | None) -> Finding:
    """Whether the shop's sender is one of the stack's."""
    if may_send(address, senders):
        return Finding("sender", GOOD, f"{address} is one that the stack lets send")
    return Finding("sender", MUST, sender_words(address, senders or ""))


def only_reminders(settings: ShopSettings, signs: Sequence[str]) -> Finding:
    """Whether somebody has looked for others that remind of the same carts."""
    if settings.only_reminders:
        return Finding("other cart mails", GOOD, "somebody said that nobody else reminds of these carts")
    where = "; ".join((*signs, _ANYWHERE_ELSE))
    done = f"when all are off: cartback shop edit {settings.shop} only_reminders=true"
    return Finding(
        "other cart mails", ADVICE, f"are they switched off? Two tools remind twice. Look at {where}; {done}"
    )


def hearing(heard: Heard, now: datetime) -> list[Finding]:
    """Whether the shop can be heard, and is."""
    found = []
    if not heard.secrets:
        found.append(
            Finding("secret", MUST, "there is none, so every webhook is refused: cartback shop secret")
        )
    else:
        found.append(Finding("secret", GOOD, f"{heard.secrets} accepted"))
    if heard.refused:
        says = f"{heard.refused} at least in the last hour: the shop signs with another secret"
        found.append(Finding("signatures", MUST, says))
    last = heard.pulse.last_event_at if heard.pulse else None
    if last is None:
        found.append(Finding("events", MUST, "none came yet: cartback shop connect SHOP --wait 300"))
    elif now - last > SILENT_AFTER:
        says = f"the last came on {last:%Y-%m-%d}: look at the shop's webhooks"
        found.append(Finding("events", MUST, says))
    else:
        found.append(Finding("events", GOOD, "the shop was heard within a day"))
    if heard.health is not None and heard.health.subscriptions == LOST:
        found.append(Finding("subscriptions", MUST, "some are missing: cartback shop connect"))
    return found


def own_texts(
    shop: str, states: Sequence[TextState], faults: Mapping[TextName, Sequence[str]]
) -> list[Finding]:
    """What is wrong with what a shop says in its own words, which may be older than a law; none without any."""
    own = [state for state in states if state.own]
    found = [
        Finding(
            "own texts",
            MUST,
            f"{name}: {'; '.join(wrong)}; say something else: cartback texts edit {shop} {name}",
        )
        for name, wrong in faults.items()
    ]
    found += [
        Finding(
            "own texts",
            ADVICE,
            f"{state.name} waits for another form of address: write it anew in the shop's, "
            f"or give it back: cartback texts edit {shop} {state.name} --house",
        )
        for state in own
        if state.at_rest
    ]
    if own and not found:
        found.append(Finding("own texts", GOOD, f"{len(own)} in the shop's own words, nothing is wrong"))
    return found


def lawful(settings: ShopSettings) -> list[Finding]:
    """The links that a shopper looks for, and the law that the shop chose."""
    found = [
        Finding(
            "law", GOOD, f"the pack {settings.rules.pack}: docs/consent.md says what it takes for a basis"
        )
    ]
    for name in ("imprint_url", "privacy_url"):
        if getattr(settings.links, name) is None:
            found.append(Finding(f"links.{name}", ADVICE, "mails and pages have no such link"))
    return found


def surroundings(outputs: Mapping[str, str], account: Account) -> list[Finding]:
    """What has to be right around a stack that writes to real people."""
    found = [
        *_mail(account.mail),
        *_alarms(account.alarms),
        *_links(outputs.get("ApiUrl", "")),
        *_recipients(outputs.get("AllowedRecipients")),
    ]
    if account.lambdas is not None:
        few = account.lambdas < FEW_LAMBDAS
        says = f"{account.lambdas} Lambdas at once" + (
            f": ask Service Quotas for {FEW_LAMBDAS} or more (L-B99A9384)" if few else ""
        )
        found.append(Finding("concurrency", MUST if few else GOOD, says))
    if account.recovery is not None:
        says = "every table can be restored to any second of the last 35 days"
        wrong = "point-in-time recovery is off for a table: deploy the template again"
        found.append(
            Finding("backup", GOOD if account.recovery else MUST, says if account.recovery else wrong)
        )
    found += [
        Finding(about, ADVICE, f"could not be asked: {why}") for about, why in (account.unknown or {}).items()
    ]
    return found


def _mail(said: Mapping[str, Any] | None) -> list[Finding]:
    if said is None:
        return []
    found = []
    if not said.get("SendingEnabled", True):
        found.append(Finding("SES", MUST, "sending is switched off for the account: see its console"))
    if said.get("ProductionAccessEnabled"):
        quota = said.get("SendQuota") or {}
        a_day, a_second = (quota.get(name, 0) for name in ("Max24HourSend", "MaxSendRate"))
        says = f"out of the sandbox, {a_day:.0f} mails a day, {a_second:.0f} a second"
        found.append(Finding("SES sandbox", GOOD, says))
    else:
        says = "SES writes to verified addresses only: docs/production.md has the text to ask with"
        found.append(Finding("SES sandbox", MUST, says))
    return found


def _alarms(told: Sequence[Mapping[str, Any]] | None) -> list[Finding]:
    if told is None:
        return []
    waiting = [one for one in told if one.get("SubscriptionArn") == "PendingConfirmation"]
    if not told:
        return [Finding("alarms", MUST, "they tell nobody: deploy with AlarmEmail=you@shop.example")]
    if len(waiting) == len(told):
        return [
            Finding(
                "alarms",
                MUST,
                "nobody has confirmed the mail of AWS's that asks: look for it, or send it anew",
            )
        ]
    return [Finding("alarms", GOOD, f"{len(told) - len(waiting)} told")]


def _links(api_url: str) -> list[Finding]:
    if ".execute-api." in api_url:
        says = "links in mails show amazonaws.com: give PublicUrl and CertificateArn a domain of your own"
        return [Finding("own domain", MUST, says)]
    return [Finding("own domain", GOOD, api_url)]


def _recipients(only: str | None) -> list[Finding]:
    if only in (None, "*"):
        return [Finding("recipients", GOOD, "everybody who agreed")]
    return [
        Finding("recipients", MUST, f"only {only} can be written to: fine for a stage, not for production")
    ]
