"""What is asked of you? The page of whoever was asked, as its door answers it, for everybody, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from cartback import wiring
from cartback.domain.connectors.connection import Connection
from local.proxy import Server, serving
from tests.browser.conftest import Opened
from tests.browser.test_choosing import Doors
from tests.browser.test_inbox import findings, wider_than_its_window
from tests.fakes.world import World

HOUR = 3600
_SMALLEST = 44
"""WCAG 2.2, 2.5.5: as many pixels a finger needs."""
TITLES = {
    "de": ("Was ist Ihre Antwort?", "Danke, das ist notiert", "Das ist entschieden"),
    "en": ("What is your answer?", "Thank you, this is noted", "This is decided"),
}
WORDS = {"de": ("Ja, bitte ausführen", "Nein, nicht ausführen"), "en": ("Yes, go ahead", "No, do not")}
SAID = {
    "de": ("Danach gilt: Nein.", "Entschieden wurde: Ja."),
    "en": ("Then this counts: no.", "It was decided: yes."),
}


class Question:
    """A question about coffee, which waits for anna; and her link."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.url = World(), url
        options = {"to": "anna@shop.example", "sender": "alerts@shop.example"}
        self.world.effects.connections.save(
            None, Connection("demo", "alert_email", options=options, desk=True)
        )
        monkeypatch.setattr(wiring, "answer_ask", lambda: self.world.answer_ask)

    def ask(self, **changes: object) -> str:
        """Ask her; gives the address of the page."""
        task = {
            "shop": "demo",
            "flow": "low_stock",
            "run": "low-stock-1",
            "subject": {"kind": "variant", "id": "v1", "generation": 3},
            "step": "purchase_order",
            "target": "alert_email.send",
            "fields": {"title": "Order 40 bags", "text": "Arabica-" * 40},
            "title": "Order 40 bags of coffee?",
            "amount": 48000,
            "currency": "EUR",
            "deadline_seconds": 8 * HOUR,
            "token": "token-1",
        }
        self.world.ask({**task, **changes})
        self.world.work_desk()
        (token,) = re.findall(r"/a/(\S+)", self.world.effects.mail.sent[-1]["text"])
        return f"{self.url}/a/{token}"


@pytest.fixture
def question(monkeypatch: pytest.MonkeyPatch) -> Iterator[Question]:
    with serving(Server(Doors)) as server:
        yield Question(server.url, monkeypatch)


def test_the_question_is_readable_on_every_device_in_every_language_before_and_after(
    opened: Opened, question: Question, device: str, lang: str
):
    page = opened(f"{question.ask()}?lang={lang}", device)
    heading = page.get_by_role("heading", level=1)
    before, after, _ = TITLES[lang]
    expect(heading).to_have_text(before)
    expect(page.locator("main")).to_contain_text("480.00 EUR")
    expect(page.locator("main")).to_contain_text(SAID[lang][0])
    assert page.locator("html").get_attribute("lang") == lang
    assert findings(page) == []
    assert not wider_than_its_window(page)
    page.get_by_role("button", name=WORDS[lang][0]).click()
    expect(heading).to_have_text(after)
    expect(page.locator("main")).to_contain_text(SAID[lang][1])
    assert page.locator("html").get_attribute("lang") == lang
    assert findings(page) == []
    assert not wider_than_its_window(page)


def test_a_look_changes_nothing_and_one_press_answers_without_javascript(
    opened: Opened, question: Question, device: str, lang: str
):
    url = f"{question.ask()}?lang={lang}"
    for _ in range(2):
        page = opened(url, device, java_script_enabled=False)
        expect(page.locator("main button")).to_have_count(2)
    assert question.world.effects.runs.told == []
    page.get_by_role("button", name=WORDS[lang][1]).click()
    expect(page.locator("main button")).to_have_count(0)
    ((_, word),) = question.world.effects.runs.told
    assert word["next"] == "rejected"
    again = opened(url, device, java_script_enabled=False)
    expect(again.get_by_role("heading", level=1)).to_have_text(TITLES[lang][2])
    expect(again.locator("main button")).to_have_count(0)


def test_the_keyboard_alone_answers(opened: Opened, question: Question):
    page = opened(f"{question.ask()}?lang=en")
    yes = page.get_by_role("button", name="Yes, go ahead")
    for _ in range(6):
        page.keyboard.press("Tab")
        if yes.evaluate("it => it === document.activeElement"):
            break
    expect(yes).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main button")).to_have_count(0)
    assert question.world.effects.runs.told[0][1]["next"] == "approved"


def test_every_answer_is_large_enough_for_a_thumb(opened: Opened, question: Question):
    page = opened(f"{question.ask()}?lang=de", "phone")
    for place in page.locator("main button").all():
        box = place.bounding_box()
        assert box is not None
        assert box["height"] >= _SMALLEST
        assert box["width"] >= _SMALLEST


def test_a_link_that_is_over_or_was_never_made_says_so_and_offers_nothing(
    opened: Opened, question: Question, device: str, lang: str
):
    url = question.ask()
    question.world.clock.move(seconds=8 * HOUR)
    for gone in (url, f"{url[:-1]}x"):
        page = opened(f"{gone}?lang={lang}", device)
        expect(page.locator("main button")).to_have_count(0)
        assert findings(page) == []
        assert not wider_than_its_window(page)
