"""POST /collect/{shop}: a page of the shop tells what is in its visitor's cart. GET /cartback.js is how it does."""

import base64

from cartback import texts, wiring
from cartback.domain.errors import Refused, TryLater
from cartback.domain.forms import header


def handler(event, context):
    """Answer a page that is the shop's own; any other learns nothing, not even whether there is such a shop."""
    http = event["requestContext"]["http"]
    if http["method"] == "GET":
        return texts.browser_script(header(event, "if-none-match"))
    shop = (event.get("pathParameters") or {}).get("shop", "")
    collect, origin = wiring.collect(), header(event, "origin")
    headers = {"vary": "origin", "cache-control": "no-store", "content-type": "text/plain; charset=utf-8"}
    try:
        allowed = collect.origin(shop, origin)
        if allowed is not None:
            headers |= {
                "access-control-allow-origin": allowed,
                "access-control-allow-methods": "POST",
                "access-control-allow-headers": "content-type",
                "access-control-max-age": "600",
            }
        if http["method"] == "OPTIONS":
            return {"statusCode": 204, "headers": headers, "body": ""}
        body = event.get("body") or ""
        raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
        collect(shop, origin, header(event, "content-type") or "", raw)
    except Refused as refusal:
        return {"statusCode": refusal.status, "headers": headers, "body": refusal.reason + "\n"}
    except TryLater:
        return {"statusCode": 503, "headers": headers, "body": "try again later\n"}
    return {"statusCode": 202, "headers": headers, "body": "accepted\n"}
