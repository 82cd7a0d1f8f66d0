"""POST /tools/{shop}/{what}: what a tool tells that cannot sign, by a token of its own."""

from typing import Any

from cartback import wiring
from cartback.domain.intake.responses import Visit
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, object]:
    """Answer API Gateway (payload 2.0); ``what`` is ``facts`` or ``tasks``."""
    path = event.get("pathParameters") or {}
    return wiring.hear_tool()(path.get("shop", ""), path.get("what", ""), Visit.of(event)).as_response()
