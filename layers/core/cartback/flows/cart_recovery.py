"""Remind somebody of the cart that they left, up to three times, until they buy, empty it or say no."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cartback.domain.claims import EffectKey
from cartback.domain.decision import SEND, SKIP, STOP, WAIT, Decision, Named, Ready, Reason
from cartback.domain.facts import tell
from cartback.domain.flow_options import Flag
from cartback.domain.flows import MONEY, WAYS_TO_LEAVE, Flow, LinkWish
from cartback.domain.gates import (
    ALLOWED,
    NO_LIMITS,
    NOW,
    Limits,
    Moment,
    first_word,
    later,
    marketing_goes_on,
    nobody_waits_for_an_answer,
    shop_is_willing,
)
from cartback.domain.language import read_by
from cartback.domain.messaging import carriers
from cartback.domain.messaging.due import Due, listed_at
from cartback.domain.messaging.reminders import lately
from cartback.domain.people.identity import belongs, last_purchase
from cartback.domain.policy import MOST_MESSAGES, Plan, Policy, plan_for
from cartback.domain.subject import CART, Subject
from cartback.domain.trade import visits
from cartback.domain.trade.bots import suspect
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.left_over import LeftOver, bought_since, content_unknown, left_over
from cartback.domain.trade.line_names import names_of
from cartback.subjects import cart as kind

if TYPE_CHECKING:
    from cartback.domain.context import Context
    from cartback.domain.facts import Fact
    from cartback.domain.flows import Flood
    from cartback.domain.people.customer import Person

GO_ON_WITH_THE_REST = Flag(
    "go_on_with_the_rest",
    False,
    "Whether somebody who bought a part of a cart by another way is reminded of what is left of it, once "
    "`rest_after_purchase_hours` are over. Else whoever buys anything is left alone.",
)

FLOW = Flow(
    name="cart_recovery",
    starts_on=("cart.opened",),
    kind=CART,
    id_field="cart_id",
    purpose="win back an abandoned cart",
    topic="cart_reminders",
    rank=MONEY,
    area="sales",
    title="W01a Cart recovery",
    kpi="revenue of carts that were bought after a touch",
    options=(GO_ON_WITH_THE_REST,),
)

MOST_REARMS = 500
HEARD_LATE = timedelta(minutes=5)
"""Later than this after the shopper did it, we hear of it late: of what they did since, the order above all, perhaps
later still. Webhooks arrive within seconds; on bad days after 15 to 60 minutes, orders last (docs/promise.md)."""

LINKS = (LinkWish("restore", lambda context, policy, now: now + policy.link_lifetime), *WAYS_TO_LEAVE)


def plan(policy: Policy, channels: Container[str]) -> Plan:
    """The plan of a run that starts under this policy."""
    return plan_for(policy)


# ── when ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def due_at(cart: Cart, plan: Plan, position: int, policy: Policy) -> datetime:
    """When a touch of this cart is due: counted from the last activity, or from creation where the plan says so.

    The first touch also waits for the silence that makes a cart abandoned. Looking at the end of the silence *and*
    at the first touch would cost three more transitions per cart to find the same cart twice. What we heard late is
    not written about at once: the silence counts from then on, so that the order behind it gets its chance.
    """
    due = _by_the_shop(cart, plan, position, policy)
    if cart.heard_at is None or position or cart.heard_at - _active_at(cart) <= HEARD_LATE:
        return due
    return max(due, cart.heard_at + policy.silence)


def _by_the_shop(cart: Cart, plan: Plan, position: int, policy: Policy) -> datetime:
    after, active_at = plan.touches[position].after, _active_at(cart)
    if plan.since == "creation":
        return max((cart.started_at or active_at) + after, active_at + policy.silence)
    return active_at + (max(after, policy.silence) if position == 0 else after)


def _active_at(cart: Cart) -> datetime:
    """When the shopper last did something with it. Raises LookupError for a cart that nobody ever told of."""
    if cart.activity_at is None:
        raise LookupError("a cart without any activity")
    return cart.activity_at


def following(context: Context, plan: Plan, position: int, policy: Policy, now: datetime) -> datetime | None:
    """When the next touch of this cart is due; None after the last."""
    if position + 1 >= len(plan.touches) or context.cart is None:
        return None
    return due_at(context.cart, plan, position + 1, policy)


def first_due(
    activity_at: datetime, started_at: datetime | None, policy: Policy, heard_at: datetime | None = None
) -> datetime:
    """When a cart that is left alone from now on is looked at first: as soon as its first touch could be due.

    ``heard_at`` is when we heard of the activity, by our own clock.
    """
    planned = plan_for(policy)
    if not planned.touches:
        return activity_at + policy.silence
    left = Cart("", "", started_at=started_at or activity_at, activity_at=activity_at, heard_at=heard_at)
    return due_at(left, planned, 0, policy)


def first_look(data: Mapping[str, object], policy: Policy) -> datetime:
    """When the cart that a fact tells of is looked at first."""
    activity_at, started_at = (
        datetime.fromisoformat(str(data[name])) for name in ("activity_at", "started_at")
    )
    heard_at = datetime.fromisoformat(str(data["heard_at"])) if data.get("heard_at") else None
    return first_due(activity_at, started_at, policy, heard_at)


def look(due: Due, cart: Cart | None, policy: Policy, now: datetime) -> Decision | Due | None:
    """What becomes of an entry whose time has come: None, a run begins; an entry, it is listed anew; else why not.

    A shopper who never comes to rest is handed to a run after as many looks as a run would take.
    """
    gone = over(cart, None, due.generation, policy)
    if gone is not None or cart is None:
        return gone
    quiet = first_due(_active_at(cart), cart.started_at, policy, cart.heard_at)
    if quiet <= now or due.looks >= MOST_REARMS:
        return None
    return replace(due, due_at=listed_at(quiet, policy), worth=cart.total, looks=due.looks + 1)


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
    """Decide about touch number ``position`` (from 0) of a plan: the first of ``GATES`` that speaks wins.

    They ask: is it still about this cart; did they buy; is the shop willing; is a person behind it; did we hear in
    time; is it the newest of its visit; is it due; did they agree and still care; is it too late; is marketing paused;
    were they told enough; is anything left; do they wait for an answer; may it be now, or is another worth more.
    """
    moment = Moment(
        context=context,
        subject=Subject(CART, context.cart.cart_id if context.cart else "", generation),
        flow=FLOW,
        plan=plan,
        position=position,
        policy=policy,
        now=now,
        due_at=lambda at: due_at(_cart(at), at.plan, at.position, at.policy),
        latest_at=lambda at: _by_the_shop(_cart(at), at.plan, at.position, at.policy) + at.plan.give_up_after,
        limits_of=_limits,
        view_of=kind.view,
    )
    spoken = first_word(GATES, moment)
    if spoken is not None or not isinstance(moment.basis, Ready):
        return spoken or Decision(STOP, Reason.NO_ADDRESS)
    lines = lines_of(context)
    looked_at = {
        "due_at": moment.due.isoformat(),
        "lines": str(len(lines.left)),
        **lines.looked_at,
        "lately": str(sum(1 for at in moment.person.sends if at > now - timedelta(days=7))),
        "policy_version": str(policy.version),
        **moment.basis.ladder,
    }
    rest = policy.option(FLOW.name, GO_ON_WITH_THE_REST) and bought_since(_cart(moment), moment.person)
    goods = tuple(sorted(names_of(lines.left))) if lines.owned or rest else ()
    named = Named(goods, rest)
    return Decision(SEND, Reason.DUE, items=lines.left, inputs=looked_at, ready=moment.basis, named=named)


def over(cart: Cart | None, person: Person | None, generation: int, policy: Policy) -> Decision | None:
    """Why a run has nothing more to do with this cart, as far as cart and person say; None if it has."""
    if cart is None:
        return Decision(STOP, Reason.CART_UNKNOWN)
    ended = kind.ended(cart, generation)
    if ended is not None:
        inputs = {"generation": str(cart.generation)} if ended == Reason.REOPENED else {}
        return Decision(STOP, ended, inputs=inputs)
    bought_at = last_purchase(person) if person is not None else None
    if person is not None and bought_at is not None:
        bought = {"last_order_at": bought_at.isoformat()}
        if cart.started_at is None or bought_at >= cart.started_at:
            goes_on = policy.option(FLOW.name, GO_ON_WITH_THE_REST)
            if not goes_on or content_unknown(person, cart.started_at):
                return Decision(STOP, Reason.BOUGHT_ELSEWHERE, inputs=bought)
        elif bought_at + policy.rest_after_purchase > _active_at(cart):
            return Decision(STOP, Reason.BOUGHT_RECENTLY, inputs=bought)
    if person is not None and person.reachable and not belongs(cart, person):
        return Decision(STOP, Reason.OWNER_IN_DOUBT, inputs={"names": str(len(person.aliases))})
    if FLOW.name not in policy.flows:
        return Decision(STOP, Reason.FLOW_OFF, inputs={"policy_version": str(policy.version)})
    return None


def lines_of(context: Context) -> LeftOver:
    """Which lines may be named, and which may not."""
    return left_over(context.cart, context.person, context.stock)


def _cart(moment: Moment) -> Cart:
    """The cart. Raises LookupError where there is none: ``is_current`` is asked before."""
    if moment.context.cart is None:
        raise LookupError("there is no cart")
    return moment.context.cart


def _limits(moment: Moment, channel: str) -> Limits:
    """What carriers of the number's country ask of messages about a cart: how many, and until when."""
    cart, person = _cart(moment), moment.context.person
    phone = person.phone if person is not None else None
    rule = carriers.cart_rule(channel, phone)
    if rule is None:
        return NO_LIMITS
    own = EffectKey.of_message(cart.shop, FLOW.name, moment.subject, moment.step.name).claim_id
    before = [one for one in cart.reminders if one.channel == channel and one.claim_id != own]
    until = _active_at(cart) + rule.within
    if len(before) >= rule.most:
        return Limits(Reason.CARRIERS, until)
    return Limits(Reason.EXPIRED if moment.now > until else "", until)


def is_current(moment: Moment) -> Decision | None:
    """It was bought, emptied, reopened or forgotten, or is not the person's."""
    return over(moment.context.cart, moment.context.person, moment.subject.generation, moment.policy)


def a_person_is_behind_it(moment: Moment) -> Decision | None:
    """No person filled it."""
    rule = suspect(_cart(moment), moment.context.person, moment.policy.crowd)
    return None if rule is None else Decision(STOP, Reason.BOT, inputs={"rule": rule})


def heard_in_time(moment: Moment) -> Decision | None:
    """We heard of it only when its first touch would have been too late: none of them goes out."""
    cart = _cart(moment)
    latest = _by_the_shop(cart, moment.plan, 0, moment.policy) + moment.plan.give_up_after
    if cart.heard_at is None or cart.heard_at <= latest:
        return None
    return Decision(STOP, Reason.HEARD_TOO_LATE, inputs={"heard_at": cart.heard_at.isoformat()})


def newest_of_its_visit(moment: Moment) -> Decision | None:
    """A younger cart of the same visit is reminded of in place of this one."""
    person = moment.context.person
    other = visits.newer(person.visits if person is not None else (), _cart(moment), moment.policy.one_visit)
    return None if other is None else Decision(STOP, Reason.SUPERSEDED, inputs={"by": other.cart_id})


def shopper_rests(moment: Moment) -> Decision | None:
    """The shopper was active, so that the touch is not due yet."""
    due = moment.due
    if moment.now >= due:
        return None
    return Decision(WAIT, Reason.SHOPPER_ACTIVE, until=due, inputs={"due_at": due.isoformat()})


def not_told_already(moment: Moment) -> Decision | None:
    """The goods have had enough messages, or this very text, be it under the name of another cart."""
    cart, step, now, person = _cart(moment), moment.step, moment.now, moment.person
    own = EffectKey.of_message(cart.shop, FLOW.name, moment.subject, step.name).claim_id
    said = visits.said_before(person.visits, person.last_order_at, cart, moment.subject.generation, now)
    before = lately(cart.reminders, now, besides=own)
    elsewhere = {word.at for word in said} - {reminder.at for reminder in before}
    count = len(before) + len(elsewhere)
    if count >= MOST_MESSAGES:
        return Decision(SKIP, Reason.ENOUGH, inputs={"before": str(count)})
    if any(word.touch == step.name for word in said):
        return Decision(SKIP, Reason.TOLD_BEFORE, inputs={"before": str(count)})
    return None


def something_is_left(moment: Moment) -> Decision | None:
    """They own all of it by now, or nothing of it is to be had any more, or of each line one of the two is true."""
    lines = lines_of(moment.context)
    if lines.left:
        return None
    if not lines.owned:
        variants = " ".join(item.variant_id for item in lines.gone)
        return Decision(SKIP, Reason.OUT_OF_STOCK, inputs={"variants": variants})
    if lines.gone:
        return Decision(SKIP, Reason.NOTHING_LEFT, inputs=lines.looked_at)
    return Decision(STOP, Reason.OWNED, inputs=lines.looked_at)


def rests_after_a_part(moment: Moment) -> Decision | None:
    """They bought a part of it only just."""
    bought_at = last_purchase(moment.person)
    if bought_at is None or not bought_since(_cart(moment), moment.person):
        return None
    until = bought_at + moment.policy.rest_after_purchase
    return later(Reason.BOUGHT_RECENTLY, until, moment.latest) if moment.now < until else None


GATES = (
    is_current,
    shop_is_willing,
    a_person_is_behind_it,
    heard_in_time,
    newest_of_its_visit,
    shopper_rests,
    *ALLOWED,
    marketing_goes_on,
    not_told_already,
    something_is_left,
    rests_after_a_part,
    nobody_waits_for_an_answer,
    *NOW,
)


# ── what ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def language(context: Context, face: Any) -> str:
    """The language to write in, in the order of ``language.spoken_to``, as far as the shop speaks it."""
    told = context.cart.locale if context.cart else None
    return read_by(context.person, told, face.languages)


def fields(
    context: Context, decision: Decision, face: Any, lang: str, wording: Callable[..., str]
) -> dict[str, object]:
    """The facts of the texts: what is left of the cart and what it costs, and on which consent we write."""
    from cartback.domain.trade.bill import bill_of

    if context.cart is None or context.person is None or decision.ready is None:
        raise LookupError("nothing to write about")
    bill = bill_of(context.cart, decision.items, face.prices)
    return {
        "first_name": context.person.first_name,
        "items": bill.items,
        "total": bill.total,
        "discount": bill.discount,
        "net": bill.net,
        "further": bill.further,
        "basis": decision.ready.basis_kind,
    }


def floods(context: Context) -> tuple[Flood, ...]:
    """None: the person's budget bounds these messages."""
    return ()


def began(context: Context, policy: Policy) -> Fact | None:
    """The fact that a cart was left, told when its first touch is due."""
    cart = context.cart
    if cart is None:
        return None
    return tell(
        "cart.abandoned",
        cart.shop,
        _active_at(cart) + policy.silence,
        cart.generation,
        cart_id=cart.cart_id,
        generation=cart.generation,
        silent_since=cart.activity_at,
        stage=cart.stage,
        amount=cart.total.amount if cart.total else None,
        currency=cart.total.currency if cart.total else None,
    )
