"""Begin one run, and keep a line of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.decision import Reason
from cartback.domain.flows import execution_name
from cartback.domain.subject import Subject
from cartback.ports import TimelineEntry

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.flows import Flow
    from cartback.domain.policy import Policy
    from cartback.ports import Ledger, Runs


def hindrance(policy: Policy | None, flow: str, at: datetime | None) -> Reason | None:
    """Why no run of a flow begins for what happened at this instant: the shop is gone, or it is off, or was then."""
    if policy is None:
        return Reason.SHOP_UNKNOWN
    if flow not in policy.flows:
        return Reason.FLOW_OFF
    return None if policy.is_news(flow, at) else Reason.OLDER_THAN_FLOW


def begin(
    runs: Runs,
    ledger: Ledger,
    flow: Flow,
    shop: str,
    subject: str,
    generation: int,
    person_id: object,
    wait_seconds: int,
    now: datetime,
    step: str = "",
) -> str | None:
    """Start the run of this subject and generation, with this step (the first, if none is said):
    a machine that takes steps from the list hears of it as ``next``.

    Gives its name; None if it was started before and has ended. Step Functions answers the same name and input with the
    run that is there while that goes on.
    """
    name = execution_name(flow.name, shop, subject, generation, step)
    variables = {
        "shop": shop,
        "flow": flow.name,
        "subject": subject,
        "generation": generation,
        "kind": flow.kind,
        "person_id": person_id,
        "variants": [],
        "wait_seconds": wait_seconds,
    }
    begins = step or (flow.steps[0] if flow.longest_wait is not None else "")
    if not runs.start(flow.name, name, variables | ({"next": begins} if begins else {})):
        return None
    said = {"run": name, "generation": str(generation), **({"step": step} if step else {})}
    note(ledger, flow, shop, subject, "started", said, now)
    return name


def note(
    ledger: Ledger, flow: Flow, shop: str, subject: str, kind: str, data: dict[str, str], now: datetime
) -> None:
    """Keep a line about a flow in its subject's story."""
    ledger.note(
        shop, Subject(flow.kind, subject).timeline, TimelineEntry(now, kind, {"flow": flow.name, **data})
    )
