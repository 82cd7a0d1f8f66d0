"""One page: its words and the layout."""

from __future__ import annotations

from markupsafe import Markup

from cartback.domain.errors import Refused
from cartback.domain.weblink import is_local, web_link
from cartback.texts import colours
from cartback.texts.cleaning import one_line
from cartback.texts.fields import PageFields
from cartback.texts.folder import LANGUAGES
from cartback.texts.page_headers import PAGE_STYLE
from cartback.texts.rendering import laid_out, words

METHODS = {"leave": "get", "left": "post", "gone": "get"}
"""How each page is reached. Its language switch comes back the same way: the answer to a POST posts again, which
changes nothing a second time."""


def write(name: str, lang: str, fields: PageFields) -> str:
    """Write a page. Raises ``Refused`` as ``texts.page`` says."""
    if name not in METHODS or lang not in LANGUAGES:
        raise Refused(f"there is no page {name} in {lang}")
    facts = {"lang": lang, "shop": _shown_shop(fields)}
    return laid_out(
        "page.html",
        {
            **facts,
            "text": words(f"pages/{name}.{lang}", facts),
            "label": words(f"layouts/page.{lang}", facts),
            "method": METHODS[name],
            "switches": [_switch(other) for other in LANGUAGES if other != lang],
            "accent": colours.accent(fields.shop.accent if fields.shop else None),
            # Ours, and it must reach the browser to the letter: its hash is in the page's headers.
            "style": Markup(PAGE_STYLE),  # noqa: S704
        },
    )


def _shown_shop(fields: PageFields) -> dict[str, str | None] | None:
    if fields.shop is None:
        return None
    shop = fields.shop
    return {"name": one_line(shop.name, 60), "url": web_link(shop.url, local=is_local(shop.url))}


def _switch(lang: str) -> dict[str, str]:
    label = words(f"layouts/page.{lang}", {"lang": lang, "shop": None})
    return {"lang": lang, "label": label["language"]}
