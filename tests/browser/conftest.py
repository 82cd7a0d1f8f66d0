"""Chromium without a window, the inbox with mails in it, and the pages as the doors answer them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from cartback import texts
from cartback.domain.language import of_page
from cartback.store.clock import SystemClock
from local import inbox
from local.demo import front as fronts
from local.demo.front import Front
from local.proxy import Answer, Handler, Server, serving
from tests.browser.mailbox import Filled, filled, shop_face

DEVICES = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "device_scale_factor": 2,
    },
    "desktop": {"viewport": {"width": 1280, "height": 900}},
}
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the room."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium of this machine."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if not path:
        pytest.skip(
            "the browser room needs Chromium: 'apt-get install chromium', or CHROMIUM=/path/to/chrome"
        )
    with sync_playwright() as playwright:
        # Root may not use Chromium's own sandbox; the pages are ours.
        found = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield found
        found.close()


@pytest.fixture(scope="session")
def front_url():
    """The demo shop's front, where the pictures come from."""
    with fronts.running(Front()) as url:
        yield url


@pytest.fixture(scope="session")
def mailbox(front_url: str) -> Filled:
    """Mails in both languages."""
    return filled(front_url)


@pytest.fixture(scope="session")
def inbox_url(mailbox: Filled):
    """The inbox with these mails."""
    with inbox.running(mailbox, SystemClock()) as url:
        yield url


@pytest.fixture
def growing_inbox(mailbox: Filled):
    """An inbox with three mails, and a way to let one more arrive."""
    growing = Filled(mailbox.messages[:3])
    with inbox.running(growing, SystemClock()) as url:

        def grow() -> None:
            growing.messages = mailbox.messages[: len(growing.messages) + 1]

        yield url, grow


@pytest.fixture
def hostile_inbox(mailbox: Filled):
    """An inbox with a mail that would like to take it over."""
    script = "parent.taken = top.taken = 1; parent.document.title = 'taken'"
    html = f'<p>hello</p><script>{script}</script><img src=x onerror="{script}"></iframe><script>{script}</script>'
    subject = f"</title><script>{script}</script>"
    hostile = replace(mailbox.messages[0], html=html, subject=subject, text=html)
    with inbox.running(Filled((hostile,)), SystemClock()) as url:
        yield url


@pytest.fixture(scope="session")
def leave_url(front_url: str):
    """The pages around leaving, under ``/u/<token>``, as their doors answer; any token but ``gone`` is good.

    For ``away`` and ``unsent`` the store is away; for each that begins with ``tired`` it takes no wish at first.
    """
    pressed: set[str] = set()
    here = shop_face(front_url)

    class Doors(Handler):
        def respond(self) -> None:
            self.body()
            path, _, query = self.path.partition("?")
            asked = query.removeprefix("lang=") if query.startswith("lang=") else None
            lang = of_page(asked, "de", self.headers.get("Accept-Language"))
            token, posted = path.rpartition("/")[2], self.command == "POST"
            status, name = 200, "left" if posted else "leave"
            if token == "gone":
                status, name = 404, "gone"
            elif token in ("away", "unsent"):
                status, name = 503, token
            elif posted and token.startswith("tired") and token not in pressed:
                pressed.add(token)
                status, name = 503, "unsaved"
            shop = here if status == 200 else None
            body = texts.page(name, lang, {"shop": shop})
            self.tell(Answer(status, list(texts.headers_for(shop).items()), body.encode()))

    with serving(Server(Doors)) as server:
        yield f"{server.url}/u"


@pytest.fixture(params=DEVICES)
def device(request: pytest.FixtureRequest) -> str:
    """A phone, and a desktop."""
    return request.param


@pytest.fixture(params=["de", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    """Both languages."""
    return request.param


@pytest.fixture
def opened(browser: Browser):
    """Open an address on a device; ``said`` collects what its console complains about."""
    contexts = []

    def open_page(url: str, device: str = "desktop", **settings: object) -> Page:
        context = browser.new_context(**DEVICES[device], **settings)
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()


Opened = Callable[..., Page]
