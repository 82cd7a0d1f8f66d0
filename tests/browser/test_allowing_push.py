"""A shop's page that asks for push, in a browser, against the door; and what its service worker shows and opens.

Only the push service itself is left out, which no browser without its maker's servers has: a stand-in gives the
subscription, and Chromium's own tools hand the worker a message.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from cartback.channels.web_push import said
from cartback.ports import Card, Outgoing
from local.proxy import Answer, Handler
from tests.browser.fronts import SECRET, SHOP, let_in, served
from tests.fakes.pages import claims_of, sealed
from tests.fakes.world import World

KEY = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
ADA = {"id": "1", "email": "ada@example.com"}
# A browser's own subscription, each with an address of its own; what is asked for is kept for the test.
SUBSCRIBING = """
window.made = []; window.ended = []; window.asked = [];
let present = null;
PushManager.prototype.getSubscription = async () => present;
PushManager.prototype.subscribe = async (options) => {
  asked.push({visible: options.userVisibleOnly, key: Array.from(new Uint8Array(options.applicationServerKey))});
  const endpoint = "https://fcm.googleapis.com/fcm/send/" + (made.length + 1);
  made.push(endpoint);
  present = {
    endpoint,
    toJSON: () => ({endpoint, keys: {
      p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
      auth: "BTBZMqHH6r4Tts7J_aSIgg"}}),
    unsubscribe: async () => { ended.push(endpoint); present = null; return true; },
  };
  return present;
};
"""


@dataclass
class Site:
    """A shop's page on one address and our API on another."""

    world: World = field(default_factory=World)
    asked: list[str] = field(default_factory=list)
    customer: dict[str, str] = field(default_factory=lambda: dict(ADA))
    api: str = ""
    page: str = ""

    def told(self) -> list[dict[str, Any]]:
        """The events that the door let in."""
        return [json.loads(each.body) for each in self.world.queue.deliveries]


def _api(site: Site) -> type[Handler]:
    class Door(Handler):
        def respond(self) -> None:
            body = self.body().decode()
            site.asked.append(f"{self.command} {self.path}")
            self.tell(let_in(self, body, "script" if self.command == "GET" else "shop"))

    return Door


def _shop(site: Site) -> type[Handler]:
    class Shop(Handler):
        def respond(self) -> None:
            self.body()
            if self.path == "/cartback-worker.js":
                line = f'importScripts("{site.api}/scripts/worker.js");'
                self.tell(Answer(200, [("content-type", "text/javascript")], line.encode()))
                return
            more = {"customer": site.customer} if site.customer else {}
            token = sealed(claims_of(SHOP, site.world.clock.now(), cart="c-1", **more), SECRET)
            html = (
                f'<!doctype html><title>Shop</title><script src="{site.api}/scripts/push.js" data-shop="{SHOP}" '
                f'data-key="{KEY}" data-worker="/cartback-worker.js" data-token="{token}"></script>'
                "<button>Erinnert mich</button>"
            )
            self.tell(Answer(200, [("content-type", "text/html; charset=utf-8")], html.encode()))

    return Shop


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A shop whose pages ask for push."""
    with served(Site(), _api, _shop, monkeypatch) as here:
        yield here


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A visitor who allows notifications."""
    made = browser.new_context()
    made.grant_permissions(["notifications"], origin=site.page)
    made.add_init_script(SUBSCRIBING)
    yield made
    made.close()


def opened(context: BrowserContext, site: Site) -> Page:
    page = context.new_page()
    page.goto(site.page)
    return page


ALLOW = "cartbackPush.allow({topics: ['cart_reminders'], wording: 'Erinnert mich an meinen Warenkorb.'})"


def test_nothing_is_asked_and_nothing_told_before_the_button(context: BrowserContext, site: Site):
    page = opened(context, site)
    assert page.evaluate("cartbackPush.possible()") is True
    page.wait_for_timeout(300)
    assert site.asked == ["GET /scripts/push.js"]
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_a_yes_arrives_with_what_was_read_and_under_the_shops_key(context: BrowserContext, site: Site):
    page = opened(context, site)
    assert page.evaluate(ALLOW) is True
    ((event,),) = [site.told()]
    assert event["type"] == "push.allowed"
    assert event["data"]["customer"] == ADA
    assert event["data"]["topics"] == ["cart_reminders"]
    assert event["data"]["wording"] == "Erinnert mich an meinen Warenkorb."
    assert event["data"]["endpoint"].startswith("https://fcm.googleapis.com/")
    (asked,) = page.evaluate("asked")
    assert (asked["visible"], len(asked["key"]), asked["key"][0]) == (True, 65, 4)


def test_each_sign_up_gets_an_address_of_its_own(context: BrowserContext, site: Site):
    """Who signs up on a shared browser must not get what is meant for whoever did before."""
    page = opened(context, site)
    page.evaluate(ALLOW)
    page.evaluate(ALLOW)
    first, second = (event["data"]["endpoint"] for event in site.told())
    assert first != second
    assert page.evaluate("ended") == [first]


def test_a_yes_that_the_door_refuses_leaves_no_subscription(context: BrowserContext, site: Site):
    site.customer = {}
    page = opened(context, site)
    with pytest.raises(Error, match="needs a token that names a customer"):
        page.evaluate(ALLOW)
    assert site.told() == []
    assert page.evaluate("ended.length") == 1


def test_a_no_ends_it_here_and_is_told(context: BrowserContext, site: Site):
    page = opened(context, site)
    page.evaluate(ALLOW)
    assert page.evaluate("cartbackPush.leave()") is True
    assert [event["type"] for event in site.told()] == ["push.allowed", "push.left"]
    assert page.evaluate("cartbackPush.leave()") is False


def test_who_does_not_allow_it_is_not_told_of(browser: Browser, site: Site):
    context = browser.new_context(permissions=[])
    context.add_init_script(SUBSCRIBING + "Notification.requestPermission = async () => 'denied';")
    page = opened(context, site)
    assert page.evaluate(ALLOW) is False
    assert (site.told(), page.evaluate("made")) == ([], [])
    context.close()


def pushed(page: Page, site: Site, data: bytes) -> list[dict[str, Any]]:
    """Hand the worker a message as the browser would; gives the notifications that are shown then."""
    page.evaluate("navigator.serviceWorker.register('/cartback-worker.js')")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tools = page.context.new_cdp_session(page)
    found: list[dict[str, Any]] = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    tools.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    tools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": site.page, "registrationId": found[-1]["registrationId"], "data": data.decode()},
    )
    page.wait_for_timeout(300)
    shown: list[dict[str, Any]] = page.evaluate(
        "navigator.serviceWorker.ready.then(worker => worker.getNotifications())"
        ".then(all => all.map(one => ({title: one.title, body: one.body, tag: one.tag, lang: one.lang,"
        " data: one.data, actions: one.actions})))"
    )
    return shown


def card(url: str = "https://api.example/r/demo.abc") -> bytes:
    content = Card("Ihr Warenkorb", "Leinenhemd liegt noch darin.", url, "Abmelden")
    message = Outgoing(
        SHOP, "c1", "", "Demo", "Demo", None, content, "https://api.example/u/demo.xyz", "de", "cart_recovery",
        "reminder", "marketing", "push", thread="a1b2",
    )  # fmt: skip
    return said(content, message)


def test_the_worker_shows_what_was_sent_with_a_way_to_leave(context: BrowserContext, site: Site):
    (shown,) = pushed(opened(context, site), site, card())
    assert (shown["title"], shown["body"]) == ("Ihr Warenkorb", "Leinenhemd liegt noch darin.")
    assert (shown["tag"], shown["lang"]) == ("a1b2", "de")
    assert shown["data"] == {
        "url": "https://api.example/r/demo.abc",
        "leave": "https://api.example/u/demo.xyz",
    }
    assert [(each["action"], each["title"]) for each in shown["actions"]] == [("leave", "Abmelden")]


@pytest.mark.parametrize("data", [b"no json", b"[]", b"{}", card("javascript:alert(1)"), card("")])
def test_the_worker_shows_nothing_that_is_not_ours_or_leads_nowhere(
    context: BrowserContext, site: Site, data: bytes
):
    assert pushed(opened(context, site), site, data) == []
