"""Start the runs that a fact asks for, each once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cartback.domain.cart import Cart
from cartback.domain.flows import Flow, execution_name, subject_of
from cartback.domain.policy import Policy, plan_for
from cartback.domain.touches import due_at, whole_seconds
from cartback.flows import started_by
from cartback.ports import Clock, Ledger, Line, Runs, Settings


@dataclass(frozen=True, slots=True)
class StartFlows:
    """Start every flow that is switched on for the shop. A doubled fact meets the first run's name and is done."""

    settings: Settings
    ledger: Ledger
    runs: Runs
    clock: Clock

    def __call__(self, fact: str, shop: str, data: Mapping[str, object]) -> list[str]:
        """Give the names of the runs that were started now."""
        policy = self.settings.policy(shop)
        started = []
        for flow in started_by(fact):
            subject, generation = subject_of(flow, data)
            if policy is None or flow.name not in policy.flows:
                why = "shop_unknown" if policy is None else "flow_off"
                self._note(shop, subject, "not_started", flow, {"reason": why, "generation": str(generation)})
                continue
            name = execution_name(flow.name, shop, subject, generation)
            variables = self._variables(flow, shop, subject, generation, data, policy)
            if self.runs.start(flow.name, name, variables):
                started.append(name)
                self._note(shop, subject, "started", flow, {"run": name, "generation": str(generation)})
        return started

    def _variables(
        self, flow: Flow, shop: str, subject: str, generation: int, data: Mapping[str, object], policy: Policy
    ) -> dict[str, object]:
        now = self.clock.now()
        return {
            "shop": shop,
            "flow": flow.name,
            "subject": subject,
            "generation": generation,
            "person_id": data.get("person_id"),
            "variants": [],
            "wait_seconds": whole_seconds(
                now, first_look(data, policy, now) if flow.about == "cart" else now
            ),
        }

    def _note(self, shop: str, subject: str, kind: str, flow: Flow, data: dict[str, str]) -> None:
        line = Line(self.clock.now(), kind, {"flow": flow.name, **data})
        self.ledger.note(shop, f"{flow.about}#{subject}", line)


def first_look(data: Mapping[str, object], policy: Policy, now: datetime) -> datetime:
    """When a run looks at its cart for the first time: as soon as its first touch could be due."""
    plan = plan_for(policy, ())
    if not plan.touches:
        return now + policy.silence
    cart = Cart(
        shop="",
        cart_id="",
        started_at=datetime.fromisoformat(str(data["started_at"])),
        activity_at=datetime.fromisoformat(str(data["activity_at"])),
    )
    return due_at(cart, plan, 0, policy)
