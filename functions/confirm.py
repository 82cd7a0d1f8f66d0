"""GET and POST /c/{token}: was it you? Looking changes nothing, the button says yes."""

from typing import Any

from cartback import texts, wiring
from cartback.domain.intake.forms import asked_lang, header
from cartback.domain.language import of_page
from cartback.domain.redaction import redact_errors
from cartback.texts.away import excused


@redact_errors
@excused(wiring)
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """GET shows the question; POST says yes and shows what was noted."""
    token = (event.get("pathParameters") or {}).get("token", "")
    http = event["requestContext"]["http"]
    confirm, wish = wiring.confirm(), asked_lang(event)
    if http["method"] == "POST":
        found = confirm(token, http.get("sourceIp"), http.get("userAgent"), wish)
    else:
        found = confirm.look(token, wish)
    lang = of_page(wish, found.link.lang if found else None, header(event, "accept-language"))
    if found is None:
        return texts.answer(404, "gone", lang, {"shop": wiring.lapsed()(token)})
    fields = {"shop": found.face, "wording": found.wording}
    return texts.answer(200, "confirmed" if found.done else "confirm", lang, fields)
