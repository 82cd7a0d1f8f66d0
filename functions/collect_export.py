"""A fact on the bus: somebody wants to know what is known of them."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer with the object that the export was kept as, if anything is known."""
    detail = event["detail"]
    return {"export": wiring.collect_export()(detail["shop"], detail["data"])}
