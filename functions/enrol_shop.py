"""GET /webhooks/{shop}/register, POST /webhooks/{shop}/confirm: a platform connects and is given its secret."""

from typing import Any

from cartback import wiring
from cartback.domain.intake.responses import Visit
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer API Gateway (payload 2.0)."""
    at = event["requestContext"]
    shop = (event.get("pathParameters") or {}).get("shop", "")
    visit = Visit.of(event, word="register" if at["http"]["method"] == "GET" else "confirm")
    confirm_url = f"https://{at['domainName']}/webhooks/{shop}/confirm"
    return wiring.enrol_shop()(shop, visit, confirm_url).as_response()
