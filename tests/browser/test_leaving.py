"""The pages around leaving: they have to work for everybody, everywhere, at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opened
from tests.browser.test_inbox import findings, wider_than_its_window


@pytest.mark.parametrize("token", ["good", "gone", "away", "unsent"])
def test_a_page_is_readable_on_every_device_in_every_language(
    opened: Opened, leave_url: str, device: str, lang: str, token: str
):
    page = opened(f"{leave_url}/{token}?lang={lang}", device)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.locator("html").get_attribute("lang") == lang
    assert findings(page) == []
    assert not wider_than_its_window(page)


def test_one_press_leaves_without_javascript(opened: Opened, leave_url: str, device: str, lang: str):
    page = opened(f"{leave_url}/good?lang={lang}", device, java_script_enabled=False)
    before = page.get_by_role("heading", level=1).text_content()
    page.locator("main button").click()
    page.wait_for_load_state()
    assert page.get_by_role("heading", level=1).text_content() != before
    expect(page.locator("main button")).to_have_count(0)
    assert page.locator("html").get_attribute("lang") == lang


def test_the_page_after_leaving_is_readable_too(opened: Opened, leave_url: str, device: str, lang: str):
    page = opened(f"{leave_url}/good?lang={lang}", device)
    page.locator("main button").click()
    page.wait_for_load_state()
    assert findings(page) == []
    assert not wider_than_its_window(page)


def test_a_press_that_could_not_be_kept_says_so_and_leads_back_to_the_button(
    opened: Opened, leave_url: str, device: str, lang: str
):
    page = opened(f"{leave_url}/tired-{device}-{lang}?lang={lang}", device, java_script_enabled=False)
    question = page.get_by_role("heading", level=1).text_content()
    page.locator("main button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("gespeichert" if lang == "de" else "saved")
    again = page.locator("main a.main")
    box = again.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    again.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(question)
    page.locator("main button").click()
    expect(page.locator("main button")).to_have_count(0)
    assert page.locator("html").get_attribute("lang") == lang


def test_the_keyboard_alone_leaves(opened: Opened, leave_url: str):
    page = opened(f"{leave_url}/good?lang=de")
    button = page.locator("main button")
    for _ in range(5):
        page.keyboard.press("Tab")
        if button.evaluate("it => it === document.activeElement"):
            break
    expect(button).to_be_focused()
    outline = button.evaluate("it => getComputedStyle(it).outlineStyle + getComputedStyle(it).outlineWidth")
    assert outline.startswith(("solid", "auto", "double"))
    page.keyboard.press("Enter")
    expect(page.locator("main button")).to_have_count(0)


def test_the_other_language_is_one_press_away_before_and_after(opened: Opened, leave_url: str):
    page = opened(f"{leave_url}/good?lang=de")
    page.get_by_text("English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("main button").click()
    expect(page.locator("main button")).to_have_count(0)
    page.get_by_text("Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("main button")).to_have_count(0)


def test_the_button_is_large_enough_for_a_thumb(opened: Opened, leave_url: str):
    box = opened(f"{leave_url}/good?lang=de", "phone").locator("main button").bounding_box()
    assert box is not None
    # WCAG 2.2, 2.5.5: 44 by 44.
    assert box["height"] >= 44
    assert box["width"] >= 44
