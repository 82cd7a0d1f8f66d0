"""What pages tell, through the real door: with the variables that the template gives it, and as browsers send it."""

from __future__ import annotations

import base64
import json

import pytest

from tests.contracts.stack import resources
from tests.doors.house import SECRET, SHOP, House
from tests.fakes.pages import claims_of, page_event, sealed
from tests.fakes.world import START

ORIGIN = "https://lampen.example"
TOKEN = sealed(claims_of(SHOP, START), SECRET)


def request(body: str = "", method: str = "POST", **headers: str) -> dict:
    """A request of a page as API Gateway passes it on."""
    return {
        "pathParameters": {"shop": SHOP},
        "requestContext": {"http": {"method": method, "sourceIp": "203.0.113.7", "userAgent": "A browser"}},
        "headers": {"content-type": "text/plain;charset=UTF-8", "origin": ORIGIN, **headers},
        "body": body,
    }


EVENT = json.dumps(page_event(TOKEN))


def test_from_a_page_to_the_rows_of_the_shop(house: House):
    answer = house.call("collect", request(EVENT))
    assert (answer["statusCode"], answer["headers"]["access-control-allow-origin"]) == (202, ORIGIN)
    assert house.work_off() == []
    assert [fact["fact"] for fact in house.heard()] == ["cart.updated"]
    rows = [json.loads(row["body"]["S"]) for row in house.stack.rows("Carts") if "#cart#" in row["pk"]["S"]]
    assert [item["variant_id"] for row in rows for item in row["items"]] == ["CUP"]


def test_a_beacon_counts_as_the_event_that_it_repeats(house: House):
    coded = request(base64.b64encode(EVENT.encode()).decode()) | {"isBase64Encoded": True}
    for event in (request(EVENT), coded):
        assert house.call("collect", event)["statusCode"] == 202
    house.work_off()
    assert len(house.heard()) == 1


def test_a_browser_that_asks_first_is_told_whether_it_may(house: House):
    asked = house.call("collect", request(method="OPTIONS"))
    assert (asked["statusCode"], asked["headers"]["access-control-allow-methods"]) == (204, "POST")
    assert asked["headers"]["access-control-allow-origin"] == ORIGIN
    assert asked["headers"]["vary"] == "origin"
    for strange in ("https://evil.example", "null", "http://lampen.example"):
        answer = house.call("collect", request(method="OPTIONS", origin=strange))
        assert "access-control-allow-origin" not in answer["headers"]


def test_no_answer_lets_a_page_send_cookies_or_names_every_origin(house: House):
    for event in (request(EVENT), request("nonsense"), request(method="OPTIONS")):
        headers = house.call("collect", event)["headers"]
        assert headers["access-control-allow-origin"] == ORIGIN
        assert "access-control-allow-credentials" not in headers
        assert "set-cookie" not in headers


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (request(EVENT, origin="https://evil.example"), 403),
        (request(EVENT) | {"pathParameters": {"shop": "nobody"}}, 403),
        (request(EVENT) | {"pathParameters": {"shop": "../" + SHOP}}, 403),
        (request(EVENT) | {"headers": {}}, 415),
        (request(EVENT.replace(TOKEN[-6:], "000000")), 401),
        (request("{"), 400),
        (request(EVENT + " " * 40_000), 413),
        ({"requestContext": {"http": {"method": "POST"}}}, 415),
    ],
)
def test_whatever_is_sent_gets_an_answer_and_only_what_is_good_is_kept(
    house: House, event: dict, status: int
):
    assert house.call("collect", event)["statusCode"] == status
    assert house.stack.messages("IntakeQueue") == []


@pytest.mark.parametrize("service", ["SQS", "SECRETS_MANAGER", "DYNAMODB"])
def test_a_page_is_told_to_come_back_while_a_store_cannot_be_reached(house: House, service: str):
    house.unreachable(service)
    assert house.call("collect", request(EVENT))["statusCode"] == 503


def test_the_script_is_served_by_the_same_door_and_needs_none_of_our_stores(house: House):
    for service in ("SQS", "SECRETS_MANAGER", "DYNAMODB"):
        house.unreachable(service)
    asked = {"requestContext": {"http": {"method": "GET"}}, "headers": {}}
    answer = house.call("collect", asked)
    assert answer["statusCode"] == 200
    again = house.call("collect", asked | {"headers": {"if-none-match": answer["headers"]["etag"]}})
    assert again["statusCode"] == 304


def test_this_door_has_no_right_to_carts_people_or_the_bus():
    role = json.dumps(resources("AWS::IAM::Role")["CollectRole"])
    for name in ("Carts.Arn", "Customers.Arn", "Bus.Arn", "Pepper"):
        assert name not in role
