"""The brand kit: what cannot be shown or read is refused with what would do, and earlier words are still read."""

from __future__ import annotations

import re

import pytest

from cartback.domain.errors import Refused
from cartback.domain.shop import colours
from cartback.domain.shop.settings import ShopSettings
from tests.unit.settings.shop import document

LOGO = {"url": "https://lampen.example/l.png"}


def refusal(**brand: object) -> str:
    with pytest.raises(Refused) as refused:
        ShopSettings.parse(document(brand=brand))
    return refused.value.reason


@pytest.mark.parametrize(
    ("ratio", "path", "brand"),
    [
        (4.5, "brand.on_accent", {"accent": "#ffd400", "on_accent": "#ffffff"}),
        (4.5, "brand.on_accent", {"accent": "#777777", "on_accent": "#808080"}),
        (4.5, "brand.ground", {"ground": "#8a8a8a"}),
        (3, "brand.logo.ground", {"logo": {**LOGO, "colour": "#fafafa"}}),
        (3, "brand.logo_dark.colour", {"logo": LOGO, "logo_dark": {**LOGO, "colour": "#30413b"}}),
    ],
)
def test_a_colour_without_contrast_is_refused_with_one_that_would_do(ratio: float, path: str, brand: dict):
    told = refusal(**brand)
    assert told.startswith(f"{path}: ")
    one, other, would_do = re.findall("#[0-9a-f]{6}", told.partition("not allowed: ")[2])
    assert colours.contrast(one, other) < ratio
    assert f"{ratio:g} : 1" in told
    assert max(colours.contrast(would_do, one), colours.contrast(would_do, other)) >= ratio
    *steps, last = path.split(".")[1:]
    good = {**brand}
    inner = good
    for step in steps:
        inner[step] = dict(inner[step])
        inner = inner[step]
    inner[last] = would_do
    ShopSettings.parse(document(brand=good))


def test_a_colour_that_is_just_short_of_its_limit_is_not_told_as_if_it_were_on_it():
    assert "4.4 : 1" in refusal(accent="#777777", on_accent="#ffffff")


@pytest.mark.parametrize("ending", [".svg", ".webp", ".avif", ".SVG", ""])
def test_a_picture_that_mail_programs_do_not_show_is_refused_with_what_would_do(ending: str):
    told = refusal(logo={"url": f"https://lampen.example/l{ending}"})
    assert ending in told
    assert ".png would do" in told


@pytest.mark.parametrize("link", ["l.png", "l.PNG", "l.jpeg", "l.jpg?v=2", "l.gif"])
def test_pictures_that_every_mail_program_shows_are_taken(link: str):
    settings = ShopSettings.parse(document(brand={"logo": {"url": f"https://lampen.example/{link}"}}))
    assert settings.brand.brand().logo.picture.url.endswith(link)


def test_a_logo_for_the_night_needs_one_for_the_day():
    assert "brand.logo" in refusal(logo_dark=LOGO)


def test_what_an_earlier_version_kept_is_still_read():
    look = {"logo_url": "https://lampen.example/l.png", "accent": "#FFD400"}
    brand = ShopSettings.kept(document(look=look)).brand.brand()
    assert (brand.logo.picture.url, brand.accent) == (look["logo_url"], "#ffd400")
    assert "look" not in ShopSettings.kept(document(look=look)).as_document()


def test_a_logo_that_was_kept_before_pictures_were_judged_gives_way_to_the_name():
    look = {"logo_url": "https://lampen.example/l.svg", "accent": "#000001"}
    brand = ShopSettings.kept(document(look=look)).brand.brand()
    assert (brand.logo, brand.accent) == (None, "#000001")
    with pytest.raises(Refused, match=r"^brand\.logo\.url: .*\.svg"):
        ShopSettings.parse(document(look=look))


def test_a_hand_that_writes_the_earlier_word_changes_what_is_kept_under_the_new_one():
    known = ShopSettings.parse(document(brand={"accent": "#111111", "logo": {**LOGO, "width": 90}}))
    edited = {**known.as_document(), "look": {"logo_url": "https://lampen.example/new.png"}}
    brand = ShopSettings.parse(edited).brand.brand()
    assert (brand.logo.picture.url, brand.logo.picture.width) == ("https://lampen.example/new.png", 90)
    assert brand.accent == "#111111"


def test_what_the_earlier_word_never_held_is_refused_under_the_new_one():
    with pytest.raises(Refused, match=r"^brand\.colour: no such setting"):
        ShopSettings.parse(document(look={"colour": "#000000"}))
    with pytest.raises(Refused, match=r"^look: no such setting"):
        ShopSettings.parse(document(look="green"))


def test_a_link_is_called_what_it_is_in_each_language_or_in_the_one_that_it_has():
    header = [{"url": "https://lampen.example/neu", "de": "Neu", "en": "New"}, {**LOGO, "de": "Sale"}]
    both, one = ShopSettings.parse(document(brand={"header": header})).brand.brand().header
    assert [(link.label("de"), link.label("en")) for link in (both, one)] == [
        ("Neu", "New"),
        ("Sale", "Sale"),
    ]
