"""Every quarter of an hour: compare the shops' own lists with ours."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Start a run per shop. The schedule's event has an id and an instant of its own, which a repeated call keeps."""
    return {"started": wiring.start_reconciling()(f"{event.get('time', '')} {event['id']}")}
