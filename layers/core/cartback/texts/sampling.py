"""Mails that nobody gets: what a text becomes with one article or many, with a name or without one.

Own words are judged in all these situations, and previews and test mails show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.subject import PERSON
from cartback.domain.trade.items import Item
from cartback.texts import mail
from cartback.texts.fields import MailFields, OrderFields, QuestionFields
from cartback.texts.pages import wording

if TYPE_CHECKING:
    from cartback.domain.wording.parts import TextName
    from cartback.ports import ShopFace
    from cartback.texts.mail import Fields

NOWHERE = "https://links.example"
"""Where the links of a sample lead if nobody says."""

_GOODS = {
    "de": (("Leselampe Nora", "Messing"), ("Hocker Finn", None), ("Wolldecke Ida", "Salbei, 140 × 200 cm")),
    "en": (("Reading lamp Nora", "brass"), ("Stool Finn", None), ("Blanket Ida", "sage, 140 × 200 cm")),
}
_NAME = {"de": "Mia", "en": "Mia"}


def situations(flow: str, lang: str, face: ShopFace, base: str = NOWHERE) -> dict[str, Fields]:
    """The fields of a flow's mails by situation, the usual one first. ``base`` is what their links begin with."""
    token = f"{face.shop}.{'x' * 43}"
    if flow in mail.WITHOUT_CART:
        asked = wording(lang, face, ("cart_reminders", "offers"))
        return {"usual": QuestionFields(face, f"{base}/c/{token}", asked)}
    goods = tuple(
        Item(str(number), title, 1, variant, Money(4900 + 1000 * number, "EUR"))
        for number, (title, variant) in enumerate(_GOODS[lang])
    )
    usual = MailFields(
        shop=face,
        items=goods[:1],
        restore_url=f"{base}/r/{token}",
        leave_url=f"{base}/u/{token}",
        prefs_url=f"{base}/p/{token}",
        first_name=_NAME[lang],
        total=Money(4900, "EUR"),
    )
    bare = replace(face, support_url=None, returns_url=None, shipping_url=None, reply_to=None)
    if flow in mail.ABOUT_ORDERS:
        bought = OrderFields(
            face, goods[:1], f"{face.url}/care", usual.leave_url, usual.prefs_url, _NAME[lang]
        )
        return {
            "usual": bought,
            "several": replace(bought, items=goods),
            "without a name": replace(bought, first_name=None, basis="existing_customer"),
            "without anything": replace(bought, shop=bare, leave_url=None, prefs_url=None, first_name=None),
        }
    if flow in mail.ABOUT_PEOPLE:
        missed = replace(usual, items=(), total=None, about=PERSON)
        return {
            "usual": missed,
            "without a name": replace(missed, first_name=None, basis="existing_customer"),
            "without anything": replace(missed, shop=bare, first_name=None),
        }
    alone = replace(goods[1], unit_price=None)
    return {
        "usual": usual,
        "several": replace(usual, items=goods, total=Money(17700, "EUR")),
        "two": replace(usual, items=goods[:2], total=Money(10800, "EUR")),
        "many": replace(usual, items=goods * 3, total=Money(53100, "EUR")),
        "without a name": replace(usual, first_name=None, basis="existing_customer"),
        "without prices": replace(usual, items=(alone,), total=None, shop=bare),
        "without anything": replace(usual, items=(alone,), total=None, shop=bare, first_name=None),
    }


def situations_of(name: TextName, face: ShopFace) -> list[str]:
    """See ``ports.HouseTexts``."""
    return list(situations(name.flow, name.lang, face))


def sample(
    name: TextName, own: Mapping[str, str], face: ShopFace, base: str, situation: str
) -> tuple[str, str, str]:
    """See ``ports.HouseTexts``."""
    every = situations(name.flow, name.lang, face, base)
    if situation not in every:
        raise Refused(f"--situation: there is no {situation}; there are {', '.join(every)}")
    return mail.write(name.flow, name.step, name.lang, every[situation], own)
