"""GET /r/{token}: back to the cart."""

from typing import Any

from cartback import texts, wiring
from cartback.domain.language import of_page
from cartback.domain.redaction import redact_errors
from cartback.texts.away import excused


@redact_errors
@excused(wiring)
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Redirect to the shop's own checkout, or show that the link is over."""
    token = (event.get("pathParameters") or {}).get("token", "")
    http = event["requestContext"]["http"]
    url = wiring.open_link()(token, http["method"], http.get("userAgent"))
    if url is not None:
        redirect = {"location": url, "cache-control": "no-store", "referrer-policy": "no-referrer"}
        return {"statusCode": 302, "headers": redirect, "body": ""}
    query, headers = event.get("queryStringParameters") or {}, event.get("headers") or {}
    lang = of_page(query.get("lang"), None, headers.get("accept-language"))
    return texts.answer(404, "gone", lang, {"shop": wiring.lapsed()(token)})
