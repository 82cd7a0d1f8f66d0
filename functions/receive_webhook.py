"""POST /webhooks/{shop}: take a shop's event in."""

import base64

from cartback import wiring


def handler(event, context):
    """Answer API Gateway (payload 2.0) with a status and one line."""
    body = event.get("body") or ""
    raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    shop = (event.get("pathParameters") or {}).get("shop", "")
    answer = wiring.receive_webhook()(shop, raw, headers)
    return {
        "statusCode": answer.status,
        "headers": {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store"},
        "body": answer.line + "\n",
    }
