"""Put a run that failed where a person sees it, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.flows import all_flows
from cartback.ports import TimelineEntry

if TYPE_CHECKING:
    from cartback.ports import Clock, Ledger, Metrics

LONGEST_CAUSE = 500


@dataclass(frozen=True, slots=True)
class ParkRun:
    """Note the failure in the story of the run's subject and count it for the alarm.

    The subject is what the flow is about: a cart, or a request. A machine that is no flow has stories of its own.
    """

    ledger: Ledger
    clock: Clock
    metrics: Metrics

    def __call__(self, flow: str, run: str, shop: str, subject: str, error: str, cause: str) -> None:
        data = {"flow": flow, "run": run, "error": error[:100], "cause": cause[:LONGEST_CAUSE]}
        about = next((one.about for one in all_flows() if one.name == flow), flow)
        self.ledger.note(shop, f"{about}#{subject}", TimelineEntry(self.clock.now(), "parked", data))
        self.metrics.count("RunsParked", flow=flow)
