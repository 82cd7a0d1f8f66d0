"""The words: every e-mail and page, in every language. This module is the ``ports.Texts`` of the house.

A text is a file of named blocks, one file per touch and language. Its blocks are rendered to plain strings first;
the layouts then put those strings into HTML, where everything is escaped, and into plain text. So a text file
never contains markup, and nothing that a shop or shopper typed is ever treated as markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from cartback.domain.channels import MAIL_CONTENT
from cartback.texts.fields import MailFields, OrderFields, PageFields, QuestionFields, read
from cartback.texts.folder import LANGUAGES, kinds, written
from cartback.texts.page_headers import CONTENT_SECURITY_POLICY, PAGE_HEADERS, headers_for

if TYPE_CHECKING:
    from cartback.ports import Content, ShopFace

__all__ = [
    "CONTENT_SECURITY_POLICY",
    "LANGUAGES",
    "PAGE_HEADERS",
    "MailFields",
    "OrderFields",
    "PageFields",
    "QuestionFields",
    "answer",
    "browser_script",
    "email",
    "headers_for",
    "kinds",
    "note",
    "page",
    "wording",
    "write",
    "written",
]


def email(
    flow: str,
    touch: str,
    lang: str,
    fields: MailFields | OrderFields | QuestionFields | Mapping[str, object],
    parts: Mapping[str, str] | None = None,
) -> tuple[str, str, str]:
    """Write one e-mail: subject, HTML and plain text.

    ``fields`` is a ``MailFields`` or a mapping with its names; a flow without a cart takes ``QuestionFields``, one
    about orders ``OrderFields``. ``parts`` are the shop's own words, over ours (``domain.wording.parts``). Raises
    ``Refused``, naming text and field, for a text that does not exist, a field that does not exist, a cart without
    items and links that nobody may follow; ``OwnTextBroken``, a kind of it, for own words that cannot be filled in.
    """
    # Jinja takes a while to load, and most Lambdas that meet this module never write.
    from cartback.texts import mail

    given = read(mail.fields_of(flow), fields, f"{flow}/{touch}.email.{lang}")
    return mail.write(flow, touch, lang, given, parts)


def write(
    kind: str,
    flow: str,
    touch: str,
    lang: str,
    fields: MailFields | OrderFields | QuestionFields | Mapping[str, object],
    parts: Mapping[str, str] | None = None,
) -> Content:
    """Write what a message says, of a kind of content (``domain.channels``); of mails a shop has ``parts`` of its own.

    Raises ``Refused`` as ``email`` does, and for words that are too long for their kind or do not say how to leave
    where somebody may.
    """
    from cartback.ports import Mail

    if kind == MAIL_CONTENT:
        return Mail(*email(flow, touch, lang, fields, parts))
    from cartback.texts import brief, mail

    given = read(mail.fields_of(flow), fields, f"{flow}/{touch}.{kind}.{lang}")
    return brief.write(kind, flow, touch, lang, given)


def note(flow: str, step: str, lang: str, says: Mapping[str, object]) -> dict[str, str]:
    """Write what a flow says to a team or a supplier: the blocks of its text, as plain words.

    Raises ``Refused``, naming text and field, for a text or a field that does not exist.
    """
    from cartback.texts import rendering
    from cartback.texts.fields import spoken

    return rendering.words(f"{flow}/{step}.note.{lang}", spoken(says, lang))


def browser_script(known: str | None, name: str = "cartback.js") -> dict[str, object]:
    """Answer whoever asks for a script of the shop's pages, and has perhaps this version of it (an ETag) already."""
    from cartback.texts import script

    return script.answered(name, known)


def answer(
    status: int, name: str, lang: str, fields: Mapping[str, object], more: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Answer a browser with a page, as API Gateway wants to hear it (payload 2.0), with ``more`` headers besides."""
    shop = cast("ShopFace | None", fields.get("shop"))
    return {
        "statusCode": status,
        "headers": {**(more or {}), **headers_for(shop)},
        "body": page(name, lang, fields),
    }


def page(name: str, lang: str, fields: PageFields | Mapping[str, object]) -> str:
    """Write one HTML page of the folder ``pages``. To be answered with ``headers_for`` its shop.

    Raises ``Refused``, naming page and field, for a page or field that does not exist.
    """
    from cartback.texts import pages

    return pages.write(name, lang, read(PageFields, fields, f"pages/{name}.{lang}"))


def wording(lang: str, shop: ShopFace, topics: Sequence[str]) -> str:
    """What somebody agrees to, and how often it comes at most. Raises ``Refused`` for an unknown topic."""
    from cartback.texts import pages

    return pages.wording(lang, shop, topics)
