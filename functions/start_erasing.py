"""A fact on the bus: somebody, or everybody of a shop, is to be forgotten everywhere; or somebody wants to know."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Start the sweep, or the collecting."""
    detail = event["detail"]
    if detail["fact"] == "privacy.requested":
        return {"started": wiring.start_exporting()(detail["shop"], detail["id"], detail["data"])}
    return {"started": wiring.start_erasing()(detail["shop"], detail["id"], detail["data"])}
