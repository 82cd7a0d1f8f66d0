from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest

from cartback import texts
from cartback.domain.errors import Refused
from cartback.domain.shop.brand import Brand
from tests.unit.texts.samples import SHOP, VIEW, Read, every_link

PAGES = ("leave", "left", "gone", "away", "unsaved", "unsent", "refused")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_a_page_obeys_its_own_content_security_policy(name, lang):
    html = texts.page(name, lang, {"shop": SHOP})
    sheets = [part.split("</style>")[0] for part in html.split("<style>")[1:]]
    digests = [b64encode(sha256(style.encode()).digest()).decode() for style in sheets]
    policy = texts.headers_for(SHOP)["content-security-policy"]
    allowed = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert allowed["style-src"].split() == [f"'sha256-{digest}'" for digest in digests]
    assert allowed["default-src"] == "'none'"
    page = Read(html)
    assert {"https://" + link.split("/")[2] for link in page.values("src")} == set(allowed["img-src"].split())
    assert page.values("style") == []
    assert [tag for tag, _ in page.shape if tag in {"script", "link", "iframe"}] == []
    assert [name for _, name, _ in page.attributes if name.startswith("on")] == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_a_page_can_be_read_aloud(name, lang):
    page = Read(texts.page(name, lang, {"shop": SHOP}))
    tags = [tag for tag, _ in page.shape]
    assert page.values("lang", "html") == [lang]
    assert (tags.count("main"), tags.count("h1"), tags.count("title")) == (1, 1, 1)
    assert all(page.values("aria-label", "nav"))


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_leaving_takes_one_button_that_posts_home_in_the_chosen_language(lang):
    page = Read(texts.page("leave", lang, {"shop": SHOP}))
    assert page.values("action") == [f"?lang={lang}"]
    assert page.values("method") == ["post"]
    assert [tag for tag, _ in page.shape].count("button") == 1


def test_the_language_switch_comes_back_the_way_the_page_was_reached():
    assert Read(texts.page("leave", "de", {"shop": SHOP})).values("href", "a")[0] == "?lang=en"
    assert Read(texts.page("gone", "en", {})).values("href", "a") == ["?lang=de"]
    left = Read(texts.page("left", "de", {"shop": SHOP}))
    assert (left.values("action"), left.values("method")) == (["?lang=en"], ["post"])
    assert "?lang=en" not in left.values("href")


def test_the_page_behind_a_dead_link_tells_nothing_of_any_shop():
    page = Read(texts.page("gone", "de", {}))
    assert page.values("href", "a") == ["?lang=en"]
    assert "Lumen" not in page.shown


@pytest.mark.parametrize("name", ["leave", "left"])
def test_a_shop_that_removed_us_can_still_be_left(name):
    assert "dieser Shop" in Read(texts.page(name, "de", {"shop": None})).shown


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", '"><svg onload=x>', "</title></style><b>", "x" * 5000]
)
def test_nothing_that_a_shop_is_called_changes_the_structure_of_a_page(words):
    for name in PAGES:
        tame = Read(texts.page(name, "de", {"shop": SHOP}))
        named = replace(SHOP.brand, accent=words, on_accent=words, ground=words, font=words, phone=words)
        hostile = Read(texts.page(name, "de", {"shop": replace(SHOP, name=words, brand=named)}))
        assert hostile.shape == tame.shape


@pytest.mark.parametrize("address", ["javascript:alert(1)", 'https://l.example/"x', "http://l.example/l.png"])
def test_no_link_and_no_picture_of_a_brand_leads_where_nobody_may_be_led(address):
    shop = replace(SHOP, brand=every_link(address), privacy_url=address, imprint_url=address)
    html = texts.page("left", "de", {"shop": shop})
    assert set(Read(html).values("href", "a")) == {SHOP.url}
    assert Read(html).values("src") == Read(html).values("srcset") == []
    assert address not in html
    assert "img-src" not in texts.headers_for(shop)["content-security-policy"]


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize(
    "name", ["leave", "left", "confirm", "confirmed", "prefs", "asked", "refused", "gone"]
)
def test_a_page_of_a_shop_shows_whose_it_is(name, lang):
    link = "https://lumen.example/all"
    brand = replace(every_link(link), logo=SHOP.brand.logo, phone="+49 30 1234567")
    shop = replace(SHOP, brand=brand, privacy_url="https://lumen.example/privacy")
    given = {"shop": shop, "wording": "Ja.", "view": VIEW if name == "prefs" else None}
    page = Read(texts.page(name, lang, given))
    assert page.values("src")[0] == "https://lumen.example/logo.png"
    assert page.values("srcset") == [link]
    assert {link, "https://lumen.example/privacy", "tel:+49301234567", SHOP.url} <= set(page.values("href"))
    for words in ("Musterstraße 12", "HRB 000000", "+49 30 1234567", "Instagram", "Mehr", "Geprüft"):
        assert words in page.shown or words in page.values("alt")


def test_the_button_of_a_page_has_the_accent_of_the_shop():
    shop = replace(SHOP, brand=Brand(accent="#ffd400", font="georgia", radius=3))
    html = texts.page("leave", "de", {"shop": shop})
    assert "--press:#ffd400;--on-press:#000000;" in html
    assert "--font:Georgia" in html
    assert "--radius:3px" in html


def test_with_one_way_only_nobody_is_asked_which_way():
    two = replace(VIEW, channels={"email": True, "sms": False})
    one, both = (Read(texts.page("prefs", "de", {"shop": SHOP, "view": view})) for view in (VIEW, two))
    assert "Auf welchem Weg" not in one.shown
    assert "Auf welchem Weg" in both.shown
    assert [kind for kind in one.values("type", "input") if kind == "hidden"] == ["hidden"]


@pytest.mark.parametrize("fault", ["email", "phone", "topics", "form", "closed", "elsewhere", "many"])
def test_a_form_that_was_refused_is_told_why_in_either_language_and_led_back(fault):
    back = "https://lumen.example/newsletter"
    shown = {
        lang: Read(texts.page("refused", lang, {"shop": SHOP, "faults": (fault,), "back": back}))
        for lang in texts.LANGUAGES
    }
    plain = {
        lang: Read(texts.page("refused", lang, {"shop": SHOP, "back": back})) for lang in texts.LANGUAGES
    }
    for lang, page in shown.items():
        assert page.shown != plain[lang].shown
        assert back in page.values("href")
    assert shown["de"].shown != shown["en"].shown


def test_an_expired_link_names_its_shop_and_one_that_never_was_names_none():
    for lang in texts.LANGUAGES:
        assert "Lumen & Holz" in Read(texts.page("gone", lang, {"shop": SHOP})).shown
        assert "Lumen" not in Read(texts.page("gone", lang, {})).shown


def test_a_page_links_to_no_shop_whose_address_is_not_https():
    page = Read(texts.page("left", "de", {"shop": replace(SHOP, url="javascript:alert(1)")}))
    assert page.values("href", "a") == []


@pytest.mark.parametrize(("name", "lang"), [("admin", "de"), ("leave", "xx"), ("../layouts/email", "de")])
def test_a_page_that_is_not_there_is_refused(name, lang):
    with pytest.raises(Refused, match="there is no page"):
        texts.page(name, lang, {"shop": SHOP})


def test_an_unknown_field_of_a_page_is_refused():
    with pytest.raises(Refused, match=r"pages/leave\.de: unknown field 'email'"):
        texts.page("leave", "de", {"shop": SHOP, "email": "erika@example.com"})


def test_the_address_of_a_page_is_not_passed_on():
    assert texts.PAGE_HEADERS["referrer-policy"] == "no-referrer"
    assert texts.PAGE_HEADERS["cache-control"] == "no-store"


def test_a_page_is_asked_for_without_encryption_once_at_most_and_shown_in_no_frame():
    assert texts.PAGE_HEADERS["strict-transport-security"] == "max-age=31536000"
    assert "frame-ancestors 'none'" in texts.PAGE_HEADERS["content-security-policy"]
