"""One e-mail: its facts made fit to be shown, its words, and the two layouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cartback.domain.errors import Refused
from cartback.domain.language import tongue
from cartback.domain.money import in_words, number_in_words
from cartback.domain.shop.weblink import is_local, tagged, web_link
from cartback.domain.subject import CART
from cartback.domain.trade.bill import NET
from cartback.texts import branding, pictures
from cartback.texts.cleaning import first_name, holds_address, linkless, one_line
from cartback.texts.fields import MailFields, OrderFields, QuestionFields
from cartback.texts.folder import ROOT
from cartback.texts.rendering import laid_out, words

if TYPE_CHECKING:
    from cartback.domain.trade.items import Item

MOST_ITEMS = 5
"""Lines that a mail shows; the rest becomes "and 3 more". More would push the button off a phone's screen."""

PICTURE = 96
"""The side of an article's picture in CSS pixels."""

LONGEST_SUBJECT = 120
TOPICS = ("shipping", "returns", "support")
_ARTICLE = {"de": "Ihr Artikel", "de-du": "Dein Artikel", "en": "your article"}
"""What an article is called whose own words may not stand in a mail."""

WITHOUT_CART = ("double_opt_in",)
"""Flows whose mails are about no cart."""

ABOUT_ORDERS = ("post_purchase",)
"""Flows whose mails are about what was bought."""

ABOUT_PEOPLE = ("winback",)
"""Flows whose mails name no goods."""


@dataclass(frozen=True, slots=True)
class ShownItem:
    """A line of the cart as a text sees it. ``full`` is name and variant, ``brief`` the same for a subject.

    ``single`` says that it is one piece. ``together`` is what all of them cost, where one costs less than the smallest
    coin: then there is no ``price``. ``square`` says that the picture has the shape of its place.
    """

    name: str
    variant: str | None
    quantity: str
    price: str | None
    image_url: str | None
    single: bool = True
    together: str | None = None
    square: bool = False

    @property
    def full(self) -> str:
        """The product and its variant, as one says it."""
        return f"{self.name} ({self.variant})" if self.variant else self.name

    @property
    def brief(self) -> str:
        """The same, short enough that the rest of a subject is still seen on a phone."""
        name = one_line(self.name, 46)
        return f"{name} ({self.variant})" if self.variant and len(self.variant) <= 24 else name

    @property
    def initial(self) -> str:
        """What stands where there is no picture."""
        return self.name[0].upper() if self.name[:1].isalnum() else "·"


type Fields = MailFields | OrderFields | QuestionFields


def fields_of(flow: str) -> type[MailFields] | type[OrderFields] | type[QuestionFields]:
    """What the mails of a flow are told."""
    if flow in ABOUT_ORDERS:
        return OrderFields
    return QuestionFields if flow in WITHOUT_CART else MailFields


def write(
    flow: str, touch: str, lang: str, fields: Fields, parts: Mapping[str, str] | None = None
) -> tuple[str, str, str]:
    """Write the mail of a touch: subject, HTML and plain text. Raises ``Refused`` as ``texts.email`` says."""
    text = f"{flow}/{touch}.email.{lang}"
    facts = facts_of(flow, touch, lang, fields, text)
    form = fields.shop.form_of_address
    label = words(f"layouts/email.{lang}", facts, form)
    own = words(text, facts, form)
    if not own.keys().isdisjoint(label):
        raise Refused(f"{text}: blocks that belong to the layout: {', '.join(sorted(own.keys() & label))}")
    if parts:
        from cartback.texts import sandbox  # a shop without words of its own never needs it

        own |= sandbox.filled(parts, facts, text)
    subject = one_line(own["subject"], LONGEST_SUBJECT)
    everything = {
        **facts,
        "text": own,
        "label": label,
        "subject": subject,
        "button_width": min(60 + 11 * len(own["button"]), 510),
        "answers": _answers(own, facts["links"]),
        "steps": own["steps"].split("\n\n") if own.get("steps") else [],
    }
    return subject, laid_out("email.html", everything), laid_out("email.txt", everything).strip() + "\n"


def facts_of(
    flow: str, touch: str, lang: str, fields: Fields, text: str, medium: str = "email"
) -> dict[str, Any]:
    """The facts that a text may name, made fit to be shown, whatever kind of content it is."""
    if not (ROOT / f"layouts/email.{lang}.j2").is_file():
        raise Refused(f"there is no language {lang}")
    if isinstance(fields, QuestionFields):
        return _facts_without_cart(lang, fields, text)
    if isinstance(fields, OrderFields):
        return _facts_of_order(flow, touch, lang, fields, text, medium)
    return _facts(flow, touch, lang, fields, text, medium)


def _facts(flow: str, touch: str, lang: str, fields: MailFields, text: str, medium: str) -> dict[str, Any]:
    if not fields.items and fields.about == CART:
        raise Refused(f"{text}: a cart without items is nothing to write about")
    shop, local = fields.shop, is_local(fields.shop.url)
    tags = {"utm_source": "cartback", "utm_medium": medium, "utm_campaign": flow, "utm_content": touch}
    links = {
        topic: tagged(link, tags)
        for topic in TOPICS
        if (link := web_link(getattr(shop, f"{topic}_url"), local=local))
    }
    nameless = _ARTICLE[tongue(lang, shop.form_of_address)]
    items = tuple(_shown_item(item, lang, nameless, local=local) for item in fields.items[:MOST_ITEMS])
    return {
        "lang": lang,
        "shop": branding.shown(shop, lang, tags),
        "first_name": first_name(fields.first_name),
        "items": items,
        "item": items[0] if items else None,
        "others": max(len(fields.items) + fields.further - 1, 0),
        "more": len(fields.items) + fields.further - len(items),
        "total": in_words(fields.total, lang) if fields.total else None,
        "discount": in_words(fields.discount, lang) if fields.total and fields.discount else None,
        "has_prices": fields.total is not None or any(item.price or item.together for item in items),
        "net": fields.net,
        "price_note": _price_note(fields, lang),
        "basis": fields.basis,
        "links": links,
        "support_url": links.get("support"),
        "button_url": _followable(fields.restore_url, "restore_url", text),
        "leave_url": _followable(fields.leave_url, "leave_url", text),
        "prefs_url": _followable(fields.prefs_url, "prefs_url", text) if fields.prefs_url else None,
        "stop": fields.stop,
        "look": branding.look(shop.brand),
    }


def _facts_of_order(
    flow: str, touch: str, lang: str, fields: OrderFields, text: str, medium: str
) -> dict[str, Any]:
    """The same names for what was bought: without prices, and without a way to leave what is an answer."""
    tags = {"utm_source": "cartback", "utm_medium": medium, "utm_campaign": flow, "utm_content": touch}
    page = tagged(_followable(fields.page_url, "page_url", text), tags)
    shown = MailFields(
        shop=fields.shop,
        items=tuple(replace(item, unit_price=None, whole=None) for item in fields.items),
        restore_url=page,
        leave_url=fields.leave_url or page,
        prefs_url=fields.prefs_url,
        first_name=fields.first_name,
        further=fields.further,
        basis=fields.basis,
    )
    return _facts(flow, touch, lang, shown, text, medium) | ({} if fields.leave_url else {"leave_url": None})


def _facts_without_cart(lang: str, fields: QuestionFields, text: str) -> dict[str, Any]:
    """The same names with nothing to sell in them: no product, no page of the shop, no way to leave."""
    return {
        "lang": lang,
        "shop": branding.shown(fields.shop, lang, None),
        "first_name": None,
        "items": (),
        "more": 0,
        "total": None,
        "discount": None,
        "has_prices": False,
        "net": False,
        "price_note": None,
        "basis": None,
        "links": {},
        "support_url": None,
        "button_url": _followable(fields.confirm_url, "confirm_url", text),
        "leave_url": None,
        "prefs_url": None,
        "wording": one_line(fields.wording, 600),
        "look": branding.look(fields.shop.brand),
    }


def _shown_item(item: Item, lang: str, nameless: str, *, local: bool) -> ShownItem:
    price, cost = item.unit_price, item.cost
    link = web_link(item.image_url, local=local)
    picture, is_square = pictures.square(link, PICTURE) if link else (None, False)
    too_small = price is not None and cost is not None and not price.amount and bool(cost.amount)
    return ShownItem(
        name=_article(item.title, 120) or nameless,
        variant=(_article(item.variant_title, 80) or "…") if item.variant_title else None,
        quantity=number_in_words(item.quantity, lang),
        price=in_words(price, lang) if price is not None and not too_small else None,
        image_url=picture,
        square=is_square,
        single=item.quantity == 1,
        together=in_words(cost, lang) if cost is not None and too_small else None,
    )


def _price_note(fields: MailFields, lang: str) -> str | None:
    """The shop's own words beside prices. Where prices lack the tax, what it wrote for prices with it is not said."""
    note = fields.shop.price_notes.get(lang)
    return one_line(note, 120) if note and (not fields.net or fields.shop.prices == NET) else None


def _article(words: str | None, limit: int) -> str | None:
    """The words of an article, judged once more: an address in them would be somebody else's advertising."""
    return (
        None
        if not words or holds_address(words)
        else one_line(linkless(one_line(words, limit)), limit) or None
    )


def _followable(link: str, name: str, text: str) -> str:
    """Our own link. The API of the local cloud has no certificate, whatever the shop's address is."""
    if not web_link(link, local=True):
        raise Refused(f"{text}: {name} is no link that a mail may carry")
    return link


def _answers(own: dict[str, str], links: dict[str, str]) -> list[dict[str, str]]:
    """The questions that the text answers and the shop has a page for, in the order of ``TOPICS``."""
    told = []
    for topic, link in links.items():
        if f"answer_{topic}" in own:
            question, answer, label = own[f"answer_{topic}"].split("\n\n")
            told.append({"question": question, "answer": answer, "label": label, "url": link})
    return told
