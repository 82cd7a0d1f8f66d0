"""GET and POST /p/{token}: what somebody gets, and how often."""

from typing import Any

from cartback import texts, wiring
from cartback.domain.errors import Refused
from cartback.domain.intake.forms import asked_lang, fields_of, header
from cartback.domain.language import of_page
from cartback.domain.redaction import redact_errors
from cartback.texts.away import excused


@redact_errors
@excused(wiring)
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """GET shows the choices; POST keeps them and shows what holds now."""
    token = (event.get("pathParameters") or {}).get("token", "")
    http, wish = event["requestContext"]["http"], asked_lang(event)
    posted, prefer = http["method"] == "POST", wiring.preferences()
    try:
        fields = fields_of(event) if posted else {}
    except Refused as refusal:
        lang = of_page(wish, None, header(event, "accept-language"))
        return texts.answer(refusal.status, "unsaved", lang, {})
    visitor = (http.get("sourceIp"), http.get("userAgent"))
    found = prefer(token, fields, *visitor, wish) if posted else prefer.look(token)
    lang = of_page(wish, found[0].lang if found else None, header(event, "accept-language"))
    if found is None:
        return texts.answer(404, "gone", lang, {"shop": wiring.lapsed()(token)})
    link, view = found
    shop = wiring.settings().shop(link.shop)
    wording = texts.wording(lang, shop, tuple(view.topics)) if shop is not None else None
    return texts.answer(200, "prefs", lang, {"shop": shop, "view": view, "saved": posted, "wording": wording})
