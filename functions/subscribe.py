"""POST /subscribe/{shop}: somebody signs up with the shop's form. OPTIONS asks whether a page may."""

from typing import Any

from cartback import texts, wiring
from cartback.domain.errors import Refused
from cartback.domain.intake.forms import fields_of, header
from cartback.domain.intake.responses import told_across
from cartback.domain.language import of_page
from cartback.domain.redaction import redact_errors
from cartback.texts.away import excused
from cartback.usecases.consent.subscribe import Visitor


@redact_errors
@excused(wiring, across=True)
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer a page with a page and a script with JSON; the same whether or not the address is known."""
    http = event["requestContext"]["http"]
    shop = (event.get("pathParameters") or {}).get("shop", "")
    subscribe, origin = wiring.subscribe(), header(event, "origin")
    headers = told_across(None)
    try:
        allowed = subscribe.origin(shop, origin)
        headers = told_across(allowed)
        if http["method"] == "OPTIONS":
            return {"statusCode": 204, "headers": headers, "body": ""}
        fields = fields_of(event)
        face = subscribe(shop, fields, Visitor(origin, http.get("sourceIp"), http.get("userAgent")))
    except Refused as refusal:
        return {"statusCode": refusal.status, "headers": headers, "body": refusal.reason + "\n"}
    if "text/html" not in (header(event, "accept") or ""):
        headers["content-type"] = "application/json"
        return {"statusCode": 202, "headers": headers, "body": '{"status":"asked"}'}
    lang = of_page(next(iter(fields.get("lang", ())), None), None, header(event, "accept-language"))
    page = texts.page("asked", lang, {"shop": face})
    return {"statusCode": 202, "headers": {**headers, **texts.PAGE_HEADERS}, "body": page}
