"""Messages without a layout: a few words for a telephone, a chat with buttons, a card to tap, a letter on paper."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from cartback.domain.channels import CARD_CONTENT, CHAT_CONTENT, LETTER_CONTENT, TEXT_CONTENT
from cartback.domain.errors import Refused
from cartback.domain.language import tongue
from cartback.ports import Card, Chat, Letter, Text
from cartback.texts.folder import SPELT
from cartback.texts.mail import facts_of
from cartback.texts.rendering import words

if TYPE_CHECKING:
    from cartback.texts.fields import MailFields, OrderFields, QuestionFields

BLOCKS = {
    TEXT_CONTENT: ("text",),
    CHAT_CONTENT: ("text", "button", "leave"),
    CARD_CONTENT: ("title", "text", "leave"),
    LETTER_CONTENT: ("subject", "text"),
}
"""What a text of each kind consists of."""

LONGEST = {TEXT_CONTENT: 612, CHAT_CONTENT: 1_024, CARD_CONTENT: 180, LETTER_CONTENT: 4_000}
"""Characters. Of a text: four parts of 153 (3GPP TS 23.040), which is what one concatenated message of SNS may cost at
most here; of a chat what a template of WhatsApp holds; of a card what lock screens show; of a letter one page."""

_MUST_SAY_HOW_TO_LEAVE = (TEXT_CONTENT, LETTER_CONTENT)


def write(
    kind: str, flow: str, touch: str, lang: str, fields: MailFields | OrderFields | QuestionFields
) -> Text | Chat | Card | Letter:
    """Write a message of this kind. Raises ``Refused``, naming the text, for what is missing, too long, or says nothing
    of how to leave although somebody may.
    """
    text = f"{flow}/{touch}.{SPELT[kind]}.{lang}"
    facts = facts_of(flow, touch, lang, fields, text, kind)
    said = words(text, facts, fields.shop.form_of_address)
    missing = [name for name in BLOCKS[kind] if not said.get(name)]
    if missing:
        raise Refused(f"{text}: has no {', '.join(missing)}")
    if len(said["text"]) > LONGEST[kind]:
        raise Refused(f"{text}: {len(said['text'])} characters, and at most {LONGEST[kind]} are carried")
    leave = facts["leave_url"]
    ways = [leave, *(["STOP"] if facts.get("stop") else [])]
    if leave is not None and kind in _MUST_SAY_HOW_TO_LEAVE and not any(way in said["text"] for way in ways):
        raise Refused(f"{text}: does not say how to leave (leave_url, or STOP where stop says so)")
    if kind == TEXT_CONTENT:
        return Text(said["text"])
    if kind == CHAT_CONTENT:
        name = template_name(flow, touch, lang, fields.shop.form_of_address)
        places = (facts["shop"].name, facts["item"].brief)
        return Chat(said["text"], name, places, facts["button_url"], said["button"], said["leave"])
    if kind == CARD_CONTENT:
        return Card(said["title"], said["text"], facts["button_url"], said["leave"])
    return Letter(said["subject"], said["text"])


def template_name(flow: str, touch: str, lang: str, form: str) -> str:
    """Under which name the words of a chat are approved: another form of address is another template."""
    usual = tongue(lang, form) == lang
    return f"cartback_{flow}_{touch}" + ("" if usual else f"_{form}")


def template(flow: str, touch: str, lang: str, form: str) -> dict[str, str]:
    """The parts of a chat with its places left open, ``{{1}}`` for the shop's name and ``{{2}}`` for an article.

    Raises ``Refused`` for a text that names anything else: it could not be filled in.
    """
    places = {"shop": SimpleNamespace(name="{{1}}"), "item": SimpleNamespace(brief="{{2}}")}
    return words(f"{flow}/{touch}.{SPELT[CHAT_CONTENT]}.{lang}", places, form)
