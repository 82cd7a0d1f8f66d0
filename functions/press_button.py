"""POST /buttons/{shop}/slack: somebody pressed a button under a message of ours."""

from typing import Any

from cartback import wiring
from cartback.domain.intake.responses import Visit
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, object]:
    """Answer API Gateway (payload 2.0) within Slack's three seconds."""
    shop = (event.get("pathParameters") or {}).get("shop", "")
    return wiring.press_button()(shop, Visit.of(event)).as_response()
