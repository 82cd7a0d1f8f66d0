"""A mailbox as the demo fills it: real texts about the demo shop's things, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cartback import texts
from cartback.domain.money import Money
from cartback.domain.shop.settings import ShopSettings
from cartback.domain.trade.items import Item
from cartback.ports import ShopFace
from cartback.store.shop.settings import face
from local.demo import shop
from local.demo.assortment import PLENTY, Variant
from local.mail import Message

START = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)
_TOUCHES = ("reminder", "answers", "last_note")
_PEOPLE = (("Lena", "de"), ("Olivia", "en"), ("Jonas", "de"), ("Harry", "en"), ("Mia", "de"), ("Isla", "en"))


@dataclass(slots=True)
class Filled:
    """The messages, oldest first. More may be put in."""

    messages: tuple[Message, ...]


def shop_face(front_url: str) -> ShopFace:
    """How the demo shop shows itself."""
    return face(ShopSettings.parse(shop.document(front_url)))


def filled(front_url: str) -> Filled:
    """Some mails to some people; the last one came back."""
    here = shop_face(front_url)
    return Filled(tuple(_mail(here, front_url, number) for number in range(9)))


def _mail(here: ShopFace, front_url: str, number: int) -> Message:
    name, lang = _PEOPLE[number % len(_PEOPLE)]
    touch = _TOUCHES[number // 3]
    things = [PLENTY[(number + step * 3) % len(PLENTY)] for step in range(1 + number % 2)]
    subject, html, text = texts.email(
        "cart_recovery",
        touch,
        lang,
        {
            "shop": here,
            "first_name": name,
            "items": tuple(_item(thing, lang, front_url) for thing in things),
            "total": Money(sum(thing.price for thing in things), "EUR"),
            "restore_url": f"{front_url}/r/demo.{'a' * 43}",
            "leave_url": f"{front_url}/u/demo.{'b' * 43}",
            "basis": "explicit",
        },
    )
    return Message(
        id=f"message-{number}",
        sent_at=START + timedelta(hours=7 * number, minutes=11 * number),
        source=here.sender,
        to=(f"{name.lower()}.muster@example.com",),
        subject=subject,
        headers=(
            ("From", f"{here.name} <{here.sender}>"),
            ("Subject", subject),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ),
        text=text,
        html=html,
        tags={"shop": "demo", "flow": "cart_recovery", "touch": touch, "lang": lang},
        configuration_set="cartback",
        bounces=number == 8,
    )


def _item(thing: Variant, lang: str, front_url: str) -> Item:
    return Item(
        variant_id=str(thing.variant_id),
        title=thing.title(lang),
        variant_title=thing.option(lang),
        unit_price=Money(thing.price, "EUR"),
        image_url=front_url + thing.picture,
    )
