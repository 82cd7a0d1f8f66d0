"""A shop's page with the script, in a browser, against the door: silent until its visitor agreed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page

from local.proxy import Answer, Handler
from tests.browser import fronts
from tests.browser.conftest import Opened
from tests.browser.fronts import SECRET, SHOP, let_in
from tests.fakes.pages import claims_of, sealed
from tests.fakes.world import World, a_face

CART = {"currency": "EUR", "items": [{"variant_id": "CUP", "title": "Tasse", "quantity": 2}]}
SHORTLY = 900  # milliseconds: more than the script waits for another word


@dataclass
class Front:
    """A shop's page on one address and our API on another, and what each was asked."""

    world: World = field(default_factory=World)
    asked: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    api: str = ""
    page: str = ""

    def token(self, cart: str = "c-1", **more: Any) -> str:
        """What the shop's server puts into the page."""
        return sealed(claims_of(SHOP, self.world.clock.now(), cart=cart, **more), SECRET)

    @property
    def posted(self) -> list[dict[str, Any]]:
        """The events that arrived, as they were sent."""
        return [json.loads(each["body"]) for each in self.asked if each["method"] == "POST"]

    def kept(self) -> list[tuple[str, str]]:
        """What the door let in: the type and the cart of each event."""
        return [
            (each.topic, json.loads(each.body)["data"]["cart_id"]) for each in self.world.queue.deliveries
        ]


def _api(front: Front) -> type[Handler]:
    class Door(Handler):
        def respond(self) -> None:
            body = self.body().decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            front.asked.append({"method": self.command, "path": self.path, "body": body, "headers": headers})
            if self.command == "POST" and front.answers:
                self.tell(Answer(front.answers.pop(0), [("access-control-allow-origin", "*")], b"later"))
                return
            self.tell(let_in(self, body, "shop"))

    return Door


def _shop(front: Front) -> type[Handler]:
    class Site(Handler):
        def respond(self) -> None:
            self.body()
            token = "" if self.path == "/without" else front.token()
            html = (
                f'<!doctype html><title>Shop</title><script src="{front.api}/cartback.js" data-shop="{SHOP}" '
                f'data-token="{token}"></script><a href="/elsewhere">on</a>'
            )
            self.tell(Answer(200, [("content-type", "text/html; charset=utf-8")], html.encode()))

    return Site


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    """A shop whose pages carry the script."""
    with fronts.served(Front(), _api, _shop, monkeypatch) as here:
        yield here


def say(page: Page, *calls: str) -> None:
    """Let the page's own script speak, and wait as long as the script does."""
    page.evaluate("\n".join(f"cartback.{call};" for call in calls))
    page.wait_for_timeout(SHORTLY)


SEND = f"send('cart.updated', {json.dumps(CART)})"


def test_nothing_at_all_is_sent_before_the_visitor_agreed(opened: Opened, front: Front):
    page = opened(front.page)
    say(page, SEND, "send('product.viewed', {product_id: 'CUP'})")
    say(page, "consent('yes')", SEND)
    say(page, "consent(false)", SEND)
    page.click("a")
    page.wait_for_timeout(SHORTLY)
    assert {(each["method"], each["path"]) for each in front.asked} == {("GET", "/cartback.js")}


def test_a_page_whose_visitor_agreed_tells_of_its_cart(opened: Opened, front: Front):
    page = opened(front.page)
    say(page, SEND, "consent(true)")
    assert front.kept() == [("cart.updated", "c-1")]
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    say(
        page,
        "send('checkout.started', " + json.dumps(CART) + ")",
        "send('product.viewed', {product_id: 'CUP'})",
    )
    assert {kind for kind, _ in front.kept()} == {"cart.updated", "checkout.updated", "product.viewed"}
    assert len({event["id"] for event in front.posted}) == 3


def test_no_event_needs_a_question_before_it(opened: Opened, front: Front):
    say(opened(front.page), SEND, "consent(true)")
    (posted,) = [each for each in front.asked if each["path"].startswith("/collect/")]
    assert posted["method"] == "POST"
    assert posted["headers"]["content-type"].startswith("text/plain")
    assert posted["headers"]["origin"] == front.page
    assert "cookie" not in posted["headers"]


def test_of_several_words_in_a_moment_the_last_one_is_sent(opened: Opened, front: Front):
    page = opened(front.page)
    more = json.dumps({**CART, "items": [{**CART["items"][0], "quantity": 9}]})
    say(page, "consent(true)", SEND, SEND, f"send('cart.updated', {more})")
    assert [event["data"]["items"][0]["quantity"] for event in front.posted] == [9]


def test_what_was_said_last_leaves_with_the_page(opened: Opened, front: Front):
    page = opened(front.page)
    say(page, "consent(true)")
    page.evaluate(f"cartback.{SEND}; document.querySelector('a').click()")
    page.wait_for_url("**/elsewhere")
    page.wait_for_timeout(SHORTLY)
    assert front.kept() == [("cart.updated", "c-1")]


@pytest.mark.parametrize("sign", ["pagehide", "visibilitychange"])
def test_each_sign_that_the_page_goes_away_sends_a_beacon_at_once(opened: Opened, front: Front, sign: str):
    page = opened(front.page)
    page.clock.install()  # no timer runs out any more
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.resource_type))
    page.evaluate(f"cartback.consent(true); cartback.{SEND}")
    page.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'hidden'})")
    page.evaluate(f"(('{sign}' === 'pagehide') ? window : document).dispatchEvent(new Event('{sign}'))")
    page.wait_for_timeout(300)
    assert front.kept() == [("cart.updated", "c-1")]
    assert sent == ["ping"]


def test_a_consent_that_is_taken_back_ends_the_telling(opened: Opened, front: Front):
    page = opened(front.page)
    say(page, "consent(true)", SEND, "consent(false)")
    say(page, "consent(true)")
    assert front.posted == []


def test_what_did_not_arrive_is_sent_again_under_its_name(opened: Opened, front: Front):
    front.answers = [503]
    page = opened(front.page)
    page.clock.install()
    page.evaluate(f"cartback.consent(true); cartback.{SEND}")
    page.clock.run_for(1_000)
    page.wait_for_timeout(300)
    page.clock.run_for(6_000)
    page.wait_for_timeout(300)
    assert len(front.posted) == 2
    assert len({event["id"] for event in front.posted}) == 1
    assert len(front.kept()) == 1


def test_a_page_gets_a_fresh_token_when_the_old_one_is_over(opened: Opened, front: Front):
    page = opened(f"{front.page}/without")
    stale, fresh = front.token(exp=1), front.token()
    page.evaluate(
        "tokens => { window.tokens = tokens; cartback.token(() => Promise.resolve(tokens.shift())); }",
        [stale, fresh],
    )
    page.clock.install()
    page.evaluate(f"cartback.consent(true); cartback.{SEND}")
    for _ in range(4):
        page.clock.run_for(3_000)
        page.wait_for_timeout(200)
    assert [event["token"] for event in front.posted] == [stale, fresh]
    assert len(front.kept()) == 1


def test_a_page_of_somebody_else_is_not_listened_to(opened: Opened, front: Front):
    front.world.settings.faces[SHOP] = a_face(SHOP)
    said: list[str] = []
    page = opened(front.page)
    page.on("console", lambda message: said.append(message.text))
    say(page, SEND, "consent(true)")
    assert front.kept() == []
    assert any("CORS" in text or "blocked" in text for text in said)


def test_a_mistake_of_the_page_is_shown_to_its_maker(opened: Opened, front: Front):
    said: list[str] = []
    page = opened(front.page)
    page.on("console", lambda message: said.append(message.text))
    say(page, "send('cart.updated', {currency: 'EUR', items: []})", "consent(true)")
    assert any(text.startswith("cartback: data.items must be a list") for text in said)
