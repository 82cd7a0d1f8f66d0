"""Write to a buyer who has not bought for long, up to three times, until they come back or say no; value first.

Whoever waits for an answer of the shop's people, sends something back, or was here meanwhile is left in peace. There is
no discount: what the mails offer is an ear, and a choice of what to hear (INC-3).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cartback.domain.decision import SEND, STOP, Decision, Ready, Reason
from cartback.domain.flow_options import Span
from cartback.domain.flows import NEWS, WAYS_TO_LEAVE, Flow, LinkWish
from cartback.domain.gates import (
    ALLOWED,
    NOW,
    Moment,
    first_word,
    flow_is_on,
    is_due,
    marketing_goes_on,
    shop_is_willing,
)
from cartback.domain.language import read_by
from cartback.domain.people import tickets
from cartback.domain.people.awaited import LAPSED, Lapse
from cartback.domain.policy import Plan, Policy, Touch
from cartback.domain.subject import PERSON, Subject
from cartback.domain.trade import lapse, sale
from cartback.subjects import person as kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartback.domain.context import Context
    from cartback.domain.facts import Fact
    from cartback.domain.flows import Flood
    from cartback.domain.messaging.due import Due
    from cartback.domain.trade.orders import Order
    from cartback.domain.trade.returns import Return

APART = timedelta(days=3)
"""How far two of these messages are apart at least, also where the first of them had to wait."""
HELLO, EAR, CHOICE = "hello", "ear", "choice"
EAR_AFTER = Span(
    "ear_after",
    timedelta(days=7),
    "After how long the second message goes, counted from when somebody had lapsed (MKT-5).",
    APART,
    timedelta(days=14),
)
CHOICE_AFTER = Span(
    "choice_after",
    timedelta(days=14),
    "After how long the last one goes; three days after the second one at least.",
    2 * APART,
    timedelta(days=28),
)

FLOW = Flow(
    name="winback",
    starts_on=(LAPSED,),
    kind=PERSON,
    id_field="person_id",
    purpose="win back buyers who have not bought for long",
    topic="offers",
    rank=NEWS,
    steps=(HELLO, EAR, CHOICE),
    area="marketing",
    title="W11 Winback",
    kpi="margin of those who bought again, against those who were not written to",
    options=(EAR_AFTER, CHOICE_AFTER),
)

RESTS = timedelta(days=7)
"""Whoever was here so shortly before they had lapsed is not gone; what they did then is for others to answer."""
RETURN_COUNTS = timedelta(days=60)
"""How long a return is taken for open whose end nobody told."""
LINKS = (
    LinkWish("restore", lambda context, policy, now: now + policy.link_lifetime),
    *WAYS_TO_LEAVE,
)


def plan(policy: Policy, channels: Container[str]) -> Plan:
    """The three messages, by e-mail: their consent is for that."""
    ear, choice = policy.option(FLOW.name, EAR_AFTER), policy.option(FLOW.name, CHOICE_AFTER)
    spans = {HELLO: timedelta(0), EAR: ear, CHOICE: max(choice, ear + APART)}
    touches = tuple(Touch(name, after) for name, after in spans.items())
    return Plan(policy.version, touches, since="creation", give_up_after=policy.give_up_after)


# ── when ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def first_look(data: Mapping[str, object], policy: Policy) -> datetime | None:
    """At once: that somebody has lapsed is told when it is so."""
    return None


def look(due: Due, row: Any, policy: Policy, now: datetime) -> Decision | Due | None:
    """A run about somebody never waits on the list; what falls due for them does (``domain.people.awaited``)."""
    return None


def following(context: Context, plan: Plan, position: int, policy: Policy, now: datetime) -> datetime | None:
    """When the next message is due; None after the last."""
    known = _lapse(context)
    if position + 1 >= len(plan.touches) or known is None:
        return None
    return max(known.at + plan.touches[position + 1].after, now + APART)


# ── whether ──────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(
    context: Context,
    plan: Plan,
    position: int,
    generation: int,
    policy: Policy,
    now: datetime,
    crowded: bool = False,
) -> Decision:
    """Decide about a message: the first of ``GATES`` that speaks wins.

    They ask in this order: is this still the person's latest lapse; are shop and flow willing; did they buy or come
    back since; do they wait for an answer, or send something back; and then what any advertisement is asked.
    """
    if context.about is None:
        return Decision(STOP, Reason.SUBJECT_UNKNOWN)
    known = _lapse(context)
    if known is None:
        gone = context.person is None or context.person.erased_at is not None
        return Decision(STOP, Reason.ERASED if gone else Reason.SUPERSEDED)
    moment = Moment(
        context=context,
        subject=Subject(PERSON, context.about.person_id, generation),
        flow=FLOW,
        plan=plan,
        position=position,
        policy=policy,
        now=now,
        due_at=lambda at: known.at + at.step.after,
        latest_at=lambda at: known.at + at.step.after + at.plan.give_up_after,
        view_of=kind.view,
    )
    spoken = first_word(GATES, moment)
    if spoken is not None or not isinstance(moment.basis, Ready):
        return spoken or Decision(STOP, Reason.NO_ADDRESS)
    looked_at = {
        "due_at": moment.due.isoformat(),
        "orders": str(sum(order.counts for order in context.orders)),
        "lately": str(sum(1 for at in moment.person.sends if at > now - timedelta(days=7))),
        "policy_version": str(policy.version),
    }
    return Decision(SEND, Reason.DUE, inputs=looked_at, ready=moment.basis)


def is_the_latest(moment: Moment) -> Decision | None:
    """The person lapsed anew, or the same was told under another of their ids, which goes on with it."""
    known = _known(moment)
    if (known.generation, known.told_as) == (moment.subject.generation, moment.subject.id):
        return None
    return Decision(STOP, Reason.SUPERSEDED, inputs={"generation": str(known.generation)})


def bought_nothing_since(moment: Moment) -> Decision | None:
    """They bought, under any of their names; or somebody did who may be the same."""
    bought_at = lapse.last_bought(moment.person, moment.context.orders)
    if bought_at is None:
        return Decision(STOP, Reason.BOUGHT_SINCE, inputs={"orders": "0"})
    if lapse.generation_of(bought_at) <= moment.subject.generation:
        return None
    return Decision(STOP, Reason.BOUGHT_SINCE, inputs={"last_order_at": bought_at.isoformat()})


def stayed_away(moment: Moment) -> Decision | None:
    """They were here, a click or a cart says: what they looked for is no longer for this flow to guess."""
    since = _known(moment).at - RESTS
    seen_at = max(filter(None, (moment.person.clicked_at, *moment.person.carts_at)), default=None)
    if seen_at is None or seen_at <= since:
        return None
    return Decision(STOP, Reason.CAME_BACK, inputs={"seen_at": seen_at.isoformat()})


def waits_for_no_answer(moment: Moment) -> Decision | None:
    """A ticket of theirs is open, whatever it is about (CON-14)."""
    waiting = tickets.waiting(moment.person.tickets, moment.now)
    if waiting is None:
        return None
    return Decision(STOP, Reason.TICKET_OPEN, inputs={"ticket": waiting.ref, "since": waiting.at.isoformat()})


def sends_nothing_back(moment: Moment) -> Decision | None:
    """Goods of theirs are on their way back, or were asked to be; also of an order that was called off or paid back."""
    for order in moment.context.orders:
        if any(_is_open(each, order, moment.now) for each in order.returns.values()):
            return Decision(STOP, Reason.RETURN_OPEN, inputs={"order": order.order_ref})
    return None


GATES = (
    is_the_latest,
    shop_is_willing,
    flow_is_on,
    bought_nothing_since,
    stayed_away,
    waits_for_no_answer,
    sends_nothing_back,
    is_due,
    *ALLOWED,
    marketing_goes_on,
    *NOW,
)


def _is_open(known: Return, order: Order, now: datetime) -> bool:
    if known.state in (sale.CLOSED, sale.DECLINED) or known.closed_at is not None:
        return False
    told: Iterable[datetime | None] = (known.requested_at, known.received_at)
    latest = max(filter(None, told), default=order.placed_at)
    return latest is not None and now < latest + RETURN_COUNTS


def _lapse(context: Context) -> Lapse | None:
    """The latest lapse of whoever it is by now."""
    return context.person.lapse if context.person is not None else None


def _known(moment: Moment) -> Lapse:
    known = _lapse(moment.context)
    if known is None:
        raise LookupError("nobody lapsed")
    return known


# ── what ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def language(context: Context, face: Any) -> str:
    """The language to write in, in the order of ``language.spoken_to``, as far as the shop speaks it."""
    return read_by(context.person, None, face.languages)


def fields(
    context: Context, decision: Decision, face: Any, lang: str, wording: Callable[..., str]
) -> dict[str, object]:
    """The facts of the texts: to whom, and on which consent we write. What they bought is not told again: the mailbox
    of an order may be read by others by now."""
    if context.person is None or decision.ready is None:
        raise LookupError("nobody to write to")
    return {
        "about": FLOW.kind,
        "first_name": context.person.first_name,
        "basis": decision.ready.basis_kind,
    }


def floods(context: Context) -> tuple[Flood, ...]:
    """None: the person's budget bounds these messages."""
    return ()


def began(context: Context, policy: Policy) -> Fact | None:
    """Nothing: that somebody has lapsed is what the run began with."""
    return None
