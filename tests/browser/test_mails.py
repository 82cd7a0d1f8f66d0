"""Mails as an engine draws them: six looks, on a phone and a desktop, by day and by night."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from cartback import texts
from cartback.domain.money import Money
from cartback.domain.shop.settings import ShopSettings
from cartback.domain.trade.items import Item
from cartback.store.shop.settings import face
from local.demo import looks, shop
from local.demo.assortment import PLENTY
from tests.browser.conftest import Opened
from tests.browser.test_inbox import findings, wider_than_its_window

LOOKS = sorted(looks.LOOKS)
TOUCHES = sorted(texts.written("cart_recovery"))
_NO_LANDMARKS = {"region", "landmark-one-main", "page-has-heading-one", "meta-refresh"}


def mail(front_url: str, of: str, touch: str, lang: str, things: int) -> str:
    items = tuple(
        Item(
            str(thing.variant_id),
            thing.title(lang),
            1,
            thing.option(lang),
            Money(thing.price, "EUR"),
            image_url=front_url + thing.picture,
        )
        for thing in PLENTY[:things]
    )
    fields = {
        "shop": face(ShopSettings.parse(shop.document(front_url, of))),
        "first_name": "Mia",
        "items": items,
        "total": Money(sum(item.unit_price.amount for item in items if item.unit_price), "EUR"),
        "restore_url": f"{front_url}/r/demo.{'a' * 43}",
        "leave_url": f"{front_url}/u/demo.{'b' * 43}",
    }
    return texts.email("cart_recovery", touch, lang, fields)[1]


def drawn(page: Page, html: str) -> Page:
    page.set_content(html, wait_until="load")
    return page


@pytest.mark.parametrize("of", LOOKS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mail_is_read_by_day_and_night_and_fits_its_window(
    opened: Opened, front_url: str, device: str, of: str, scheme: str
):
    page = drawn(opened(front_url, device, color_scheme=scheme), mail(front_url, of, "answers", "de", 3))
    assert [each for each in findings(page) if each.split(":")[0] not in _NO_LANDMARKS] == []
    assert not wider_than_its_window(page)
    logos = [each for each in page.locator("img[src*='/logos/']").all() if each.is_visible()]
    assert len(logos) == 1
    assert logos[0].evaluate("it => it.naturalWidth") > 0


@pytest.mark.parametrize("touch", TOUCHES)
@pytest.mark.parametrize("things", [1, 10])
def test_what_a_mail_asks_for_is_in_sight_on_a_phone_without_scrolling(
    opened: Opened, front_url: str, lang: str, touch: str, things: int
):
    page = drawn(opened(front_url, "phone"), mail(front_url, "demo", touch, lang, things))
    box = page.locator("td.button a").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844
    assert box["height"] >= 44


@pytest.mark.parametrize("of", LOOKS)
def test_words_half_as_large_again_stay_in_the_window(opened: Opened, front_url: str, of: str):
    page = drawn(opened(front_url, "phone"), mail(front_url, of, "reminder", "de", 2))
    page.evaluate(
        "document.querySelectorAll('[style*=font-size]').forEach(it =>"
        " it.style.setProperty('font-size', 1.5 * parseFloat(it.style.fontSize) + 'px', 'important'))"
    )
    assert not wider_than_its_window(page)
    page.set_viewport_size({"width": 260, "height": 560})
    assert not wider_than_its_window(drawn(page, mail(front_url, of, "reminder", "de", 2)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_pictures_are_blocked_words_stand_in_their_place(opened: Opened, front_url: str, scheme: str):
    page = opened(front_url, "phone", color_scheme=scheme)
    page.route(
        "**/*", lambda route: route.abort() if route.request.resource_type == "image" else route.continue_()
    )
    drawn(page, mail(front_url, "demo", "reminder", "de", 2))
    shown = [each for each in page.locator("img").all() if each.is_visible()]
    assert shown[0].get_attribute("alt") == "Waldkante"
    assert all(each.get_attribute("alt") for each in shown)
    assert [each for each in findings(page) if each.split(":")[0] not in _NO_LANDMARKS] == []


def test_a_mail_is_whole_where_style_sheets_are_thrown_away(opened: Opened, front_url: str, device: str):
    page = drawn(opened(front_url, device), mail(front_url, "demo-stripe", "answers", "de", 3))
    page.evaluate("document.querySelectorAll('style').forEach(it => it.remove())")
    assert not wider_than_its_window(page)
    logos = [each for each in page.locator("img[src*='/logos/']").all() if each.is_visible()]
    assert len(logos) == 1
