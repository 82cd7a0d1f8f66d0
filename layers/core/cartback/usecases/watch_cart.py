"""Look whether a cart was abandoned: on waking, read the row and obey it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.facts import tell
from cartback.domain.messaging.timing import whole_seconds
from cartback.domain.policy import plan_for
from cartback.domain.touches import MOST_REARMS, STOP, WAIT, decide
from cartback.ports import TimelineEntry
from cartback.usecases.messaging.closing import close
from cartback.usecases.runs import decision_line, ended_by, given_up

if TYPE_CHECKING:
    from cartback.domain.facts import Fact
    from cartback.domain.policy import Policy
    from cartback.domain.touches import Decision
    from cartback.domain.trade.cart import Cart
    from cartback.ports import Bus, Clock, Ledger, Records, Settings
    from cartback.usecases.runs import Run


@dataclass(frozen=True, slots=True)
class WatchCart:
    """Answer a run with one word: ``wait`` (the shopper was active), ``touch`` (with the plan), or ``stop``."""

    records: Records
    settings: Settings
    ledger: Ledger
    bus: Bus
    clock: Clock
    channels: Container[str]

    def __call__(self, run: Run, rearms: int) -> dict[str, object]:
        now = self.clock.now()
        policy = self.settings.policy(run.shop)
        if policy is None:
            return self._stop(run, "shop_unknown", now)
        plan = plan_for(policy, self.channels)
        if not plan.touches:
            return self._stop(run, "no_touches", now)
        context = self.records.context(run.shop, run.subject_id, run.person_id, None)
        decision = decide(context, plan, 0, run.generation, policy, now)
        self._note(run, decision, policy, now)
        if decision.word == STOP:
            return self._stop(run, decision.reason, now, noted=True, by=decision.inputs.get("by"))
        cart, person = context.cart, context.person
        known = {
            "person_id": person.person_id if person else None,
            "variants": [item.variant_id for item in cart.items],
        }
        if decision.word == WAIT and decision.reason == "shopper_active":
            if rearms >= MOST_REARMS:
                return self._stop(run, "restless", now)
            seconds = whole_seconds(now, decision.until)
            return {"next": "wait", "wait_seconds": seconds, "rearms": rearms + 1, "plan": None, **known}
        self.bus.publish([_abandoned(cart, policy)])
        return {"next": "touch", "wait_seconds": 1, "rearms": rearms, "plan": plan.as_variables(), **known}

    def _stop(
        self, run: Run, reason: str, now: datetime, noted: bool = False, by: str | None = None
    ) -> dict[str, object]:
        if not noted:
            line = TimelineEntry(
                now, "decision", {"word": STOP, "reason": reason, "flow": run.flow, "run": run.name}
            )
            self.ledger.note(run.shop, run.subject.timeline, line)
        cart = close(self.records, run.shop, run.subject_id, run.generation, reason, run.name, now, by)
        if ended_by(cart, run, reason):
            self.bus.publish([given_up(cart, cart.closed_because, now)])
        return {
            "next": "stop",
            "wait_seconds": 1,
            "rearms": 0,
            "plan": None,
            "person_id": run.person_id,
            "variants": list(run.variants),
        }

    def _note(self, run: Run, decision: Decision, policy: Policy, now: datetime) -> None:
        self.ledger.note(
            run.shop, run.subject.timeline, decision_line(run, "watch", decision, policy.version, now)
        )


def _abandoned(cart: Cart, policy: Policy) -> Fact:
    return tell(
        "cart.abandoned",
        cart.shop,
        cart.activity_at + policy.silence,
        cart.generation,
        cart_id=cart.cart_id,
        generation=cart.generation,
        silent_since=cart.activity_at,
        stage=cart.stage,
        amount=cart.total.amount if cart.total else None,
        currency=cart.total.currency if cart.total else None,
    )
