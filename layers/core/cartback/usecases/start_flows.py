"""Start the runs that a fact asks for, each once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.flows import subject_of
from cartback.domain.messaging.due import Due, first_due, listed_at, waits_on_list
from cartback.domain.messaging.timing import whole_seconds
from cartback.domain.money import Money
from cartback.flows import started_by
from cartback.usecases.starting import begin, note

if TYPE_CHECKING:
    from cartback.domain.flows import Flow
    from cartback.domain.policy import Policy
    from cartback.ports import Clock, DueIndex, Ledger, Runs, Settings


@dataclass(frozen=True, slots=True)
class StartFlows:
    """Start every flow that is switched on for the shop. A doubled fact meets the first run's name and is done.

    Where the shop's policy says so, a cart is listed under the minute of its first look instead
    (``domain.messaging.due``).
    """

    settings: Settings
    ledger: Ledger
    runs: Runs
    clock: Clock
    index: DueIndex

    def __call__(self, fact: str, shop: str, data: Mapping[str, object]) -> list[str]:
        """Give the names of the runs that were started now."""
        policy = self.settings.policy(shop)
        started = []
        for flow in started_by(fact):
            subject, generation = subject_of(flow, data)
            now = self.clock.now()
            if policy is None or flow.name not in policy.flows:
                why = "shop_unknown" if policy is None else "flow_off"
                said = {"reason": why, "generation": str(generation)}
                note(self.ledger, flow, shop, subject, "not_started", said, now)
                continue
            due = _first_look(data, policy) if flow.about == "cart" else now
            if flow.about == "cart" and waits_on_list(policy):
                self._list(flow, shop, data, listed_at(due, policy), now)
                continue
            person_id, wait_seconds = data.get("person_id"), whole_seconds(now, due)
            run = begin(self.runs, self.ledger, flow, shop, subject, generation, person_id, wait_seconds, now)
            if run is not None:
                started.append(run)
        return started

    def _list(
        self, flow: Flow, shop: str, data: Mapping[str, object], due_at: datetime, now: datetime
    ) -> None:
        subject, generation = subject_of(flow, data)
        person_id = str(data["person_id"]) if data.get("person_id") else None
        self.index.put(Due(shop, flow.name, subject, generation, due_at, person_id, _worth(data)))
        said = {"generation": str(generation), "due_at": due_at.isoformat()}
        note(self.ledger, flow, shop, subject, "listed", said, now)


def _first_look(data: Mapping[str, object], policy: Policy) -> datetime:
    activity_at, started_at = (
        datetime.fromisoformat(str(data[name])) for name in ("activity_at", "started_at")
    )
    heard_at = datetime.fromisoformat(str(data["heard_at"])) if data.get("heard_at") else None
    return first_due(activity_at, started_at, policy, heard_at)


def _worth(data: Mapping[str, object]) -> Money | None:
    amount, currency = data.get("amount"), data.get("currency")
    return Money(int(str(amount)), str(currency)) if amount is not None and currency else None
