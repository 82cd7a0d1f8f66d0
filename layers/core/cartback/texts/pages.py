"""One page: its words and the layout."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from markupsafe import Markup

from cartback.domain.consent.consent import TOPICS
from cartback.domain.errors import Refused
from cartback.domain.language import SIE
from cartback.domain.shop.brand import Brand
from cartback.texts import branding
from cartback.texts.cleaning import one_line
from cartback.texts.folder import LANGUAGES
from cartback.texts.page_headers import PAGE_STYLE
from cartback.texts.rendering import laid_out, words

if TYPE_CHECKING:
    from cartback.ports import ShopFace
    from cartback.texts.fields import PageFields

METHODS = {
    "leave": "get",
    "left": "post",
    "gone": "get",
    "asked": "alone",
    "confirm": "get",
    "confirmed": "post",
    "prefs": "get",
    "refused": "alone",
    "away": "get",
    "unsaved": "get",
    "unsent": "alone",
    "ask": "get",
    "answered": "alone",
}
"""How each page is reached. Its language switch comes back the same way: the answer to a POST posts again, which
changes nothing a second time. ``unsaved`` leads back to the form instead: what was chosen there is known to the
browser alone. ``alone`` has none: it answers another site's form, which cannot be sent again."""

NAMELESS = ("away", "unsaved", "unsent", "ask", "answered")
"""Pages without a shop: while our stores are away nobody knows whose they are, and a question is to the shop's team."""


def write(name: str, lang: str, fields: PageFields) -> str:
    """Write a page. Raises ``Refused`` as ``texts.page`` says."""
    if name not in METHODS or lang not in LANGUAGES:
        raise Refused(f"there is no page {name} in {lang}")
    view = fields.view
    until = day_in_words(view.paused_until, lang) if view is not None and view.paused_until else None
    shop = branding.shown(fields.shop, lang, {}) if fields.shop else None
    facts: dict[str, object] = {"lang": lang, "shop": shop, "wording": fields.wording}
    facts |= {"until": until, "question": fields.question, "faults": fields.faults}
    form = fields.shop.form_of_address if fields.shop else SIE
    return laid_out(
        "page.html",
        {
            **facts,
            "text": words(f"pages/{name}.{lang}", facts, form),
            "label": words(f"layouts/page.{lang}", facts, form),
            "method": METHODS[name],
            "switches": [_switch(other) for other in LANGUAGES if other != lang and METHODS[name] != "alone"],
            "tongues": [_switch(each) for each in LANGUAGES],
            "view": view,
            "saved": fields.saved,
            "question": fields.question,
            "accent": branding.look(fields.shop.brand if fields.shop else Brand()).accent,
            "back": fields.back,
            # Ours, and they must reach the browser to the letter: their hashes are in the page's headers.
            "styles": [Markup(style) for style in _styles(fields)],  # noqa: S704
        },
    )


def _styles(fields: PageFields) -> list[str]:
    return [PAGE_STYLE, branding.style(fields.shop.brand)] if fields.shop else [PAGE_STYLE]


def _switch(lang: str) -> dict[str, str]:
    label = words(f"layouts/page.{lang}", {"lang": lang, "shop": None})
    return {"lang": lang, "label": label["language"]}


def wording(lang: str, shop: ShopFace, topics: Sequence[str]) -> str:
    """What somebody agrees to, and how often at most. Raises ``Refused`` for a language or topic that there is not.

    Whoever is asked is told which messages will come and how often (CON-5); the numbers are the shop's own caps.
    """
    if lang not in LANGUAGES:
        raise Refused(f"there is no wording in {lang}")
    name = f"layouts/wording.{lang}"
    shown = {"name": one_line(shop.name, 60)}
    facts = {"shop": shown, "frequency": shop.frequency, "topics": "", "most": 0, "limits": ""}
    parts = words(name, facts)
    if not topics or not set(topics) <= parts.keys() & set(TOPICS):
        raise Refused(f"{name}: no words for {', '.join(topics)}")
    limits = [
        words(name, {**facts, "most": most})[f"within_{days}"] for days, most in shop.frequency.limits()
    ]
    said = {
        "topics": _listed([parts[topic] for topic in topics], parts["joined"]),
        "limits": _listed(limits, parts["joined"]),
    }
    return words(name, {**facts, **said})["sentence"]


def _listed(named: Sequence[str], joined: str) -> str:
    return f" {joined} ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)


def day_in_words(instant: datetime, lang: str) -> str:
    """A day as the language writes it, in UTC: a pause ends when it ends, wherever somebody is."""
    if lang == "de":
        return f"{instant.day}.{instant.month}.{instant.year}"
    return f"{instant.day} {month_name[instant.month]} {instant.year}"
