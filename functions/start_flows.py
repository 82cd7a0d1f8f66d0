"""A fact on the bus: start the runs that it asks for."""

from datetime import datetime
from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer with the names of the runs that were started now."""
    detail = event["detail"]
    at = datetime.fromisoformat(detail["at"])
    return {"started": wiring.start_flows()(detail["fact"], detail["shop"], detail["data"], at)}
