"""The inbox of the local cloud: what a newcomer sees first."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened
from tests.browser.mailbox import Filled

# The mails themselves sit in frames without scripts, so axe cannot run in there; tests/laws look at their HTML.
_AXE = {"iframes": False}


def findings(page: Page) -> list[str]:
    """What axe says is wrong with a page."""
    return [f"{each['id']}: {each['help']}" for each in Axe().run(page, options=_AXE).response["violations"]]


def wider_than_its_window(page: Page) -> bool:
    """Whether one has to scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_the_list_is_whole_on_every_device_in_every_language(
    opened: Opened, inbox_url: str, mailbox: Filled, device: str, lang: str
):
    page = opened(f"{inbox_url}/?lang={lang}", device)
    expect(page.locator("ol li")).to_have_count(len(mailbox.messages))
    assert page.locator("html").get_attribute("lang") == lang
    assert findings(page) == []
    assert not wider_than_its_window(page)


def test_a_mail_is_shown_as_a_phone_and_as_a_desktop_show_it(
    opened: Opened, inbox_url: str, mailbox: Filled, device: str, lang: str
):
    page = opened(f"{inbox_url}/messages/2?lang={lang}", device)
    mail = mailbox.messages[1]
    expect(page.get_by_role("heading", level=1)).to_have_text(mail.subject)
    frames = page.locator("iframe")
    expect(frames).to_have_count(2)
    for number in range(2):
        inside = frames.nth(number).content_frame
        button = inside.locator("a", has_text=re.compile("basket|Warenkorb")).last
        expect(button).to_be_visible()
        for image in inside.locator("img").all():
            expect(image).to_have_js_property("complete", value=True)
            assert image.evaluate("picture => picture.naturalWidth") > 0
    assert findings(page) == []
    assert not wider_than_its_window(page)


def test_links_of_a_mail_open_beside_the_inbox(opened: Opened, inbox_url: str):
    page = opened(f"{inbox_url}/messages/1?lang=de")
    with page.context.expect_page() as another:
        page.locator("iframe").first.content_frame.locator("td.button a").click()
    assert "/r/demo." in another.value.url
    assert page.url.startswith(f"{inbox_url}/messages/1")


def test_the_keyboard_alone_leads_from_the_list_to_a_mail_and_back(opened: Opened, inbox_url: str):
    page = opened(f"{inbox_url}/?lang=en")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("ol a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{inbox_url}/messages/*")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{inbox_url}/?lang=en")


def test_a_new_mail_appears_by_itself_and_the_reader_keeps_the_place(opened: Opened, growing_inbox):
    url, grow = growing_inbox
    page = opened(f"{url}/?lang=en")
    expect(page.locator("ol li")).to_have_count(3)
    page.locator("ol a").nth(1).focus()
    held = page.locator("ol a").nth(1).get_attribute("href")
    grow()
    expect(page.locator("ol li")).to_have_count(4)
    expect(page.locator("#count")).to_contain_text("4 mails")
    expect(page.locator("#news")).to_contain_text("1")
    assert page.evaluate("document.activeElement.getAttribute('href')") == held


def test_nothing_in_a_mail_can_run_in_the_inbox(opened: Opened, hostile_inbox: str):
    page = opened(f"{hostile_inbox}/messages/1?lang=en")
    page.locator("iframe").first.content_frame.get_by_text("hello").wait_for()
    assert page.evaluate("window.taken") is None
    assert page.evaluate("document.title") != "taken"
