"""Look whether a run's time has come: on waking, read the row and obey it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cartback import flows, subjects
from cartback.domain.channels import open_to
from cartback.domain.decision import STOP, WAIT, Decision, Reason
from cartback.domain.messaging.timing import whole_seconds
from cartback.ports import TimelineEntry
from cartback.usecases.messaging.closing import close
from cartback.usecases.runs import MOST_LOOKS, decision_line

if TYPE_CHECKING:
    from cartback.ports import Bus, Clock, Ledger, Records, Settings
    from cartback.usecases.runs import Run

END = "end"
"""What machines call the look after the last step."""


@dataclass(frozen=True, slots=True)
class Look:
    """Read the truth about a run's subject, and answer with one word. ``step`` asks for a step by its name.

    Called without a step, as runs of 0.1 do, it answers ``wait`` (the shopper was active), ``touch`` (with the plan),
    or ``stop``.
    """

    records: Records
    settings: Settings
    ledger: Ledger
    bus: Bus
    clock: Clock
    channels: Collection[str]

    def step(self, run: Run, name: str) -> dict[str, object]:
        """Look whether the step of this name is still to be taken, or, as ``end``, what is left after the last one.

        Answers ``next`` if nothing speaks against it, ``wait`` until it is due, or ``stop``, with which the subject is
        let go of. Raises KeyError for a step that the flow's card does not have.
        """
        now, rules, kind = self.clock.now(), flows.rules(run.flow), subjects.kind(run.kind)
        steps = (*rules.FLOW.steps, END)
        if name not in steps:
            raise KeyError(name)
        position = steps.index(name)
        policy = self.settings.policy(run.shop)
        if policy is None:
            decision = Decision(STOP, Reason.SHOP_UNKNOWN)
        else:
            context = self.records.context(run.shop, run.subject_id, run.person_id, run.variants, kind)
            plan = rules.plan(policy, self._open_to(run.shop))
            decision = rules.decide(context, plan, position, run.generation, policy, now)
        line = decision_line(run, name, decision, policy.version if policy else 0, now)
        self.ledger.note(run.shop, run.subject.timeline, line)
        known = {"person_id": run.person_id, "variants": list(run.variants)}
        if decision.word == STOP:
            self._let_go(run, decision.reason, now, decision.inputs.get("by"))
            return {"next": "stop", "wait_seconds": 1, "known": known}
        if decision.word == WAIT and decision.until is not None:
            return {"next": "wait", "wait_seconds": whole_seconds(now, decision.until), "known": known}
        return {"next": "next", "wait_seconds": 1, "known": known}

    def __call__(self, run: Run, rearms: int) -> dict[str, object]:
        now, rules, kind = self.clock.now(), flows.rules(run.flow), subjects.kind(run.kind)
        policy = self.settings.policy(run.shop)
        if policy is None:
            return self._stop(run, Reason.SHOP_UNKNOWN, now)
        plan = rules.plan(policy, self._open_to(run.shop))
        if not plan.touches:
            return self._stop(run, Reason.NO_TOUCHES, now)
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
                return self._stop(run, Reason.RESTLESS, now)
            seconds = whole_seconds(now, decision.until)
            return {"next": "wait", "wait_seconds": seconds, "rearms": rearms + 1, "plan": None, **known}
        began = rules.began(context, policy)
        if began is not None:
            self.bus.publish([began])
        return {"next": "touch", "wait_seconds": 1, "rearms": rearms, "plan": plan.as_variables(), **known}

    def _open_to(self, shop: str) -> frozenset[str]:
        """The channels on which a shop can write."""
        face = self.settings.shop(shop)
        return open_to(self.channels, face.senders if face is not None else ())

    def _stop(
        self, run: Run, reason: str, now: datetime, noted: bool = False, by: str | None = None
    ) -> dict[str, object]:
        if not noted:
            line = TimelineEntry(
                now, "decision", {"word": STOP.value, "reason": reason, "flow": run.flow, "run": run.name}
            )
            self.ledger.note(run.shop, run.subject.timeline, line)
        self._let_go(run, reason, now, by)
        return {
            "next": "stop",
            "wait_seconds": 1,
            "rearms": 0,
            "plan": None,
            "person_id": run.person_id,
            "variants": list(run.variants),
        }

    def _let_go(self, run: Run, reason: str, now: datetime, by: str | None) -> None:
        """Close the subject for this run, and tell so."""
        kind = subjects.kind(run.kind)
        row = close(self.records, kind, run.shop, run.subject_id, run.generation, reason, run.name, now, by)
        fact = kind.told_end(row, run.generation, reason, now) if row is not None else None
        if fact is not None:
            self.bus.publish([fact])
