"""The doors of the API: what a visitor or a sender brought goes to its use case whole, and comes back as an answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cartback import texts
from cartback.domain.errors import Refused, TryLater
from cartback.domain.intake.responses import Answer, told_across
from cartback.usecases.consent.subscribe import Visitor
from tests.unit.functions.standing_in import FORM, LINK, Doors, http

PAGES = ("open_link", "leave", "confirm", "preferences", "subscribe", "collect")


def test_a_webhook_is_taken_in_as_it_came(doors: Doors):
    mind = doors.stand_in("receive_webhook", Answer(202, "accepted"))
    event = http("POST", body='{"a": 1}', query={"q": "1"}, x_signed="yes")
    answer = doors.call("receive_webhook", event)
    assert (answer["statusCode"], answer["body"]) == (202, "accepted\n")
    (asked,) = mind.asked
    shop, body, headers, named = asked
    assert (shop, body, headers["x-signed"]) == ("the-shop", b'{"a": 1}', "yes")
    assert named == {"method": "POST", "word": "the-word", "query": "q=1"}
    del event["pathParameters"]["word"]
    doors.call("receive_webhook", event)
    assert mind.asked[1][3]["word"] == ""


def test_an_answer_is_taken_in_with_the_address_that_was_called(doors: Doors):
    mind = doors.stand_in("receive_answer", Answer(200, "<ok/>", kind="text/xml", exact=True))
    answer = doors.call("receive_answer", http("POST", body="Body=STOP", query={"q": "1"}, x_signed="yes"))
    assert (answer["statusCode"], answer["body"], answer["headers"]["content-type"]) == (
        200,
        "<ok/>",
        "text/xml",
    )
    shop, channel, visit, host, path = mind.asked[0]
    assert (shop, channel, host, path) == ("the-shop", "the-channel", "api.example", "/the/path")
    assert (visit.body, visit.method, visit.query, visit.headers["x-signed"]) == (
        b"Body=STOP",
        "POST",
        "q=1",
        "yes",
    )


@pytest.mark.parametrize(("method", "word"), [("GET", "register"), ("POST", "confirm")])
def test_a_platform_connects_by_the_half_of_the_ceremony_that_it_called(doors: Doors, method: str, word: str):
    mind = doors.stand_in("enrol_shop", Answer(200, "{}", exact=True))
    assert doors.call("enrol_shop", http(method, query={"shop-id": "x"}))["statusCode"] == 200
    shop, visit, confirm_url = mind.asked[0]
    assert (shop, visit.word, visit.query) == ("the-shop", word, "shop-id=x")
    assert confirm_url == "https://api.example/webhooks/the-shop/confirm"


def test_a_link_leads_where_it_should_and_nothing_on_the_way_keeps_it(doors: Doors):
    mind = doors.stand_in("open_link", "https://shop.example/cart")
    answer = doors.call("open_link", http("HEAD"))
    assert answer["statusCode"] == 302
    assert answer["headers"] == {
        "location": "https://shop.example/cart",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
    }
    assert mind.asked == [("the-token", "HEAD", "the agent")]


@pytest.mark.parametrize("door", ["open_link", "leave", "confirm", "preferences"])
@pytest.mark.parametrize(
    ("query", "accepts", "lang"), [({"lang": "de"}, "en", "de"), (None, "en", "en"), (None, "de", "de")]
)
def test_a_link_that_is_over_says_so_in_the_language_that_is_wished(
    doors: Doors, door: str, query: Any, accepts: str, lang: str
):
    doors.stand_in(door, None)
    answer = doors.call(door, http(query=query, accept_language=accepts))
    assert (answer["statusCode"], answer["headers"]) == (404, dict(texts.PAGE_HEADERS))
    assert answer["body"] == texts.page("gone", lang, {})


@pytest.mark.parametrize(("method", "name"), [("GET", "leave"), ("POST", "left")])
def test_looking_at_the_page_of_leaving_changes_nothing(doors: Doors, method: str, name: str):
    mind = doors.stand_in("leave", LINK)
    answer = doors.call("leave", http(method, query={"lang": "en"}))
    assert answer["statusCode"] == 200
    assert answer["body"] == texts.page(name, "en", {"shop": doors.shops.shop("the-shop")})
    assert (mind.asked, mind.looked) == (
        ([("the-token",)], []) if method == "POST" else ([], [("the-token",)])
    )


def test_who_has_left_reads_so_though_nobody_can_say_whom(doors: Doors):
    doors.stand_in("leave", LINK)

    def away(shop: str) -> Any:
        raise TryLater("settings")

    doors.shops.shop = away
    answer = doors.call("leave", http("POST"))
    assert answer["body"] == texts.page("left", "de", {"shop": None})
    assert doors.metrics.counts["VisitorsPutOff"] == 0


@pytest.mark.parametrize(("method", "done"), [("GET", False), ("POST", True)])
def test_the_question_is_looked_at_or_answered(doors: Doors, method: str, done: bool):
    face = doors.shops.shop("the-shop")
    wording = "I agree to the letters of Haus the-shop."
    mind = doors.stand_in("confirm", SimpleNamespace(link=LINK, face=face, wording=wording, done=done))
    answer = doors.call("confirm", http(method, query={"lang": "de"}))
    page = texts.page("confirmed" if done else "confirm", "de", {"shop": face, "wording": wording})
    assert (answer["statusCode"], answer["body"]) == (200, page)
    asked, looked = [("the-token", "192.0.2.7", "the agent", "de")], [("the-token", "de")]
    assert (mind.asked, mind.looked) == ((asked, []) if method == "POST" else ([], looked))


def test_a_sign_up_is_taken_in_with_who_brought_it(doors: Doors):
    mind = doors.stand_in("subscribe", doors.shops.shop("the-shop"))
    event = http("POST", body="email=a%40b.example&lang=de", origin="https://o.example", **FORM)
    answer = doors.call("subscribe", event)
    assert (answer["statusCode"], answer["body"]) == (202, '{"status":"asked"}')
    assert answer["headers"]["content-type"] == "application/json"
    assert answer["headers"]["access-control-allow-origin"] == "https://pages.example"
    assert mind.looked == [("the-shop", "https://o.example")]
    fields = {"email": ["a@b.example"], "lang": ["de"]}
    assert mind.asked == [("the-shop", fields, Visitor("https://o.example", "192.0.2.7", "the agent"))]
    page = doors.call("subscribe", {**event, "headers": {**event["headers"], "accept": "text/html"}})
    assert page["body"] == texts.page("asked", "de", {"shop": doors.shops.shop("the-shop")})
    assert page["statusCode"] == 202
    assert page["headers"] == {**told_across("https://pages.example"), **texts.headers_for(mind.answer)}
    plain = http("POST", body="email=a%40b.example", accept="text/html", accept_language="en", **FORM)
    assert doors.call("subscribe", plain)["body"] == texts.page("asked", "en", {"shop": mind.answer})


def test_a_page_event_is_taken_in_with_its_origin_and_its_kind(doors: Doors):
    mind = doors.stand_in("collect")
    event = http("POST", body='{"a": 1}', origin="https://o.example", content_type="text/plain")
    answer = doors.call("collect", event)
    assert (answer["statusCode"], answer["body"]) == (202, "accepted\n")
    assert answer["headers"]["access-control-max-age"] == "600"
    assert mind.looked == [("the-shop", "https://o.example")]
    assert mind.asked == [("the-shop", "https://o.example", "text/plain", b'{"a": 1}')]


@pytest.mark.parametrize("door", ["subscribe", "collect"])
def test_a_page_may_ask_first_and_nothing_is_taken_in(doors: Doors, door: str):
    mind = doors.stand_in(door)
    answer = doors.call(door, http("OPTIONS", origin="https://o.example"))
    assert (answer["statusCode"], answer["body"], mind.asked) == (204, "", [])
    assert answer["headers"]["access-control-allow-origin"] == "https://pages.example"


@pytest.mark.parametrize("door", ["subscribe", "collect"])
@pytest.mark.parametrize(("status", "allowed"), [(403, None), (429, "https://pages.example")])
def test_whoever_is_refused_reads_the_reason_and_its_script_only_if_it_may(
    doors: Doors, door: str, status: int, allowed: str | None
):
    doors.stand_in(door, error=Refused("the reason", status))
    answer = doors.call(
        door, http("POST", body="{}", origin="https://o.example", content_type="application/json")
    )
    assert (answer["statusCode"], answer["body"]) == (status, "the reason\n")
    assert answer["headers"].get("access-control-allow-origin") == allowed


def test_a_form_that_is_none_is_refused_before_anybody_is_asked(doors: Doors):
    mind = doors.stand_in("preferences")
    answer = doors.call("preferences", http("POST", body="{", content_type="application/json"))
    assert (answer["statusCode"], mind.asked) == (400, [])
    assert answer["headers"] == dict(texts.PAGE_HEADERS)
    assert answer["body"] == texts.page("unsaved", "en", {})


@pytest.mark.parametrize(
    ("status", "reason", "faults"),
    [
        (422, "email: not an address\nphone: no number", ("email", "phone")),
        (422, "topics: choose", ("topics",)),
        (422, "lang: only de, en", ("form",)),
        (429, "too many", ("many",)),
        (404, "no sign-ups here", ("closed",)),
        (413, "form larger than 16384 bytes", ("form",)),
    ],
)
def test_a_browser_that_is_refused_gets_a_page_with_the_fault_in_its_language_and_the_way_back(
    doors: Doors, status: int, reason: str, faults: tuple[str, ...]
):
    mind = doors.stand_in("subscribe", error=Refused(reason, status))
    page = {"accept": "text/html", "referer": "https://pages.example/"}
    answer = doors.call("subscribe", http("POST", body="email=x&lang=de", **page, **FORM))
    shown = {"shop": mind.whose()[0], "faults": faults, "back": "https://pages.example/form"}
    assert (answer["statusCode"], answer["body"]) == (status, texts.page("refused", "de", shown))
    assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
    assert answer["headers"]["vary"] == "origin"
    assert ("the-shop", {"email": ["x"], "lang": ["de"]}, "https://pages.example/") in mind.looked


@pytest.mark.parametrize("door", ["open_link", "leave", "confirm", "preferences"])
def test_a_link_that_was_one_of_ours_names_its_shop(doors: Doors, door: str):
    doors.stand_in(door, None)
    doors.lapsed.answer = face = doors.shops.shop("the-shop")
    answer = doors.call(door, http(query={"lang": "de"}))
    assert answer == texts.answer(404, "gone", "de", {"shop": face})
    assert face.name in answer["body"]
    assert doors.lapsed.asked == [("the-token",)]


# ── what is not there ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [None, {}])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("door", [*PAGES, "receive_webhook", "receive_answer", "enrol_shop"])
def test_a_call_without_a_path_is_of_nobody(doors: Doors, door: str, method: str, path: Any):
    """API Gateway leaves out what is empty; a door must not stumble over it."""
    if (door, method) == ("collect", "GET"):
        return  # the script is of no shop
    mind = doors.stand_in(
        door, Answer(401, "no") if door in ("receive_webhook", "receive_answer", "enrol_shop") else None
    )
    event = http(method, body="{}", content_type="application/json")
    event["pathParameters"] = path
    doors.call(door, event)
    asked = (*mind.asked, *mind.looked)
    assert [each[0] for each in asked] == [""] * len(asked)
    assert asked


@pytest.mark.parametrize("door", ["open_link", "leave", "confirm", "preferences"])
def test_a_call_without_headers_and_query_is_answered(doors: Doors, door: str):
    doors.stand_in(door, None)
    event = http()
    event["headers"] = event["queryStringParameters"] = None
    assert doors.call(door, event)["body"] == texts.page("gone", "en", {})


def test_a_page_event_without_a_kind_has_an_empty_one(doors: Doors):
    mind = doors.stand_in("collect")
    doors.call("collect", http("POST", body="{}"))
    assert mind.asked == [("the-shop", None, "", b"{}")]


def test_a_refused_page_that_asks_for_no_path_reads_the_plain_reason(doors: Doors):
    doors.stand_in("collect", error=Refused("no such page", 403))
    answer = doors.call("collect", http("POST"))
    assert (answer["statusCode"], answer["body"], answer["headers"]) == (
        403,
        "no such page\n",
        told_across(None),
    )


def test_the_script_is_given_and_a_browser_that_has_it_is_told_so(doors: Doors):
    mind = doors.stand_in("collect")
    given = doors.call("collect", http())
    assert (given["statusCode"], mind.asked, mind.looked) == (200, [], [])
    again = doors.call("collect", http(if_none_match=given["headers"]["etag"]))
    assert (again["statusCode"], again["body"]) == (304, "")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_is_kept_by_nobody_on_the_way(doors: Doors, method: str):
    face = doors.shops.shop("the-shop")
    doors.stand_in("leave", LINK)
    doors.stand_in("confirm", SimpleNamespace(link=LINK, face=face, wording="yes", done=method == "POST"))
    for door in ("leave", "confirm"):
        headers = doors.call(door, http(method))["headers"]
        assert headers == texts.headers_for(face)
        assert {**headers, "content-security-policy": texts.CONTENT_SECURITY_POLICY} == texts.PAGE_HEADERS


@pytest.mark.parametrize(("method", "known"), [("GET", True), ("POST", True), ("GET", False)])
def test_preferences_are_looked_at_or_kept(
    doors: Doors, method: str, known: bool, monkeypatch: pytest.MonkeyPatch
):
    """A shop that was removed since has no wording, but its page still says what holds."""
    view = SimpleNamespace(topics=["news"])
    mind = doors.stand_in("preferences", (LINK, view))
    mind.error = None
    monkeypatch.setattr(texts, "page", lambda name, lang, fields: (name, lang, fields))
    monkeypatch.setattr(texts, "wording", lambda lang, shop, topics: (lang, shop.shop, topics))
    face = doors.shops.shop("the-shop") if known else None
    doors.shops.shop = lambda shop: face if shop == "the-shop" else None
    answer = doors.call("preferences", http(method, body="a=1&a=2", query={"lang": "de"}, **FORM))
    wording = ("de", "the-shop", ("news",)) if known else None
    fields = {"shop": face, "view": view, "saved": method == "POST", "wording": wording}
    assert answer == {
        "statusCode": 200,
        "headers": texts.headers_for(face),
        "body": ("prefs", "de", fields),
    }
    asked = [("the-token", {"a": ["1", "2"]}, "192.0.2.7", "the agent", "de")]
    assert (mind.asked, mind.looked) == ((asked, []) if method == "POST" else ([], [("the-token",)]))
