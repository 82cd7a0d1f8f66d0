"""Task: collect what is known of somebody who wants to know."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the run with ``more`` or ``done``, and where to go on."""
    collect = wiring.collect_export()
    if (
        "detail" in event
    ):  # the fact itself, as the bus told it to releases before 0.2, repeated for six hours at most
        detail = event["detail"]
        return collect.at_once(detail["shop"], detail["data"].get("person_id"), detail["id"])
    return collect(
        event["shop"], event["person_id"], event["run"], event["cursor"], context.get_remaining_time_in_millis
    )
