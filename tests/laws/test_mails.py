"""Laws over every mail that can be written: every text in every language for every brand, whatever is in the cart.

The brands are those that settings let through; that others are refused is tested with the settings.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html import unescape
from types import SimpleNamespace

import pytest

from cartback import texts
from cartback.domain.flows import MARKETING
from cartback.domain.money import Money
from cartback.domain.shop.colours import contrast
from cartback.domain.shop.settings import ShopSettings
from cartback.domain.shop.weblink import tagged
from cartback.domain.subject import CART, ORDER, PERSON, SIGNUP
from cartback.flows import rules
from cartback.store.shop.settings import face
from local.demo import looks
from tests.laws.test_texts import MAILS
from tests.unit.settings.shop import document
from tests.unit.texts.cascade import DAY, NIGHT, OUTLOOK, seen
from tests.unit.texts.samples import LAMP, LEAVE, RESTORE, Read, bought, many, question
from tests.unit.texts.samples import fields as mail_fields
from tests.unit.texts.test_mail import HOSTILE

URL = "https://lampen.example"
PIXEL = {"url": f"{URL}/a.png", "width": 120}
DARK = {"url": f"{URL}/d.png"}
LINKS = [{"url": f"{URL}/{'x' * 200}", "de": "Ü" * 40, "en": "W" * 40}]
MARKS = [{"name": "Geprüft & sicher", "picture": PIXEL, "url": URL}, {"name": "<b>Rechnung</b>"}]
FULL = {
    "header": LINKS * 3,
    "footer": LINKS * 6,
    "social": {"instagram": URL, "x": URL},
    "trust": MARKS * 2,
    "payment": MARKS * 4,
    "phone": "+49 221 1234567",
}
BRANDS = {
    **{shop: looks.document(shop, URL)["brand"] for shop in looks.LOOKS},
    "nothing": {},
    "white": {"accent": "#ffffff", "ground": "#ffffff"},
    "black": {"accent": "#000000", "font": "courier", "radius": 0},
    "grey": {"accent": "#767676", "ground": "#e0e0e0"},
    "night": {"accent": "#1c2220", "logo": {**PIXEL, "colour": "#ffffff", "ground": "#000000"}},
    "everything": {**FULL, "accent": "#ffd400", "on_accent": "#3a2a00", "logo": PIXEL, "logo_dark": DARK},
}  # fmt: skip
_LONG = f"{URL}/{'y' * 1900}.jpg"
LISTS = {
    "one thing": (LAMP,),
    "hostile words": tuple(
        replace(LAMP, title=words, variant_title=words, image_url=None) for words in HOSTILE.values()
    )[:5],
    "more hostile words": tuple(replace(LAMP, title=words, image_url=_LONG) for words in HOSTILE.values())[
        5:
    ],
    "three hundred": (*many(100), *many(200)),
    "without prices": (replace(LAMP, unit_price=None, variant_title=None),),
    "of Shopify": (replace(LAMP, image_url="https://cdn.shopify.com/s/files/1/a.jpg?v=1&width=4000"),),
}
WORDS, SHAPES, KILOBYTES = 4.5, 3.0, 1024
LARGEST = 102 * KILOBYTES
"""Gmail cuts what is longer, and the imprint and the way to leave are at the end."""
SMALLEST = 13


@cache
def shop(brand: str):
    links = {"support_url": URL, "returns_url": URL, "shipping_url": URL, "privacy_url": f"{URL}/privacy"}
    return face(ShopSettings.parse(document(brand=BRANDS[brand], links=links, reply_to="a@lampen.example")))


def written(flow: str, touch: str, lang: str, brand: str, items: str) -> SimpleNamespace:
    kind = rules(flow).FLOW.kind
    if kind == SIGNUP:
        fields, ours = question(shop=shop(brand)), (question().confirm_url,)
    elif kind == ORDER:
        leave = LEAVE if rules(flow).FLOW.law_of(touch) == MARKETING else None
        fields = bought(shop=shop(brand), items=LISTS[items], leave_url=leave, page_url=f"{URL}/care")
        page = tagged(
            f"{URL}/care",
            {"utm_source": "cartback", "utm_medium": "email", "utm_campaign": flow, "utm_content": touch},
        )
        ours = (page, *filter(None, [leave]))
    else:
        total = Money(100, "EUR") if LISTS[items][0].unit_price else None
        prefs = "https://api.example/p/lumen.cccc"
        fields = mail_fields(shop=shop(brand), items=LISTS[items], total=total, prefs_url=prefs)
        if kind == PERSON:
            fields = replace(fields, about=kind, items=(), total=None)
        ours = (RESTORE, LEAVE, prefs)
    subject, html, text = texts.email(flow, touch, lang, fields)
    return SimpleNamespace(subject=subject, html=html, text=text, ours=ours, cart=kind == CART)


def colours_that_are_not_read(html: str) -> list[str]:
    faults = []
    for mode in (DAY, NIGHT, OUTLOOK):
        for element in seen(html, mode):
            words = element.attributes.get("alt", "") or element.text.strip(" \n\xa0\u034f\u200c·")
            ink, ground = element.value("color"), element.value("background-color")
            if not words:
                continue
            if ink is None or ground is None or contrast(ink, ground) < WORDS:
                faults.append(f"{mode}: {words[:40]!r} in {ink} on {ground}")
    return faults


def sizes_that_are_not_read(html: str) -> list[str]:
    shown = [each for each in seen(html, DAY) if each.text.strip(" \n\xa0\u034f\u200c")]
    return [
        each.text
        for each in shown
        if each.value("line-height") != "0" and int((each.value("font-size") or "0px")[:-2]) < SMALLEST
    ]


def calls_to_action(mail: SimpleNamespace) -> list[str]:
    page, faults = Read(mail.html), []
    if page.values("class").count("button") != 1 or mail.html.count("<v:roundrect") != 1:
        faults.append("not one button")
    drawn = re.search(r'<v:roundrect href="([^"]*)".*?<center[^>]*>(.*?)</center>', mail.html, re.DOTALL)
    button = re.search(r'<td class="button".*?<a href="([^"]*)"[^>]*>(.*?)</a>', mail.html, re.DOTALL)
    if not drawn or not button or drawn.groups() != button.groups() or unescape(drawn[1]) != mail.ours[0]:
        faults.append("Outlook's button is another")
    if mail.cart and not mail.html.index('class="button"') < mail.html.index(
        "photo-cell", mail.html.index("<body")
    ):
        faults.append("the button stands below the first article")
    if mail.text.count(f"{mail.ours[0]}\n") != 1:
        faults.append("the text part has not one way to follow")
    return faults


def what_clients_need(mail: SimpleNamespace) -> list[str]:
    page, faults = Read(mail.html), []
    for needed in (
        "<o:PixelsPerInch>96</o:PixelsPerInch>",
        'xmlns:v="urn:schemas-microsoft-com:vml"',
        "mso-line-height-rule: exactly",
        "@media (prefers-color-scheme: dark)",
        "[data-ogsc] ",
        "[data-ogsb] ",
    ):
        if needed not in mail.html:
            faults.append(f"no {needed}")
    if mail.html.count("<!--[if") != mail.html.count("<![endif]-->"):
        faults.append("a conditional comment without its end")
    if page.values("src") and len(page.values("alt", "img")) != len(page.values("src", "img")):
        faults.append("a picture without words")
    if "<style>" in mail.html.partition("</head>")[2] or re.search(r'<(div|p)[^>]*[;"]height:\d', mail.html):
        faults.append("a box that Word does not draw")
    return faults


def escapes(mail: SimpleNamespace) -> list[str]:
    page = Read(mail.html)
    tags = {tag for tag, _ in page.shape}
    faults = [f"<{tag}>" for tag in tags & {"script", "iframe", "form", "link", "svg", "b"}]
    faults += [name for _, name, _ in page.attributes if name.startswith("on")]
    faults += [link for link in page.values("href") if not link.startswith(("https://", "tel:+"))]
    return faults + (["no one line"] if "\n" in mail.subject else [])


RULES = {
    "colours that are not read": lambda mail: colours_that_are_not_read(mail.html),
    "sizes that are not read": lambda mail: sizes_that_are_not_read(mail.html),
    "calls to action": calls_to_action,
    "what clients need": what_clients_need,
    "escaping": escapes,
    "size": lambda mail: [] if len(mail.html.encode()) < LARGEST else [len(mail.html.encode())],
}


@pytest.mark.parametrize(("flow", "touch", "lang"), MAILS)
@pytest.mark.parametrize("brand", BRANDS)
def test_a_mail_is_read_everywhere_whatever_the_brand_and_the_cart(flow, touch, lang, brand):
    for items in LISTS if rules(flow).FLOW.kind in (CART, ORDER) else ["one thing"]:
        mail = written(flow, touch, lang, brand, items)
        faults = {rule: found for rule, of in RULES.items() if (found := of(mail))}
        assert faults == {}, items


@pytest.mark.parametrize(
    "brand", [name for name, brand in BRANDS.items() if (brand.get("logo") or {}).get("colour")]
)
@pytest.mark.parametrize("mode", [DAY, NIGHT, OUTLOOK])
def test_a_logo_stands_out_from_what_it_stands_on(brand, mode):
    mail = written("cart_recovery", "reminder", "de", brand, "one thing")
    given = BRANDS[brand]
    drawn = {given["logo"]["url"]: given["logo"]["colour"]}
    if given.get("logo_dark"):
        drawn[given["logo_dark"]["url"]] = given["logo_dark"]["colour"]
    logos = [each for each in seen(mail.html, mode) if each.attributes.get("src") in drawn]
    assert len(logos) == 1
    assert contrast(drawn[logos[0].attributes["src"]], logos[0].value("background-color")) >= SHAPES


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_whole_rows_lead_back_to_the_cart(lang):
    mail = written("cart_recovery", "reminder", lang, "demo", "three hundred")
    body = mail.html[mail.html.index("<body") :]
    rows = body.split('<td class="rule line photo-cell"')[1:]
    assert len(rows) == 5
    for row in rows:
        assert row.partition("</tr>")[0].count(f'href="{RESTORE}"') == 2
    more = "295 weitere" if lang == "de" else "295 more"
    assert re.search(rf'<a [^>]*href="{re.escape(RESTORE)}"[^>]*>[^<]*{more}', mail.html)


def test_a_picture_of_a_shop_that_can_cut_it_is_asked_for_in_twice_the_size_in_which_it_is_shown():
    mail = written("cart_recovery", "reminder", "de", "nothing", "of Shopify")
    (picture,) = Read(mail.html).values("src")
    assert picture == "https://cdn.shopify.com/s/files/1/a.jpg?v=1&width=192&height=192&crop=center"
    attributes = dict(next(names for tag, names in _images(mail.html)))
    assert (attributes["width"], attributes["height"]) == ("96", "96")


def test_a_picture_of_unknown_shape_is_never_pressed_into_a_square():
    mail = written("cart_recovery", "reminder", "de", "nothing", "one thing")
    attributes = dict(next(names for tag, names in _images(mail.html)))
    assert attributes["src"] == LAMP.image_url
    assert "height" not in attributes
    assert "object-fit: cover" in mail.html.partition("<!--[if !mso]>")[2].partition("<![endif]-->")[0]


def _images(html: str):
    return [(each.tag, each.attributes.items()) for each in seen(html, DAY) if each.tag == "img"]


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("touch", ["confirm", "confirm_again"])
def test_the_question_sells_nothing_and_still_says_whose_it_is(touch, lang):
    mail = written("double_opt_in", touch, lang, "everything", "one thing")
    links = set(Read(mail.html).values("href"))
    assert links == {mail.ours[0], "tel:+492211234567", f"{URL}/privacy"}
    assert "Geprüft" not in mail.html
    assert Read(mail.html).values("src") == [PIXEL["url"], f"{URL}/d.png"]


def test_the_text_part_has_what_the_other_has_of_the_shop():
    mail = written("cart_recovery", "reminder", "de", "everything", "one thing")
    assert "Telefon: +49 221 1234567" in mail.text
    assert f"Datenschutz:\n{URL}/privacy" in mail.text
    assert "<" not in mail.text
