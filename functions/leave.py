"""GET and POST /u/{token}: leave. Looking changes nothing, one click is enough (RFC 8058)."""

from contextlib import suppress
from typing import Any

from cartback import texts, wiring
from cartback.domain.errors import TryLater
from cartback.domain.language import of_page
from cartback.domain.redaction import redact_errors
from cartback.texts.away import excused


@redact_errors
@excused(wiring)
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """GET shows a page with one button; POST leaves and says so."""
    token = (event.get("pathParameters") or {}).get("token", "")
    posted = event["requestContext"]["http"]["method"] == "POST"
    leave = wiring.leave()
    link = leave(token) if posted else leave.look(token)
    query, headers = event.get("queryStringParameters") or {}, event.get("headers") or {}
    lang = of_page(query.get("lang"), link.lang if link else None, headers.get("accept-language"))
    if link is None:
        return texts.answer(404, "gone", lang, {"shop": wiring.lapsed()(token)})
    shop = None
    with suppress(TryLater):  # who has left must not read otherwise because we cannot say whom
        shop = wiring.settings().shop(link.shop)
    return texts.answer(200, "left" if posted else "leave", lang, {"shop": shop})
