"""POST /subscribe/{shop}: somebody signs up with the shop's form. OPTIONS asks whether a page may."""

from cartback import texts, wiring
from cartback.domain.errors import Refused
from cartback.domain.forms import fields_of, header
from cartback.domain.language import of_page
from cartback.usecases.subscribe import Visitor


def handler(event, context):
    """Answer a page with a page and a script with JSON; the same whether or not the address is known."""
    http = event["requestContext"]["http"]
    shop = (event.get("pathParameters") or {}).get("shop", "")
    subscribe, origin = wiring.subscribe(), header(event, "origin")
    headers = {"vary": "origin", "cache-control": "no-store"}
    allowed = subscribe.origin(shop, origin)
    if allowed is not None:
        headers |= {
            "access-control-allow-origin": allowed,
            "access-control-allow-methods": "POST",
            "access-control-allow-headers": "content-type",
        }
    if http["method"] == "OPTIONS":
        return {"statusCode": 204, "headers": headers, "body": ""}
    try:
        fields = fields_of(event)
        face = subscribe(shop, fields, Visitor(origin, http.get("sourceIp"), http.get("userAgent")))
    except Refused as refusal:
        headers["content-type"] = "text/plain; charset=utf-8"
        return {"statusCode": refusal.status, "headers": headers, "body": refusal.reason + "\n"}
    if "text/html" not in (header(event, "accept") or ""):
        headers["content-type"] = "application/json"
        return {"statusCode": 202, "headers": headers, "body": '{"status":"asked"}'}
    lang = of_page(next(iter(fields.get("lang", ())), None), None, header(event, "accept-language"))
    page = texts.page("asked", lang, {"shop": face})
    return {"statusCode": 202, "headers": {**texts.PAGE_HEADERS, **headers}, "body": page}
