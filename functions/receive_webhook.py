"""POST /webhooks/{shop} and, for senders that cannot sign, /webhooks/{shop}/{word}: take a shop's event in."""

from typing import Any

from cartback import wiring
from cartback.domain.intake.responses import Visit
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer API Gateway (payload 2.0) with a status and one line."""
    path = event.get("pathParameters") or {}
    visit = Visit.of(event, word=path.get("word", ""))
    answer = wiring.receive_webhook()(
        path.get("shop", ""),
        visit.body,
        visit.headers,
        method=visit.method,
        word=visit.word,
        query=visit.query,
    )
    return answer.as_response()
