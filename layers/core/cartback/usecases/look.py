"""Look whether a run's time has come: on waking, read the row and obey it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cartback import flows, subjects
from cartback.domain.decision import STOP, WAIT, Reason
from cartback.domain.messaging.timing import whole_seconds
from cartback.ports import TimelineEntry
from cartback.usecases.messaging.closing import close
from cartback.usecases.runs import decision_line

if TYPE_CHECKING:
    from cartback.ports import Bus, Clock, Ledger, Records, Settings
    from cartback.usecases.runs import Run

MOST_LOOKS = 500
"""A shopper who never comes to rest cannot keep a run for ever."""


@dataclass(frozen=True, slots=True)
class Look:
    """Answer a run with one word: ``wait`` (the shopper was active), ``touch`` (with the plan), or ``stop``."""

    records: Records
    settings: Settings
    ledger: Ledger
    bus: Bus
    clock: Clock
    channels: Container[str]

    def __call__(self, run: Run, rearms: int) -> dict[str, object]:
        now, rules, kind = self.clock.now(), flows.rules(run.flow), subjects.kind(run.kind)
        policy = self.settings.policy(run.shop)
        if policy is None:
            return self._stop(run, Reason.SHOP_UNKNOWN, now)
        plan = rules.plan(policy, self.channels)
        if not plan.touches:
            return self._stop(run, "no_touches", now)
        context = self.records.context(run.shop, run.subject_id, run.person_id, None, kind)
        decision = rules.decide(context, plan, 0, run.generation, policy, now)
        line = decision_line(run, "watch", decision, policy.version, now)
        self.ledger.note(run.shop, run.subject.timeline, line)
        if decision.word == STOP:
            return self._stop(run, decision.reason, now, noted=True, by=decision.inputs.get("by"))
        person = context.person
        known = {
            "person_id": person.person_id if person else None,
            "variants": list(kind.view(context.about).variants),
        }
        if decision.word == WAIT and decision.reason in (Reason.SHOPPER_ACTIVE, Reason.NOT_YET):
            if rearms >= MOST_LOOKS or decision.until is None:
                return self._stop(run, "restless", now)
            seconds = whole_seconds(now, decision.until)
            return {"next": "wait", "wait_seconds": seconds, "rearms": rearms + 1, "plan": None, **known}
        began = rules.began(context, policy)
        if began is not None:
            self.bus.publish([began])
        return {"next": "touch", "wait_seconds": 1, "rearms": rearms, "plan": plan.as_variables(), **known}

    def _stop(
        self, run: Run, reason: str, now: datetime, noted: bool = False, by: str | None = None
    ) -> dict[str, object]:
        if not noted:
            line = TimelineEntry(
                now, "decision", {"word": STOP.value, "reason": reason, "flow": run.flow, "run": run.name}
            )
            self.ledger.note(run.shop, run.subject.timeline, line)
        kind = subjects.kind(run.kind)
        row = close(self.records, kind, run.shop, run.subject_id, run.generation, reason, run.name, now, by)
        fact = kind.told_end(row, run.generation, reason, now) if row is not None else None
        if fact is not None:
            self.bus.publish([fact])
        return {
            "next": "stop",
            "wait_seconds": 1,
            "rearms": 0,
            "plan": None,
            "person_id": run.person_id,
            "variants": list(run.variants),
        }
