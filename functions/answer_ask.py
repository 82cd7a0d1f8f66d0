"""GET and POST /a/{token}: what is asked of you? Looking changes nothing, a button answers."""

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
    """GET shows the question; POST answers it and shows what became of that."""
    token = (event.get("pathParameters") or {}).get("token", "")
    answer, lang = wiring.answer_ask(), of_page(asked_lang(event), None, header(event, "accept-language"))
    if event["requestContext"]["http"]["method"] == "POST":
        name, found = "answered", answer(token, _word(event))
    else:
        name, found = "ask", answer.look(token)
    status, name = (404, "gone") if found is None else (200, name)
    return texts.answer(status, name, lang, {"question": found})


def _word(event: dict[str, Any]) -> str:
    """The answer that a form holds; nothing for what is no form."""
    try:
        return next(iter(fields_of(event).get("word", ())), "")
    except Refused:
        return ""
