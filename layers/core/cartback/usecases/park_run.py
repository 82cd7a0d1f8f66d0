"""Put a run that failed where a person sees it, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.desk.entries import PARKED, opened
from cartback.domain.subject import Subject
from cartback.flows import all_flows
from cartback.ports import TimelineEntry
from cartback.usecases.desk.opening import put_on_desk

if TYPE_CHECKING:
    from cartback.ports import Clock, DeskBook, Ledger, Metrics

LONGEST_CAUSE = 500


@dataclass(frozen=True, slots=True)
class ParkRun:
    """Note the failure in the story of the run's subject, put it on the desk and count it for the alarm.

    The subject is what the flow is about: a cart, or a request. A machine that is no flow has stories of its own.
    """

    ledger: Ledger
    clock: Clock
    metrics: Metrics
    desk: DeskBook

    def __call__(self, flow: str, run: str, shop: str, subject: str, error: str, cause: str) -> None:
        data = {"flow": flow, "run": run, "error": error[:100], "cause": cause[:LONGEST_CAUSE]}
        kind = next((one.kind for one in all_flows() if one.name == flow), flow)
        now, subject_of = self.clock.now(), Subject(kind, subject).timeline
        self.ledger.note(shop, subject_of, TimelineEntry(now, "parked", data))
        title = f"A run of {flow} failed: {error[:100]}"
        put_on_desk(self.desk, opened(shop, PARKED, title, now, flow, run, about=subject_of, **data), now)
        self.metrics.count("RunsParked", flow=flow)
