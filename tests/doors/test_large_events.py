"""Orders over a megabyte: engraved one by one, told again in their fulfilment, taken in whatever their size."""

from __future__ import annotations

import json
import random
from functools import cache

import pytest

from cartback.store.queue import LARGEST_MESSAGE, unpack
from tests.fakes.senders import shopify_headers
from tests.unit.shops import samples

SECRET, SHOP = "shpss_1", "kaffeehaus"


@cache
def engraved(lines: int, letters: int, *, sent: bool = False) -> bytes:
    """An order of so many lines, each with ids, a price and an engraving that no other line has."""
    rng = random.Random(lines)
    order = json.loads(samples.sample("shopify", "orders_create").body)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyzäöü", k=rng.randint(3, 9))) for _ in range(4000)]

    def line() -> dict:
        engraving = " ".join(rng.choices(words, k=letters // 7))
        numbers = {name: rng.randrange(10**13) for name in ("id", "variant_id", "product_id")}
        return order["line_items"][0] | numbers | {"properties": [{"name": "Gravur", "value": engraving}]}

    order["line_items"] = [line() for _ in range(lines)]
    if sent:
        order["fulfillments"] = [{"id": 1, "line_items": order["line_items"]}]
    return json.dumps(order, ensure_ascii=False).encode()


@pytest.fixture
def shop(house):
    house.add_shop(SHOP, secrets=(SECRET,), platform="shopify")
    return house


def send(house, body: bytes, topic: str = "orders/create") -> dict:
    headers = shopify_headers(body, topic, SECRET, event_id=f"e-{len(body)}", triggered_at=house.now)
    return house.webhook(body, headers, SHOP)


@pytest.mark.parametrize(
    ("body", "least"),
    [(engraved(500, 900), 1_000_000), (engraved(500, 900, sent=True), 1_900_000)],
    ids=["five hundred lines", "and their fulfilment"],
)
def test_a_large_order_is_taken_in_and_comes_out_of_its_message_as_it_went_in(shop, body, least):
    assert len(body) > least
    assert send(shop, body)["statusCode"] == 202
    (message,) = shop.stack.messages("IntakeQueue")
    assert len(message["Body"]) <= LARGEST_MESSAGE
    assert unpack(json.loads(message["Body"])).body.encode() == body


def test_what_does_not_fit_into_a_message_is_put_aside_and_applied_all_the_same(shop):
    body = engraved(2000, 1100)
    assert 4_000_000 < len(body) < 6_000_000
    assert send(shop, body)["statusCode"] == 202
    (message,) = shop.stack.messages("IntakeQueue")
    assert len(message["Body"]) < 1000
    assert "musterfrau" not in message["Body"]
    assert shop.apply([message["Body"]]) == []
    assert shop.parked() == []
    assert shop.stack.clients.dynamodb.scan(TableName=shop.stack.refs["Customers"])["Count"] > 0


def test_what_was_put_aside_and_is_gone_is_parked_with_that_reason(shop):
    send(shop, engraved(2000, 1100))
    (message,) = shop.stack.messages("IntakeQueue")
    place = json.loads(message["Body"])["aside"]
    shop.stack.clients.s3.delete_object(Bucket=shop.stack.refs["RawBucket"], Key=place)
    assert shop.apply([message["Body"]]) == []
    ((_, reason),) = shop.parked()
    assert reason.startswith("what was put aside is gone")


@pytest.mark.parametrize("place", ["another/2026/03/02/10/x.jsonl.gz", "", 5, None, ["kaffeehaus/x"]])
def test_no_message_leads_to_another_shops_events(shop, place):
    pointer = {"cartback": 1, "shop": SHOP, "platform": "shopify", "topic": "t", "key": "k", "aside": place}
    assert shop.apply([json.dumps(pointer)]) == []
    ((_, reason),) = shop.parked()
    assert reason.startswith("no event in the message")
