"""POST /collect/{shop}: a page of the shop tells what is in its visitor's cart, or that it may be pushed to.

GET /cartback.js and /scripts/{script} are how it does.
"""

from typing import Any

from cartback import texts, wiring
from cartback.domain.errors import Refused
from cartback.domain.intake.forms import header
from cartback.domain.intake.responses import raw_body, told_across
from cartback.domain.redaction import redact_errors
from cartback.texts.away import excused


@redact_errors
@excused(wiring, across=True)
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer a page that is the shop's own; any other learns nothing, not even whether there is such a shop."""
    http = event["requestContext"]["http"]
    named = event.get("pathParameters") or {}
    if http["method"] == "GET":
        return texts.browser_script(header(event, "if-none-match"), named.get("script", "cartback.js"))
    shop = named.get("shop", "")
    collect, origin = wiring.collect(), header(event, "origin")
    headers = told_across(None)
    try:
        allowed = collect.origin(shop, origin)
        headers = told_across(allowed, **{"access-control-max-age": "600"})
        if http["method"] == "OPTIONS":
            return {"statusCode": 204, "headers": headers, "body": ""}
        collect(shop, origin, header(event, "content-type") or "", raw_body(event))
    except Refused as refusal:
        return {"statusCode": refusal.status, "headers": headers, "body": refusal.reason + "\n"}
    return {"statusCode": 202, "headers": headers, "body": "accepted\n"}
