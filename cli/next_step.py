"""What would come next for a cart, by the rules of now: a run that is under way keeps the plan that it began with."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from cartback import flows, subjects
from cartback.domain.decision import SEND, SKIP, WAIT
from cartback.domain.policy import Policy
from cartback.domain.trade.cart import Cart
from cartback.ports import Records
from cli.story import Moment

FLOW = "cart_recovery"


@dataclass(frozen=True, slots=True)
class Next:
    """The next step of a cart: which touch, what would be decided about it now, why, and until when it waits."""

    touch: str | None
    word: str
    reason: str
    until: datetime | None


def next_step(
    records: Records,
    cart: Cart,
    story: Iterable[Moment],
    policy: Policy,
    channels: Collection[str],
    now: datetime,
) -> Next | None:
    """What the rules say of the first touch that has not had its turn. None for a cart that nobody is reminded of."""
    if not cart.is_open or FLOW not in policy.flows:
        return None
    rules = flows.rules(FLOW)
    plan = rules.plan(policy, channels)
    passed = {
        each.data.get("touch")
        for each in story
        if each.kind == "decision"
        and each.data.get("word") in (SEND, SKIP)
        and each.data.get("generation", str(cart.generation)) == str(cart.generation)
    }
    position = next((i for i, touch in enumerate(plan.touches) if touch.name not in passed), None)
    if position is None:
        return Next(None, "stop", "all_done", None)
    context = records.context(cart.shop, cart.cart_id, cart.person_id, None, subjects.kind("cart"))
    decision = rules.decide(context, plan, position, cart.generation, policy, now)
    until = decision.until if decision.word == WAIT else None
    return Next(plan.touches[position].name, str(decision.word), str(decision.reason), until)
