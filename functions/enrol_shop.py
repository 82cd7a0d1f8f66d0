"""GET /webhooks/{shop}/register, POST /webhooks/{shop}/confirm: a platform connects and is given its secret."""

import base64

from cartback import wiring
from cartback.domain.answers import Visit


def handler(event, context):
    """Answer API Gateway (payload 2.0)."""
    http = event["requestContext"]["http"]
    shop = (event.get("pathParameters") or {}).get("shop", "")
    body = event.get("body") or ""
    visit = Visit(
        method=http["method"],
        word="register" if http["method"] == "GET" else "confirm",
        query=event.get("rawQueryString") or "",
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
    )
    confirm_url = f"https://{event['requestContext']['domainName']}/webhooks/{shop}/confirm"
    answer = wiring.enrol_shop()(shop, visit, confirm_url)
    return {
        "statusCode": answer.status,
        "headers": {
            "content-type": answer.kind,
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        },
        "body": answer.body,
    }
