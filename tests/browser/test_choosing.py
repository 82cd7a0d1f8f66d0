"""Saying yes and choosing: the pages as their doors answer them, for everybody, everywhere, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from cartback import wiring
from functions import answer_ask, confirm, preferences
from local.proxy import Answer, Handler, Server, serving
from tests.browser.conftest import Opened
from tests.browser.test_inbox import findings, wider_than_its_window
from tests.fakes.world import World
from tests.unit.usecases.test_preferences import Reader
from tests.unit.usecases.test_sign_up import SignUps

DOORS = {"a": answer_ask, "c": confirm, "p": preferences}
_SMALLEST = 44
"""WCAG 2.2, 2.5.5: as many pixels a finger needs."""


class Doors(Handler):
    """The doors behind the links of messages, as API Gateway calls them."""

    def respond(self) -> None:
        """Answer one request."""
        body = self.body().decode()
        path, _, query = self.path.partition("?")
        _, door, token = path.split("/")
        event = {
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "pathParameters": {"token": token},
            "queryStringParameters": dict(pair.split("=") for pair in query.split("&") if "=" in pair),
            "requestContext": {
                "http": {"method": self.command, "sourceIp": "203.0.113.7", "userAgent": "test"}
            },
            "body": body,
        }
        answer = DOORS[door].handler(event, None)
        self.tell(Answer(answer["statusCode"], list(answer["headers"].items()), answer["body"].encode()))


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with serving(Server(Doors)) as server:
        yield server.url


def behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("confirm", "preferences", "settings", "lapsed"):
        monkeypatch.setattr(wiring, name, lambda name=name: getattr(world, name))


@pytest.fixture
def reader(doors: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Reader, str]:
    """Somebody with a reminder, and the address of their preferences."""
    reader = Reader()
    behind(reader.world, monkeypatch)
    return reader, f"{doors}/p/{reader.token}"


@pytest.fixture
def asked(doors: str, monkeypatch: pytest.MonkeyPatch) -> tuple[SignUps, str]:
    """Somebody who signed up, and the address of the question."""
    form = SignUps()
    behind(form.world, monkeypatch)
    form.ask()
    form.run()
    return form, f"{doors}/c/{form.token()}"


def test_the_preferences_are_readable_on_every_device_in_every_language(
    opened: Opened, reader, device: str, lang: str
):
    _, url = reader
    page = opened(f"{url}?lang={lang}", device)
    expect(page.locator("fieldset")).to_have_count(4)
    assert findings(page) == []
    assert not wider_than_its_window(page)
    page.locator("main form").first.locator("button").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert findings(page) == []


def test_choosing_works_without_javascript_and_is_shown_as_it_was_saved(opened: Opened, reader):
    who, url = reader
    page = opened(f"{url}?lang=de", "phone", java_script_enabled=False)
    page.get_by_label("Angebote").uncheck()
    page.get_by_label("Höchstens einmal im Monat").check()
    page.get_by_label("30 Tage").check()
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("status")).to_contain_text("Gespeichert")
    expect(page.get_by_label("Angebote")).not_to_be_checked()
    expect(page.get_by_label("Höchstens einmal im Monat")).to_be_checked()
    expect(page.get_by_label("Weiter pausieren")).to_be_checked()
    assert who.person().prefs.frequency == "monthly"


def test_leaving_everything_is_one_press_and_no_harder_than_choosing(opened: Opened, reader):
    who, url = reader
    page = opened(f"{url}?lang=en", "phone", java_script_enabled=False)
    page.get_by_role("button", name="Unsubscribe from everything").click()
    expect(page.get_by_label("Offers")).not_to_be_checked()
    assert {word.state for word in who.person().consents.values()} == {"withdrawn"}


def test_the_keyboard_alone_chooses(opened: Opened, reader):
    who, url = reader
    page = opened(f"{url}?lang=en")
    offers = page.get_by_label("Offers")
    for _ in range(8):
        page.keyboard.press("Tab")
        if offers.evaluate("it => it === document.activeElement"):
            break
    expect(offers).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    assert who.person().consent("email", "offers").state == "withdrawn"


def test_every_choice_is_large_enough_for_a_thumb(opened: Opened, reader):
    page = opened(reader[1], "phone")
    for place in [*page.locator(".choice").all(), *page.locator("main button").all()]:
        box = place.bounding_box()
        assert box is not None
        assert box["height"] >= _SMALLEST


def test_the_question_is_readable_and_one_press_answers_it(opened: Opened, asked, device: str, lang: str):
    form, url = asked
    page = opened(f"{url}?lang={lang}", device)
    assert findings(page) == []
    assert not wider_than_its_window(page)
    assert form.person() is None
    page.locator("main button").click()
    expect(page.locator("main button")).to_have_count(0)
    assert findings(page) == []
    assert page.locator("html").get_attribute("lang") == lang
    assert form.person() is not None


@pytest.mark.parametrize("door", ["c", "p"])
def test_a_forged_link_gets_the_same_friendly_page_as_ever(opened: Opened, asked, doors: str, door: str):
    page = opened(f"{doors}/{door}/demo.{'A' * 43}?lang=en")
    expect(page.get_by_role("heading", level=1)).to_have_text("This link no longer leads anywhere")
    expect(page.locator("main button")).to_have_count(0)
