"""Every night: was the promise kept yesterday?"""

from datetime import date
from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Audit yesterday, or the ``day`` of the event (ISO 8601, UTC). Answer with what was found, per shop."""
    day = date.fromisoformat(event["day"]) if event.get("day") else None
    return {"audits": {audit.shop: audit.counts for audit in wiring.audit()(day)}}
