"""POST /subscribe/{shop}: somebody signs up with the shop's form. OPTIONS asks whether a page may."""

from typing import Any

from cartback import texts, wiring
from cartback.domain.errors import Refused
from cartback.domain.intake.form_faults import faults_of
from cartback.domain.intake.forms import fields_of, header
from cartback.domain.intake.responses import told_across
from cartback.domain.language import of_page
from cartback.domain.redaction import redact_errors
from cartback.texts.away import excused
from cartback.usecases.consent.subscribe import Visitor


@redact_errors
@excused(wiring, across=True)
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer a page with a page and a script with a line; the same whether or not the address is known."""
    http = event["requestContext"]["http"]
    shop = (event.get("pathParameters") or {}).get("shop", "")
    subscribe, origin = wiring.subscribe(), header(event, "origin")
    headers, fields = told_across(None), {}
    page, shown = "asked", dict[str, object]()
    try:
        headers = told_across(subscribe.origin(shop, origin))
        if http["method"] == "OPTIONS":
            return {"statusCode": 204, "headers": headers, "body": ""}
        fields = fields_of(event)
        visitor = Visitor(origin, http.get("sourceIp"), http.get("userAgent"))
        shown = {"shop": subscribe(shop, fields, visitor)}
        status, kind, line = 202, "application/json", '{"status":"asked"}'
    except Refused as refusal:
        status, kind, line = refusal.status, headers["content-type"], refusal.reason + "\n"
        face, back = subscribe.whose(shop, fields, header(event, "referer"))
        page, shown = "refused", {"shop": face, "faults": faults_of(refusal), "back": back}
    if "text/html" not in (header(event, "accept") or ""):
        return {"statusCode": status, "headers": {**headers, "content-type": kind}, "body": line}
    lang = of_page(next(iter(fields.get("lang", ())), None), None, header(event, "accept-language"))
    return texts.answer(status, page, lang, shown, headers)
