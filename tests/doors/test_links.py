"""The two doors that shoppers open: back to the cart, and out."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.doors.house import SHOP, order
from tests.doors.test_tasks import first_touch, story, touch

BAD = [
    "",
    "x",
    f"{SHOP}.",
    f"{SHOP}." + "A" * 43,
    "nobody." + "A" * 43,
    "../" + "A" * 43,
    "A" * 5000,
    "ü.%00\r\n",
]

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/604.1"


def request(token: str, method: str = "GET", query: dict | None = None, **headers) -> dict:
    """A request as API Gateway passes it on."""
    return {
        "pathParameters": {"token": token},
        "requestContext": {"http": {"method": method}},
        "headers": headers,
        "queryStringParameters": query,
    }


@pytest.fixture
def mailed(house):
    """A house that has sent a mail; gives the tokens of its two links."""
    first_touch(house)
    (mail,) = house.mails()
    text = (
        str(mail.raw_data if hasattr(mail, "raw_data") else mail.body).replace("=\r\n", "").replace("=\n", "")
    )
    restore = re.search(r"https://api\.example/r/(lamp-shop\.[A-Za-z0-9_-]{43})", text)
    leave = re.search(r"https://api\.example/u/(lamp-shop\.[A-Za-z0-9_-]{43})", text)
    return house, restore[1], leave[1]


def consents(house):
    (row,) = [row for row in house.stack.rows("Customers") if "#person#" in row["pk"]["S"]]
    return json.loads(row["body"]["S"])["consents"]["email"]["state"]


def test_the_link_leads_to_the_shops_own_checkout_and_says_where_it_came_from(mailed):
    house, restore, _ = mailed
    house.now += timedelta(minutes=20)  # nobody reads a mail in the second in which it arrives
    asked = request(restore)
    asked["requestContext"]["http"]["userAgent"] = PHONE
    answer = house.call("open_link", asked)
    assert answer["statusCode"] == 302
    parts = urlsplit(answer["headers"]["location"])
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "lampen.example", "/cart/c-1")
    query = parse_qs(parts.query)
    assert (query["key"], query["utm_source"], query["utm_content"]) == (["1"], ["cartback"], ["reminder"])
    assert answer["headers"]["cache-control"] == "no-store"
    assert "clicked" in {line.kind for line in story(house, house.fact)}


def test_after_the_purchase_the_link_leads_to_the_shop_and_to_no_cart(mailed):
    house, restore, _ = mailed
    house.tell(order(65), "msg_2")
    location = house.call("open_link", request(restore))["headers"]["location"]
    assert urlsplit(location).path in ("", "/")


@pytest.mark.parametrize("door", ["open_link", "leave"])
@pytest.mark.parametrize("token", BAD, ids=range(len(BAD)))
def test_a_link_that_no_message_held_is_not_found(house, door, token):
    answer = house.call(door, request(token))
    assert answer["statusCode"] == 404
    assert answer["headers"]["content-type"].startswith("text/html")


def test_an_expired_link_and_one_of_the_other_kind_name_their_shop_and_a_forged_one_names_none(mailed):
    house, restore, leave = mailed
    forged = house.call("open_link", request(f"{SHOP}." + "A" * 43))
    assert "Lampenladen" not in forged["body"]
    other = house.call("open_link", request(leave))
    assert house.call("leave", request(restore)) == other
    assert (other["statusCode"], "Lampenladen" in other["body"]) == (404, True)
    house.now += timedelta(days=31)
    assert house.call("open_link", request(restore)) == other
    house.add_shop(version=2, removed=True)
    house.now += timedelta(minutes=2)
    assert house.call("open_link", request(restore)) == forged


def test_the_row_of_a_link_outlives_it_so_that_its_page_can_say_whose_it_was(mailed):
    house, *_ = mailed
    links = [row for row in house.stack.rows("Ledger") if row["sk"]["S"] == "link"]
    for row in links:
        until = datetime.fromisoformat(json.loads(row["body"]["S"])["expires_at"])
        assert int(row["expires_at"]["N"]) == int((until + timedelta(days=60)).timestamp())


@pytest.mark.parametrize(
    ("query", "header", "lang"),
    [(None, "de-AT,de;q=0.9", "de"), (None, "fr", "en"), ({"lang": "de"}, "en", "de"), (None, None, "en")],
)
def test_a_page_speaks_the_language_of_its_reader(house, query, header, lang):
    headers = {"accept-language": header} if header else {}
    answer = house.call("leave", request("x", query=query, **headers))
    assert f'lang="{lang}"' in answer["body"]


def test_looking_at_the_leave_page_changes_nothing_however_often(mailed):
    house, _, leave = mailed
    tables = ("Customers", "Carts", "Ledger")
    before = [house.stack.rows(table) for table in tables]
    house.heard()
    for _ in range(3):
        answer = house.call("leave", request(leave))
        assert answer["statusCode"] == 200
        assert "<form" in answer["body"]
    assert [house.stack.rows(table) for table in tables] == before
    assert house.heard() == []


def test_one_click_leaves_and_leaving_twice_is_leaving_once(mailed):
    house, _, leave = mailed
    house.heard()
    for _ in range(2):
        assert house.call("leave", request(leave, "POST"))["statusCode"] == 200
    assert consents(house) == "withdrawn"
    told = [fact for fact in house.heard() if fact["fact"] == "consent.withdrawn"]
    assert len({fact["id"] for fact in told}) == 1


def test_after_leaving_the_next_touch_sends_nothing(mailed):
    house, _, leave = mailed
    house.call("leave", request(leave, "POST"))
    house.now += timedelta(days=1)
    assert touch(house, house.known)["next"] == "stop"
    assert len(house.mails()) == 1


def test_a_shopper_can_leave_for_two_years_also_when_the_cart_is_long_gone(mailed):
    house, _, leave = mailed
    house.now += timedelta(days=399)
    assert house.call("leave", request(leave, "POST"))["statusCode"] == 200
    assert consents(house) == "withdrawn"


def test_pages_may_not_be_kept_framed_or_scripted(house):
    headers = house.call("leave", request("x"))["headers"]
    assert "no-store" in headers["cache-control"]
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
