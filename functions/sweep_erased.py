"""Task: take a forgotten person, or everybody of a shop, out of what is kept."""

from datetime import timedelta
from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors

LASTED = 604_800
"""The time-out of runs that began before they said it themselves (0.1), in seconds."""


@redact_errors
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the run with ``more``, ``wait`` or ``done``, and where to go on."""
    return wiring.sweep_erased()(
        event["shop"],
        event["person_id"],
        event["cursor"],
        context.get_remaining_time_in_millis,
        timedelta(seconds=event.get("lasts_seconds", LASTED)),
    )
