"""POST /webhooks/{shop} and, for senders that cannot sign, /webhooks/{shop}/{word}: take a shop's event in."""

import base64

from cartback import wiring


def handler(event, context):
    """Answer API Gateway (payload 2.0) with a status and one line."""
    body = event.get("body") or ""
    path = event.get("pathParameters") or {}
    answer = wiring.receive_webhook()(
        path.get("shop", ""),
        base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
        {name.lower(): value for name, value in (event.get("headers") or {}).items()},
        method=event["requestContext"]["http"]["method"],
        word=path.get("word", ""),
        query=event.get("rawQueryString") or "",
    )
    return {
        "statusCode": answer.status,
        "headers": {
            "content-type": answer.kind,
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        },
        "body": answer.body,
    }
