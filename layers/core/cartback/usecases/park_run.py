"""Put a run that failed where a person sees it, with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from cartback.ports import Clock, Ledger, Line, Metrics

LONGEST_CAUSE = 500


@dataclass(frozen=True, slots=True)
class ParkRun:
    """Note the failure in the story of the run's subject and count it for the alarm."""

    ledger: Ledger
    clock: Clock
    metrics: Metrics

    def __call__(self, flow: str, run: str, shop: str, subject: str, error: str, cause: str) -> None:
        data = {"flow": flow, "run": run, "error": error[:100], "cause": cause[:LONGEST_CAUSE]}
        self.ledger.note(shop, f"cart#{subject}", Line(self.clock.now(), "parked", data))
        self.metrics.count("RunsParked", flow=flow)
