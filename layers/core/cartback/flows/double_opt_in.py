"""Ask the owner of an address whether they meant it, remind them once, and forget the request if nobody says yes.

This mail is transactional: it answers what somebody did, carries no advertising and needs no consent. A doubtful first
one is what the reminder is for.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cartback.domain.channels import ADDRESS_OF
from cartback.domain.consent import signup
from cartback.domain.decision import SEND, SKIP, STOP, WAIT, Address, Decision, Ready, Reason
from cartback.domain.flow_options import Flag
from cartback.domain.flows import SERVICE, TRANSACTIONAL, Flood, Flow, LinkWish
from cartback.domain.language import first_spoken
from cartback.domain.policy import Plan, Policy, Touch
from cartback.domain.subject import SIGNUP, Subject
from cartback.subjects import signup as kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartback.domain.consent.signup import SignUp
    from cartback.domain.context import Context
    from cartback.domain.facts import Fact
    from cartback.domain.messaging.due import Due

ATTEMPTS = ("confirm", "confirm_again")
REMIND = Flag("remind", True, "Whether who has not answered after a day is asked once more.")
FLOW = Flow(
    name="double_opt_in",
    starts_on=("subscription.requested",),
    kind=SIGNUP,
    id_field="request_id",
    purpose="prove that a sign-up came from the owner of the address",
    law=TRANSACTIONAL,
    rank=SERVICE,
    steps=ATTEMPTS,
    area="customers",
    title="Double opt-in",
    kpi="share of sign-ups that are confirmed",
    options=(REMIND,),
)

WINDOW = timedelta(days=1)
MOST_PER_MAILBOX, MOST_PER_DOMAIN = 5, 20
"""How many of these mails a day go to one mailbox, and to a domain at which all addresses may be one person's."""

LINKS = (LinkWish("confirm", lambda context, policy, now: _row(context).expires_at or now),)


def plan(policy: Policy, channels: Container[str]) -> Plan:
    """The question and its one reminder."""
    spans = (timedelta(0), signup.REMIND_AFTER)
    touches = tuple(Touch(name, after) for name, after in zip(ATTEMPTS, spans, strict=False))
    return Plan(policy.version, touches, since="creation", give_up_after=signup.LIFETIME)


def first_look(data: Mapping[str, object], policy: Policy) -> datetime | None:
    """At once."""
    return None


def decide(
    context: Context,
    plan: Plan,
    position: int,
    generation: int,
    policy: Policy,
    now: datetime,
    crowded: bool = False,
) -> Decision:
    """Decide about an attempt, or, after the last one, about the end of the request."""
    request: SignUp | None = context.about
    ended = Reason.ASKED_AGAIN if request is None else kind.ended(request, generation)
    if request is None or ended is not None:
        return Decision(STOP, ended or Reason.ASKED_AGAIN)
    if FLOW.name not in policy.flows:
        return Decision(STOP, Reason.FLOW_OFF)
    if position >= len(plan.touches) or not request.is_pending(now):
        return Decision(STOP, Reason.NOT_CONFIRMED)
    if position and not policy.option(FLOW.name, REMIND):
        return Decision(SKIP, Reason.NOT_WANTED)
    if crowded:
        if position:  # a reminder too many is left out
            return Decision(SKIP, Reason.ENOUGH_QUESTIONS)
        return Decision(WAIT, Reason.ENOUGH_QUESTIONS, until=tomorrow(request, now))
    if request.email is None or request.address_hash is None:
        return Decision(STOP, Reason.NO_ADDRESS)
    address = Address(ADDRESS_OF[request.channel], request.email, request.address_hash)
    subject = Subject(SIGNUP, request.request_id, generation)
    ready = Ready(subject, "", address, "service/answer to a sign-up", "service", "service")
    return Decision(SEND, Reason.ASKED, ready=ready)


def tomorrow(request: SignUp, now: datetime) -> datetime:
    """When the count begins anew, spread over an hour; by then it may have been confirmed, or be over."""
    left = WINDOW.total_seconds() - now.timestamp() % WINDOW.total_seconds()
    return now + timedelta(seconds=int(left) + 1 + int(request.request_id, 16) % 3600)


def following(context: Context, plan: Plan, position: int, policy: Policy, now: datetime) -> datetime | None:
    """When the run comes back: to remind, and after that once more, to forget who did not say yes."""
    requested_at = _row(context).requested_at or now
    if position + 1 < len(plan.touches):  # a question that had to wait for a day is not reminded of at once
        return max(requested_at + signup.REMIND_AFTER, now + signup.REMIND_AFTER / 2)
    return requested_at + signup.LIFETIME if position < len(plan.touches) else None


def language(context: Context, face: Any) -> str:
    """The language of the form, as far as the shop speaks it."""
    return first_spoken([_row(context).lang], face.languages, face.languages[0])


def fields(
    context: Context, decision: Decision, face: Any, lang: str, wording: Callable[..., str]
) -> dict[str, object]:
    """What the mail asks: whether they agree to these words."""
    return {"wording": wording(lang, face, _row(context).topics)}


def floods(context: Context) -> tuple[Flood, ...]:
    """The mailbox, and a domain at which all addresses may be one person's."""
    request = _row(context)
    who, domain = request.crowds.mailbox or request.address_hash, request.crowds.domain
    found = [Flood(f"questions-of-domain/{domain}", MOST_PER_DOMAIN, WINDOW)] if domain is not None else []
    return (Flood(f"questions/{who}", MOST_PER_MAILBOX, WINDOW), *found)


def look(due: Due, row: Any, policy: Policy, now: datetime) -> Decision | Due | None:
    """A sign-up never waits on a list."""
    return None


def began(context: Context, policy: Policy) -> Fact | None:
    """Nothing: the fact that somebody asked has been told."""
    return None


def _row(context: Context) -> SignUp:
    """The request. Raises LookupError where there is none: ``decide`` is asked before."""
    row: SignUp | None = context.about
    if row is None:
        raise LookupError("there is no request")
    return row
