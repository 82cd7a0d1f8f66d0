"""From the form on the shop's page to the preferences: every door with the variables that the template gives it."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.contracts.stack import resources
from tests.doors.house import SHOP, House
from tests.doors.test_links import BAD, request

ORIGIN = "https://lampen.example"


def form(body: str, kind: str = "application/x-www-form-urlencoded", **headers: str) -> dict:
    """A form as API Gateway passes it on."""
    return {
        "pathParameters": {"shop": SHOP},
        "requestContext": {"http": {"method": "POST", "sourceIp": "203.0.113.7", "userAgent": "A browser"}},
        "headers": {"content-type": kind, "origin": ORIGIN, **headers},
        "body": body,
    }


FILLED = form(urlencode({"email": "Ada@Example.com", "topics": "cart_reminders", "lang": "de"}))


def wake(house: House, step: str = "confirm", asked: dict | None = None) -> dict:
    """Run a step of the flow for a request, or for the one that was told last."""
    if asked is None:
        (asked,) = [fact["data"] for fact in house.heard() if fact["fact"] == "subscription.requested"][-1:]
    about = {
        "flow": "double_opt_in",
        "shop": SHOP,
        "subject": asked["request_id"],
        "generation": asked["generation"],
        "kind": "signup",
        "person_id": None,
        "variants": [],
        "wait_seconds": 1,
    }
    task = {"run": {"name": "run", "about": about}, "step": step, "known": {}}
    return house.call("look" if step == "end" else "touch", task)


def link(house: House) -> str:
    """The token in the mail that went out last."""
    mail = house.mails()[-1]
    text = (
        str(mail.raw_data if hasattr(mail, "raw_data") else mail.body).replace("=\r\n", "").replace("=\n", "")
    )
    return re.search(r"https://api\.example/c/(lamp-shop\.[A-Za-z0-9_-]{43})", text)[1]


def posted(token: str, body: str = "") -> dict:
    event = request(token, "POST")
    return event | {"body": body, "headers": {"content-type": "application/x-www-form-urlencoded"}}


def people(house: House) -> list[dict]:
    rows = house.stack.rows("Customers")
    return [json.loads(row["body"]["S"]) for row in rows if "#person#" in row["pk"]["S"]]


def test_from_the_form_to_a_subscriber_with_proof(house):
    assert house.call("subscribe", FILLED)["statusCode"] == 202
    assert wake(house)["next"] == "next"
    token = link(house)
    assert house.call("confirm", request(token))["statusCode"] == 200
    assert people(house) == []
    answer = house.call("confirm", posted(token))
    assert (answer["statusCode"], "Danke" in answer["body"]) == (200, True)
    (person,) = people(house)
    assert list(person["consents"]) == ["email/cart_reminders"]
    assert person["email"] == "ada@example.com"
    assert [fact["fact"] for fact in house.heard()] == ["subscription.confirmed", "consent.granted"]
    proofs = [row for row in house.stack.rows("Ledger") if "#consent#" in row["pk"]["S"]]
    assert [person["evidence_length"], len(proofs)] == [1, 1]


@pytest.mark.parametrize("accept", ["text/html,application/xhtml+xml", "application/json"])
def test_the_answer_is_a_page_for_people_and_json_for_scripts_and_only_the_shop_may_read_it(house, accept):
    answer = house.call("subscribe", FILLED | {"headers": {**FILLED["headers"], "accept": accept}})
    assert answer["headers"]["access-control-allow-origin"] == ORIGIN
    assert answer["body"].startswith("<!doctype html>" if "html" in accept else "{")
    foreign = house.call("subscribe", form(FILLED["body"], origin="https://evil.example"))
    assert foreign["statusCode"] == 403
    assert "access-control-allow-origin" not in foreign["headers"]


def test_a_browser_that_asks_first_is_told_whether_it_may(house):
    asking = {"requestContext": {"http": {"method": "OPTIONS"}}}
    assert house.call("subscribe", FILLED | asking)["headers"]["access-control-allow-origin"] == ORIGIN
    strange = form("", origin="https://evil.example") | asking
    assert "access-control-allow-origin" not in house.call("subscribe", strange)["headers"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ('{"email": "ada@example.com", "topics": ["news"], "website": ""}', "application/json", 202),
        ('{"email": {"deep": 1}}', "application/json", 422),
        ("[1]", "application/json", 400),
        ("{", "application/json", 400),
        ("[" * 9000, "application/json", 400),
        ("email=ada%40example.com", "text/plain", 415),
        ("email=" + "a" * 20_000, "application/x-www-form-urlencoded", 413),
        ("&".join("a=1" for _ in range(99)), "application/x-www-form-urlencoded", 400),
        ("email=%ff%fe", "application/x-www-form-urlencoded", 400),
        ("", "application/x-www-form-urlencoded", 422),
    ],
)
def test_whatever_is_sent_gets_an_answer(house, body, kind, status):
    answer = house.call("subscribe", form(body, kind))
    assert (answer["statusCode"], answer["headers"]["x-content-type-options"]) == (status, "nosniff")


def test_a_body_in_base64_is_read_and_a_broken_one_refused(house):
    whole = FILLED | {"body": base64.b64encode(FILLED["body"].encode()).decode(), "isBase64Encoded": True}
    assert house.call("subscribe", whole)["statusCode"] == 202
    assert house.call("subscribe", FILLED | {"body": "%%%", "isBase64Encoded": True})["statusCode"] == 400


@pytest.mark.parametrize("door", ["confirm", "preferences"])
@pytest.mark.parametrize("token", BAD)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_bad_link_gets_the_friendly_page(house, door, token, method):
    event = posted(token) | {"requestContext": {"http": {"method": method}}}
    answer = house.call(door, event)
    assert (answer["statusCode"], "<html" in answer["body"]) == (404, True)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("frequency=all", "text/plain", 415),
        ("{", "application/json", 400),
        ("a" * 20_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_what_is_no_form_is_refused_and_no_bug_whoever_sends_it_to_the_preferences(house, body, kind, status):
    event = posted("x", body) | {"headers": {"content-type": kind}}
    answer = house.call("preferences", event)
    assert (answer["statusCode"], answer["headers"]["cache-control"]) == (status, "no-store")


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_a_sign_up_is_told_to_come_again_while_a_store_is_away(house, method):
    house.unreachable("DYNAMODB")
    event = FILLED | {"requestContext": {"http": {"method": method, "sourceIp": "203.0.113.7"}}}
    assert house.call("subscribe", event)["statusCode"] == 503


@pytest.mark.parametrize("lang", ["xx", "", "../de", "de"])
def test_a_language_that_nobody_speaks_breaks_no_page(house, lang):
    house.call("subscribe", FILLED)
    wake(house)
    assert house.call("confirm", request(link(house), query={"lang": lang}))["statusCode"] == 200


def test_after_48_hours_the_address_is_gone_from_the_row_itself(house):
    house.call("subscribe", FILLED)
    fact = house.heard()[-1]["data"]
    house.now += timedelta(hours=48)
    assert wake(house, "end", fact)["next"] == "stop"
    assert "ada@example.com" not in json.dumps(house.stack.rows("Customers"))


def test_a_run_of_an_earlier_release_asks_reminds_and_forgets(house):
    house.call("subscribe", FILLED)
    fact = house.heard()[-1]["data"]
    about = {"run": "run", "shop": SHOP, "request_id": fact["request_id"], "generation": fact["generation"]}
    for position, hours in ((0, 0), (1, 24)):
        house.now += timedelta(hours=hours)
        assert house.call("ask_confirmation", {**about, "position": position})["position"] == position + 1
    house.now += timedelta(hours=24)
    assert house.call("ask_confirmation", {**about, "position": 2})["next"] == "stop"
    assert len(house.mails()) == 2
    assert "ada@example.com" not in json.dumps(house.stack.rows("Customers"))


def test_these_doors_have_no_right_to_carts():
    for name in ("Subscribe", "Confirm", "Preferences", "AskConfirmation"):
        assert "Carts.Arn" not in json.dumps(resources("AWS::IAM::Role")[f"{name}Role"])
