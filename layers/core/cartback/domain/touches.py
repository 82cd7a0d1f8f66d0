"""Whether a touch goes out now: every rule, in the order in which they are asked, with the reason as a word.

``decide`` is pure: the same rows, plan and instant give the same answer, so that a decision that was kept can be
repeated and explained.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cartback.domain.claims import EffectKey
from cartback.domain.consent.permission import accepted, permission
from cartback.domain.consent.preferences import free_at
from cartback.domain.context import Context
from cartback.domain.flows import MONEY
from cartback.domain.goods.catalogue import dressed, still_there
from cartback.domain.messaging.budget import Intent, makes_room_until
from cartback.domain.messaging.engagement import engaged_at
from cartback.domain.messaging.reminders import lately
from cartback.domain.messaging.send_window import opening
from cartback.domain.messaging.timing import after_caps
from cartback.domain.people import suppression
from cartback.domain.people.customer import Person
from cartback.domain.people.identity import belongs, last_purchase, refused_by
from cartback.domain.policy import MOST_MESSAGES, Plan, Policy, Touch
from cartback.domain.shop import grace
from cartback.domain.subject import CART, Subject
from cartback.domain.trade import visits
from cartback.domain.trade.bots import suspect
from cartback.domain.trade.cart import Cart, Item

SEND, WAIT, SKIP, STOP = "send", "wait", "skip", "stop"
MOST_REARMS = 500
SUPERSEDED = "superseded"
PAUSED = "paused_deliverability"
"""Why marketing of a shop is paused: too many of its mails bounced, or were called spam."""

HEARD_LATE = timedelta(minutes=5)
"""Later than this after the shopper did it, we hear of it late: of what they did since, the order above all, perhaps
later still. Webhooks arrive within seconds; on bad days after 15 to 60 minutes, orders last (docs/promise.md)."""

PURPOSE = "cart_reminders"
"""What a touch of a cart is for: the purpose that its consent must cover."""


@dataclass(frozen=True, slots=True)
class Decision:
    """``word`` is what happens, ``reason`` why, ``inputs`` what was looked at (ids and numbers, never people).

    ``until`` is set for ``wait``; ``items`` for ``send``: the lines that are still to be had.
    """

    word: str
    reason: str
    until: datetime | None = None
    items: tuple[Item, ...] = ()
    inputs: dict[str, str] = field(default_factory=dict)


def decide(
    context: Context, plan: Plan, position: int, generation: int, policy: Policy, now: datetime
) -> Decision:
    """Decide about touch number ``position`` (from 0) of a plan.

    Rules, first that speaks wins: is the run still about this cart; did the person buy; is the shop willing; is there
    a person behind it; did we hear of it in time; is it the newest of its visit; is it due; is there somebody who
    agreed and still cares; is it too old; is marketing paused; were these goods spoken of enough; is anything left in
    stock; may it be now, as the shop's news, the person's wishes and the shop's hours are, or does another message
    need the place more.
    """
    cart, person = context.cart, context.person
    ended = _ended(context, plan, generation, policy)
    if ended is not None:
        return ended
    due = due_at(cart, plan, position, policy)
    if now < due:
        return Decision(WAIT, "shopper_active", until=due, inputs={"due_at": due.isoformat()})
    channel = plan.touches[position].channel
    silent = _without_basis(context, channel, policy, now) or _silent(context, policy, now)
    if silent is not None:
        return silent
    latest = _by_the_shop(cart, plan, position, policy) + plan.give_up_after
    if now > latest:
        return Decision(SKIP, "expired", inputs={"due_at": due.isoformat()})
    if context.shop_block == PAUSED:
        # Left out, not kept waiting: what is paused must not burst out all at once when it goes on.
        return Decision(SKIP, PAUSED)
    told = _told_already(cart, person, plan.touches[position], generation, now)
    if told is not None:
        return told
    left = tuple(
        dressed(item, context.stock.get(item.variant_id))
        for item in cart.items
        if still_there(context.stock.get(item.variant_id))
    )
    if not left:
        return Decision(SKIP, "out_of_stock", inputs={"variants": " ".join(i.variant_id for i in cart.items)})
    held = _behind(context, due, latest, policy, now) or _not_now(
        cart, person, plan.touches[position].channel, policy, latest, now
    )
    if held is not None:
        return held
    looked_at = {
        "due_at": due.isoformat(),
        "lines": str(len(left)),
        "lately": str(sum(1 for at in person.sends if at > now - timedelta(days=7))),
        "policy_version": str(policy.version),
    }
    return Decision(SEND, "due", items=left, inputs=looked_at)


def intent_of(cart: Cart, flow: str, due_at: datetime, rank: str = MONEY) -> Intent:
    """What a run means to send next about a cart: worth what the cart holds, in the rank of its flow."""
    return Intent(cart.cart_id, flow, due_at, cart.total, rank=rank)


def due_at(cart: Cart, plan: Plan, position: int, policy: Policy) -> datetime:
    """When a touch of this cart is due: counted from the last activity, or from creation where the plan says so.

    The first touch also waits for the silence that makes a cart abandoned. Looking at the end of the silence *and*
    at the first touch would cost three more transitions per cart to find the same cart twice. What we heard late is
    not written about at once: the silence counts from then on, so that the order behind it gets its chance.
    """
    due = _by_the_shop(cart, plan, position, policy)
    late = cart.heard_at is not None and cart.heard_at - cart.activity_at > HEARD_LATE
    return max(due, cart.heard_at + policy.silence) if late and position == 0 else due


def _by_the_shop(cart: Cart, plan: Plan, position: int, policy: Policy) -> datetime:
    after = plan.touches[position].after
    if plan.since == "creation":
        return max(cart.started_at + after, cart.activity_at + policy.silence)
    return cart.activity_at + (max(after, policy.silence) if position == 0 else after)


def over(cart: Cart | None, person: Person | None, generation: int, policy: Policy) -> Decision | None:
    """Why a run has nothing more to do with this cart, as far as cart and person say; None if it has."""
    if cart is None:
        return Decision(STOP, "cart_unknown")
    if cart.generation != generation:
        return Decision(STOP, "reopened_since", inputs={"generation": str(cart.generation)})
    if not cart.is_open:
        return Decision(STOP, cart.status if cart.items or cart.status != "open" else "emptied")
    bought_at = last_purchase(person) if person is not None else None
    if bought_at is not None:
        bought = {"last_order_at": bought_at.isoformat()}
        if cart.started_at is None or bought_at >= cart.started_at:
            return Decision(STOP, "bought_elsewhere", inputs=bought)
        if bought_at + policy.rest_after_purchase > cart.activity_at:
            return Decision(STOP, "bought_recently", inputs=bought)
    if person is not None and person.reachable and not belongs(cart, person):
        return Decision(STOP, "owner_in_doubt", inputs={"names": str(len(person.aliases))})
    if "cart_recovery" not in policy.flows:
        return Decision(STOP, "flow_off", inputs={"policy_version": str(policy.version)})
    return None


def _too_old(cart: Cart, plan: Plan, policy: Policy) -> Decision | None:
    """A cart that we heard of only when its first touch would have been too late: none of them goes out."""
    latest = _by_the_shop(cart, plan, 0, policy) + plan.give_up_after
    if cart.heard_at is None or cart.heard_at <= latest:
        return None
    return Decision(STOP, "heard_too_late", inputs={"heard_at": cart.heard_at.isoformat()})


def _ended(context: Context, plan: Plan, generation: int, policy: Policy) -> Decision | None:
    """Why nobody is reminded of this cart any more, whichever touch it is."""
    cart, person = context.cart, context.person
    return (
        over(cart, person, generation, policy)
        or _nobody(context, policy)
        or _too_old(cart, plan, policy)
        or _superseded(cart, person, policy)
    )


def _behind(
    context: Context, due: datetime, latest: datetime, policy: Policy, now: datetime
) -> Decision | None:
    """News of the shop comes late: this person's order may be among what is missing."""
    until = grace.until(context.behind_at, due, policy.silence)
    return _later("shop_behind", until, latest) if until is not None and now < until else None


def _superseded(cart: Cart, person: Person | None, policy: Policy) -> Decision | None:
    """A younger cart of the same visit is reminded of in place of this one."""
    other = visits.newer(person, cart, policy.one_visit)
    return None if other is None else Decision(STOP, SUPERSEDED, inputs={"by": other.cart_id})


def _told_already(
    cart: Cart, person: Person, touch: Touch, generation: int, now: datetime
) -> Decision | None:
    """The goods have had enough messages, or this very text, be it under the name of another cart."""
    key = EffectKey(
        cart.shop, "cart_recovery", Subject(CART, cart.cart_id, generation), touch.name, touch.channel
    )
    said = visits.said_before(person, cart, generation, now)
    before = lately(cart.reminders, now, besides=key.claim_id)
    elsewhere = {word.at for word in said} - {reminder.at for reminder in before}
    count = len(before) + len(elsewhere)
    if count >= MOST_MESSAGES:
        return Decision(SKIP, "enough_for_cart", inputs={"before": str(count)})
    if any(word.touch == touch.name for word in said):
        return Decision(SKIP, "told_before", inputs={"before": str(count)})
    return None


def _nobody(context: Context, policy: Policy) -> Decision | None:
    """The shop is gone, or there is no person behind the cart."""
    if context.shop_block not in (None, PAUSED):
        return Decision(STOP, context.shop_block)
    rule = suspect(context.cart, context.person, policy.crowd)
    return None if rule is None else Decision(STOP, "bot", inputs={"rule": rule})


def _silent(context: Context, policy: Policy, now: datetime) -> Decision | None:
    since = engaged_at(context.person, context.cart)
    if since is None or since + policy.silent_after > now:
        return None
    return Decision(STOP, "silent_for_long", inputs={"engaged_at": since.isoformat()})


def _without_basis(context: Context, channel: str, policy: Policy, now: datetime) -> Decision | None:
    person = context.person
    if person is None or not person.reachable:
        return Decision(STOP, "erased" if person is not None and person.erased_at else "no_address")
    blocked = suppression.reason_at(person, now)
    if blocked is not None:
        return Decision(STOP, blocked)
    allowed = permission(person, channel, PURPOSE, policy)
    if allowed.reason is None and not refused_by(context.account, allowed.word):
        return None
    enough = " ".join(sorted(accepted(policy, channel, PURPOSE)))
    looked_at = {"channel": channel, "purpose": PURPOSE, "accepted": enough, "pack": policy.pack}
    return Decision(STOP, allowed.reason or "opted_out", inputs=looked_at)


def _not_now(
    cart: Cart, person: Person, channel: str, policy: Policy, latest: datetime, now: datetime
) -> Decision | None:
    """What speaks against this very instant: a wish, the caps, the hour, or a message that is worth more."""
    wished = _as_wished(person, latest, now)
    if wished is not None:
        return wished
    free = after_caps(now, person.sends, policy.caps)
    if free is None:
        return Decision(SKIP, "cap_is_zero")
    allowed = opening(free, person, channel, policy)
    if allowed.at > latest:
        return Decision(SKIP, "no_room_in_budget", inputs={"free_at": allowed.at.isoformat()})
    if allowed.at > now:
        at_night = "quiet_hours" if allowed.common else "no_common_hour"
        looked_at = {"until": allowed.at.isoformat(), "zones": " ".join(allowed.zones)}
        return Decision(WAIT, "budget_spent" if free > now else at_night, until=allowed.at, inputs=looked_at)
    better = _makes_room_until(cart, person, policy, now)
    return _later("makes_room", better, latest, "no_room_in_budget") if better is not None else None


def _makes_room_until(cart: Cart, person: Person, policy: Policy, now: datetime) -> datetime | None:
    def free(instant: datetime, sends: tuple[datetime, ...]) -> datetime | None:
        return after_caps(free_at(instant, sends, person.prefs), sends, policy.caps)

    first_after = max(policy.touches[0].after, policy.silence) if policy.touches else policy.silence
    rivals = [rival.resolved(first_after) for rival in person.intents]
    return makes_room_until(rivals, intent_of(cart, "cart_recovery", now), person.sends, free, now)


def _as_wished(person: Person, latest: datetime, now: datetime) -> Decision | None:
    """What the person's own preferences say against this instant; skipped if it would wait beyond ``latest``."""
    wishes = person.prefs
    if wishes.paused(now):
        return _later("paused", wishes.paused_until, latest)
    free = free_at(now, person.sends, wishes)
    return _later("too_often_for_person", free, latest) if free > now else None


def _later(reason: str, until: datetime, latest: datetime, too_late: str | None = None) -> Decision:
    looked_at = {"until": until.isoformat()}
    if until > latest:
        return Decision(SKIP, too_late or reason, inputs=looked_at)
    return Decision(WAIT, reason, until=until, inputs=looked_at)
