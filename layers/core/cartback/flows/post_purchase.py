"""Thank for an order, tell how to care for what came, and show what goes with it, as long as the buyer keeps it.

The thanks answer the purchase and are transactional: for shops that send no confirmation of their own, and off until
they are switched on. The other two are advertising: they need a consent, count from when the goods are there, and are
over with the first word of a return, a refund, a cancellation or a parcel that never came.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cartback.domain.decision import SEND, SKIP, STOP, Decision, Ready, Reason
from cartback.domain.flow_options import Flag, Span, Text
from cartback.domain.flows import WAYS_TO_LEAVE, Flow, Opening
from cartback.domain.gates import (
    ALLOWED,
    NOW,
    Moment,
    address_on,
    first_word,
    flow_is_on,
    is_due,
    marketing_goes_on,
    not_too_late,
    shop_is_willing,
)
from cartback.domain.goods.catalogue import dressed
from cartback.domain.language import read_by
from cartback.domain.messaging.due import Due, listed_at
from cartback.domain.people import suppression, tickets
from cartback.domain.policy import Plan, Policy, Touch
from cartback.domain.shop.weblink import web_link
from cartback.domain.subject import ORDER, Subject
from cartback.domain.trade import sale
from cartback.domain.trade.arrival import CARRIED, PACKED, there_at
from cartback.domain.trade.ownership import belongs
from cartback.subjects import order as kind

if TYPE_CHECKING:
    from cartback.domain.context import Context
    from cartback.domain.facts import Fact
    from cartback.domain.flows import Flood
    from cartback.domain.trade.orders import Order

THANKS, CARE, CROSS_SELL = STEPS = ("thanks", "care_guide", "goes_with_it")
DAY = timedelta(days=1)

THANK = Flag("thanks", False, "Whether an order is thanked for at once: for shops that send no confirmation.")
CARE_AFTER = Span("care_after", 2 * DAY, "How long after delivery the guide goes.", DAY, 30 * DAY)
CROSS_AFTER = Span(
    "goes_with_it_after", 10 * DAY, "How long after delivery the third goes.", 3 * DAY, 60 * DAY
)
CARE_PAGE = Text("care_page", "", "The page on care and use. Without one, no guide is sent.")
CROSS_PAGE = Text(
    "goes_with_it_page", "", "The page of what goes with it; the shop's first page without one."
)

FLOW = Flow(
    name="post_purchase",
    starts_on=("order.paid", "order.shipped", "parcel.shipped", "parcel.delivered"),
    kind=ORDER,
    id_field="order_ref",
    purpose="help a buyer to enjoy what they bought, and show what goes with it",
    topic="offers",
    steps=STEPS,
    answers=(THANKS,),
    area="customers",
    title="W01b Post-purchase",
    kpi="returned orders among those written to, and purchases within 60 days",
    longest_wait=timedelta(),
    options=(THANK, CARE_AFTER, CROSS_AFTER, CARE_PAGE, CROSS_PAGE),
)

SETTLES = timedelta(minutes=10)
"""So long the thanks wait for what may still come of an order: that it was a test, or another's name for one."""
TOO_LATE = {THANKS: DAY, CARE: 7 * DAY, CROSS_SELL: 7 * DAY}

LOOKS_AGAIN, MOST_LOOKS = timedelta(hours=1), 24
"""How often an order is looked for that nobody told yet."""

LINKS = WAYS_TO_LEAVE


def plan(policy: Policy, channels: Container[str]) -> Plan:
    """The three steps, as this policy spaces them."""
    spans = (timedelta(), policy.option(FLOW.name, CARE_AFTER), policy.option(FLOW.name, CROSS_AFTER))
    touches = tuple(Touch(name, after) for name, after in zip(STEPS, spans, strict=True))
    return Plan(policy.version, touches, since="delivery", give_up_after=TOO_LATE[CARE])


# ── when ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def due_at(order: Order, plan: Plan, position: int) -> datetime | None:
    """When a step is due; None while nobody can say."""
    step = plan.touches[position]
    if step.name == THANKS:
        paid_at = order.paid_at or order.placed_at
        return paid_at + SETTLES if paid_at is not None else None
    there = there_at(order)
    return there + step.after if there is not None else None


def opening(data: Mapping[str, object], policy: Policy, now: datetime) -> Opening:
    """By a payment it begins with the thanks, where they are wanted; by what is sent, with what comes after them."""
    told = {name: datetime.fromisoformat(str(at)) for name, at in data.items() if name.endswith("_at") and at}
    paid_at = told.get("paid_at", now)
    care, cross = (step.after for step in plan(policy, ()).touches[1:])
    step, after = (CARE, care) if page_of(CARE, policy) is not None else (CROSS_SELL, cross)
    if "delivered_at" in told:
        return Opening(step, told["delivered_at"] + after)
    if "shipped_at" in told:
        return Opening(step, told["shipped_at"] + CARRIED + after)
    if policy.option(FLOW.name, THANK):
        return Opening(at=paid_at + SETTLES)
    return Opening(step, paid_at + PACKED + after)


def first_look(data: Mapping[str, object], policy: Policy) -> datetime | None:
    """As ``opening`` says."""
    return None


def look(due: Due, order: Order | None, policy: Policy, now: datetime) -> Decision | Due | None:
    """What becomes of an entry whose time has come: None, a run begins; an entry, it is listed anew; else why not.

    That an order was paid may be told before its row can be written: it is waited for a while.
    """
    if due.looks < MOST_LOOKS and is_unknown(order):
        return replace(due, due_at=listed_at(now + LOOKS_AGAIN, policy), looks=due.looks + 1)
    ended = over(order, policy)
    if ended is not None or order is None:
        return ended
    planned, position = plan(policy, ()), STEPS.index(due.step) if due.step else 0
    at = due_at(order, planned, position)
    if at is None:  # whatever is told of it next lists it anew
        return Decision(STOP, Reason.NOT_SHIPPED)
    if at <= now:
        return None
    return replace(due, due_at=listed_at(at, policy))


def following(context: Context, plan: Plan, position: int, policy: Policy, now: datetime) -> datetime | None:
    """When the next step is due; None after the last, and while nobody can say."""
    if position + 1 >= len(plan.touches):
        return None
    return due_at(_order(context), plan, position + 1)


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
    """Decide about a step: the first gate that speaks wins. The thanks ask no consent, and no cap."""
    ended = over(context.about, policy)
    if ended is not None:
        return ended
    order = _order(context)
    if due_at(order, plan, position) is None:
        return Decision(STOP, Reason.NOT_SHIPPED)
    moment = Moment(
        context=context,
        subject=Subject(ORDER, order.order_ref, generation),
        flow=FLOW,
        plan=plan,
        position=position,
        policy=policy,
        now=now,
        due_at=lambda at: due_at(_order(at.context), at.plan, at.position) or at.now,
        latest_at=lambda at: at.due + TOO_LATE[at.step.name],
        view_of=kind.view,
    )
    answers = moment.step.name in FLOW.answers
    spoken = first_word(ANSWER if answers else ADVERTISING, moment)
    if spoken is not None:
        return spoken
    ready = _answer(moment) if answers else moment.basis
    if isinstance(ready, Decision):
        return ready
    page = page_of(moment.step.name, policy)
    told = {"due_at": moment.due.isoformat(), "policy_version": str(policy.version)}
    items = tuple(dressed(item, context.stock.get(item.variant_id)) for item in order.items)
    return Decision(
        SEND, Reason.DUE, items=items, inputs=told | ({"page": page} if page else {}), ready=ready
    )


def over(order: Order | None, policy: Policy) -> Decision | None:
    """Why nothing is to be said about an order any more, as far as it says itself; None if there is."""
    if order is None or is_unknown(order):
        return Decision(STOP, Reason.SUBJECT_UNKNOWN)
    ended = kind.ended(order, 1)
    if ended is not None:
        return Decision(STOP, ended)
    for holds, reason in (
        (order.test, Reason.TEST_ORDER),
        (order.staff or order.in_store or order.renewal, Reason.NO_CHECKOUT),
        (order.is_cancelled, Reason.ORDER_CANCELLED),
        (bool(order.refunds), Reason.ORDER_REFUNDED),
        (any(each.counts for each in order.returns.values()), Reason.RETURN_ASKED),
        (any(each.state == sale.UNDELIVERABLE for each in order.parcels.values()), Reason.NOT_DELIVERED),
        (not order.paid, Reason.NOT_PAID),
        (not policy.is_news(FLOW.name, order.placed_at), Reason.OLDER_THAN_FLOW),
    ):
        if holds:
            return Decision(STOP, reason)
    return None


def is_unknown(order: Order | None) -> bool:
    """Whether nobody has told yet that it was made, only of its payment or its parcel."""
    return order is None or (order.placed_at is None and not order.joined and order.erased_at is None)


def _order(context: Context) -> Order:
    """The order. Raises LookupError where there is none: ``over`` is asked before."""
    if context.about is None:
        raise LookupError("there is no order")
    order: Order = context.about
    return order


def is_theirs(moment: Moment) -> Decision | None:
    """It was told with another address than the person's, by an account that is not theirs either."""
    person = moment.context.person
    if person is None or not person.reachable or belongs(_order(moment.context), person):
        return None
    return Decision(STOP, Reason.OWNER_IN_DOUBT, inputs={"names": str(len(person.aliases))})


def wanted(moment: Moment) -> Decision | None:
    """The shop wants no thanks, or has no page that a guide could lead to."""
    step, policy = moment.step.name, moment.policy
    if step == THANKS and not policy.option(FLOW.name, THANK):
        return Decision(SKIP, Reason.NOT_WANTED)
    return Decision(SKIP, Reason.NO_GUIDE) if step == CARE and page_of(step, policy) is None else None


def waits_for_no_answer(moment: Moment) -> Decision | None:
    """Whoever waits for an answer of the shop's people, about this order or in general, is not advertised to."""
    waiting = tickets.waiting(moment.person.tickets, moment.now, _order(moment.context).order_ref)
    return None if waiting is None else Decision(STOP, Reason.TICKET_OPEN, inputs={"ticket": waiting.ref})


def has_not_bought_since(moment: Moment) -> Decision | None:
    """Whoever bought again has an order of later days, which is written about in its turn."""
    order = _order(moment.context)
    later = [
        each.placed_at
        for each in moment.person.purchases
        if each.ref != order.order_ref and order.placed_at is not None and each.placed_at > order.placed_at
    ]
    if moment.step.name != CROSS_SELL or not later:
        return None
    return Decision(SKIP, Reason.BOUGHT_AGAIN, inputs={"bought_at": max(later).isoformat()})


def _answer(moment: Moment) -> Ready | Decision:
    """Whom the thanks go to. They stand on the purchase, and need no consent."""
    person = moment.context.person
    address = address_on(person, moment.step.channel)
    if person is None or address is None:
        gone = person is not None and person.erased_at is not None
        return Decision(STOP, Reason.ERASED if gone else Reason.NO_ADDRESS)
    blocked = suppression.reason_at(person, moment.now, moment.step.channel)
    if blocked is not None:
        return Decision(STOP, blocked)
    return Ready(
        moment.subject, person.person_id, address, "service/answer to an order", "service", "service"
    )


ANSWER = (is_theirs, shop_is_willing, flow_is_on, wanted, is_due, not_too_late)
ADVERTISING = (
    is_theirs,
    shop_is_willing,
    flow_is_on,
    wanted,
    is_due,
    *ALLOWED,
    waits_for_no_answer,
    has_not_bought_since,
    marketing_goes_on,
    *NOW,
)


# ── what ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def page_of(step: str, policy: Policy) -> str | None:
    """The page of the shop that a step leads to; None for its first page, and for what is no link."""
    if step == CARE:
        return web_link(policy.option(FLOW.name, CARE_PAGE))
    return web_link(policy.option(FLOW.name, CROSS_PAGE)) if step == CROSS_SELL else None


def language(context: Context, face: Any) -> str:
    """The language to write in, in the order of ``language.spoken_to``, as far as the shop speaks it."""
    return read_by(context.person, None, face.languages)


def fields(
    context: Context, decision: Decision, face: Any, lang: str, wording: Callable[..., str]
) -> dict[str, object]:
    """The facts of the texts: what was bought, where the button leads, and on which basis we write."""
    if context.person is None or decision.ready is None:
        raise LookupError("nothing to write about")
    return {
        "first_name": context.person.first_name,
        "items": decision.items,
        "further": _order(context).further,
        "page_url": decision.inputs.get("page") or face.url,
        "basis": decision.ready.basis_kind,
    }


def floods(context: Context) -> tuple[Flood, ...]:
    """None: the person's budget bounds what is advertised, and an order is thanked for once."""
    return ()


def began(context: Context, policy: Policy) -> Fact | None:
    """Nothing: that an order was paid has been told."""
    return None
