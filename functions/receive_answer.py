"""POST /answers/{shop}/{channel}: what people answer to short messages. GET is Meta's way to try the address."""

import base64

from cartback import wiring
from cartback.domain.answers import Visit


def handler(event, context):
    """Answer API Gateway (payload 2.0) as the provider expects it."""
    at, path = event["requestContext"], event.get("pathParameters") or {}
    body = event.get("body") or ""
    visit = Visit(
        method=at["http"]["method"],
        word="",
        query=event.get("rawQueryString") or "",
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
    )
    shop, channel = path.get("shop", ""), path.get("channel", "")
    answer = wiring.receive_answer()(shop, channel, visit, at["domainName"], event["rawPath"])
    return {
        "statusCode": answer.status,
        "headers": {
            "content-type": answer.kind,
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        },
        "body": answer.body,
    }
