"""Start the runs that a fact asks for, each once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.flows import opening, subject_of
from cartback.domain.messaging.due import Due, listed_at, waits_on_list
from cartback.domain.messaging.timing import whole_seconds
from cartback.domain.money import Money
from cartback.flows import rules, started_by
from cartback.usecases import starting
from cartback.usecases.starting import begin, note

if TYPE_CHECKING:
    from cartback.domain.flows import Flow, Opening
    from cartback.ports import Clock, DueIndex, Ledger, Runs, Settings


LONGEST_WAIT = timedelta(days=7)
"""What is further away waits on the list, where it costs nothing and can be taken off."""


@dataclass(frozen=True, slots=True)
class StartFlows:
    """Start every flow that is switched on for the shop. A doubled fact meets the first run's name and is done.

    Where the shop's policy says so, or the first look is further away than a run waits (a week, if the card says
    nothing), the subject is listed under the minute of that look instead (``domain.messaging.due``).
    """

    settings: Settings
    ledger: Ledger
    runs: Runs
    clock: Clock
    index: DueIndex

    def __call__(
        self, fact: str, shop: str, data: Mapping[str, object], at: datetime | None = None
    ) -> list[str]:
        """Give the names of the runs that were started now. ``at`` is when it happened, as the fact says."""
        policy = self.settings.policy(shop)
        started = []
        for flow in started_by(fact):
            subject, generation = subject_of(flow, data)
            now = self.clock.now()
            why = starting.hindrance(policy, flow.name, at)
            if policy is None or why is not None:
                said = {"reason": str(why), "generation": str(generation)}
                note(self.ledger, flow, shop, subject, "not_started", said, now)
                continue
            begins = opening(rules(flow.name), data, policy, now)
            if begins.at is not None and (waits_on_list(policy) or _is_far(flow, begins.at, now)):
                self._list(flow, shop, data, replace(begins, at=listed_at(begins.at, policy)), at, now)
                continue
            wait_seconds = whole_seconds(now, begins.at or now)
            run = begin(
                self.runs,
                self.ledger,
                flow,
                shop,
                subject,
                generation,
                data.get("person_id"),
                wait_seconds,
                now,
                begins.step,
            )
            if run is not None:
                started.append(run)
        return started

    def _list(
        self,
        flow: Flow,
        shop: str,
        data: Mapping[str, object],
        begins: Opening,
        told_at: datetime | None,
        now: datetime,
    ) -> None:
        due_at = begins.at or now
        subject, generation = subject_of(flow, data)
        person_id = str(data["person_id"]) if data.get("person_id") else None
        self.index.put(
            Due(
                shop=shop,
                flow=flow.name,
                cart_id=subject,
                generation=generation,
                due_at=due_at,
                person_id=person_id,
                worth=_worth(data),
                kind=flow.kind,
                told_at=told_at,
                step=begins.step,
            )
        )
        said = {"generation": str(generation), "due_at": due_at.isoformat()}
        note(self.ledger, flow, shop, subject, "listed", said, now)


def _is_far(flow: Flow, at: datetime, now: datetime) -> bool:
    """Whether a run is not to wait so long; where it is to wait for nothing, what is due already is looked at, too."""
    longest = LONGEST_WAIT if flow.longest_wait is None else flow.longest_wait
    return not longest or at > now + longest


def _worth(data: Mapping[str, object]) -> Money | None:
    amount, currency = data.get("amount"), data.get("currency")
    return Money(int(str(amount)), str(currency)) if amount is not None and currency else None
