"""Work that waits for an outside system: an effect of a run, which wakes by itself, or a delivery, which we send on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cartback.domain.connectors.webhooks import pause_after

RUN, DELIVERY = "run", "delivery"


@dataclass(frozen=True, slots=True)
class Waiting:
    """``work_id`` is the effect's. ``fields`` is what a delivery says; a run says it again when it wakes."""

    shop: str
    connector: str
    account: str
    work_id: str
    kind: str
    because: str
    first_at: datetime
    due_at: datetime
    attempts: int = 0
    action: str = ""
    fields: dict[str, str] | None = None


def tried_again(waiting: Waiting, because: str, wait_seconds: int, now: datetime) -> Waiting | None:
    """A delivery after one more attempt in vain; None if that was the last one.

    ``wait_seconds`` is what the account or the receiver asks for: the schedule is never quicker.
    """
    pause = pause_after(waiting.attempts + 1)
    if pause is None:
        return None
    due_at = now + max(pause, timedelta(seconds=wait_seconds))
    return replace(waiting, attempts=waiting.attempts + 1, because=because[:200], due_at=due_at)
