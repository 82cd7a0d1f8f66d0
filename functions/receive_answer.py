"""POST /answers/{shop}/{channel}: what people answer to short messages. GET is Meta's way to try the address."""

from typing import Any

from cartback import wiring
from cartback.domain.intake.responses import Visit
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer API Gateway (payload 2.0) as the provider expects it."""
    at, path = event["requestContext"], event.get("pathParameters") or {}
    shop, channel = path.get("shop", ""), path.get("channel", "")
    answer = wiring.receive_answer()(shop, channel, Visit.of(event), at["domainName"], event["rawPath"])
    return answer.as_response()
