"""Leave the next step of a run to a run of its own, which begins when the step is due."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.messaging.due import Due, listed_at
from cartback.ports import TimelineEntry

if TYPE_CHECKING:
    from cartback.domain.policy import Policy
    from cartback.domain.subject import View
    from cartback.ports import DueIndex, Ledger
    from cartback.usecases.runs import Run


def list_step(
    index: DueIndex,
    ledger: Ledger,
    run: Run,
    step: str,
    due: datetime,
    view: View,
    policy: Policy,
    now: datetime,
) -> None:
    """List a step under the minute at which it is due, and keep a line of it."""
    entry = Due(
        shop=run.shop,
        flow=run.flow,
        cart_id=run.subject_id,
        generation=run.generation,
        due_at=listed_at(due, policy),
        person_id=view.person_id,
        worth=view.worth,
        kind=run.kind,
        step=step,
    )
    index.put(entry)
    said = {"flow": run.flow, "step": step, "due_at": entry.due_at.isoformat()}
    ledger.note(run.shop, run.subject.timeline, TimelineEntry(now, "listed", said))
