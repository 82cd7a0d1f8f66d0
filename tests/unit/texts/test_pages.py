from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest

from cartback import texts
from cartback.domain.errors import Refused
from tests.unit.texts.samples import SHOP, Read

PAGES = ("leave", "left", "gone", "away", "unsaved", "unsent")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_a_page_obeys_its_own_content_security_policy(name, lang):
    html = texts.page(name, lang, {"shop": SHOP})
    style = html.split("<style>")[1].split("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in texts.PAGE_HEADERS["content-security-policy"]
    page = Read(html)
    assert page.values("style") == []
    assert [tag for tag, _ in page.shape if tag in {"script", "link", "img", "iframe"}] == []
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
        hostile = Read(texts.page(name, "de", {"shop": replace(SHOP, name=words, accent=words)}))
        assert hostile.shape == tame.shape


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
