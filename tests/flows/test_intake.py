"""What the door of the deployed stack answers to what senders get wrong, and where the rest goes."""

from __future__ import annotations

import pytest

from cartback.usecases.receive_webhook import LARGEST_BODY
from local.demo import shopify
from local.demo.sender import ask
from local.demo.shop import SHOP
from tests.flows.house import House, until


def a_cart(house: House) -> dict:
    shopper = house.shopper()
    return shopify.cart(shopper.buyer, shopper.lines, shopper.began_at)


def test_a_wrong_signature_and_an_unknown_shop_get_the_same_answer(house: House):
    told = a_cart(house)
    wrong = house.send("carts/create", told, secret="somebody-elses-secret")
    unknown = house.send("carts/create", told, shop="nobody")
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"this is no JSON", {}, 400),
        (b"[" * 80 + b"]" * 80, {}, 400),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b'{"a":"' + b"x" * LARGEST_BODY + b'"}', {}, 413),
    ],
    ids=["not JSON", "too deep", "wrong type", "too large"],
)
def test_what_a_sender_got_wrong_is_a_4xx_with_one_line(
    house: House, body: bytes, headers: dict, status: int
):
    answer = house.send("carts/create", None, body=body, headers=headers)
    assert answer.status == status
    assert answer.body.count(b"\n") <= 1
    assert b"Traceback" not in answer.body


def test_an_unknown_topic_is_taken_and_forgotten(house: House):
    before = len(house.cartback("dlq", "list"))
    assert house.send("themes/publish", {"id": 1}).status == 202
    until(house.queue_is_empty, "an empty queue")
    assert len(house.cartback("dlq", "list")) == before


def test_an_undigestible_event_waits_with_its_reason_and_comes_back_when_it_is_sent_on_unmended(house: House):
    event_id = f"undigestible-{house.stage.clock.now().timestamp()}"

    def waiting() -> list[dict]:
        found = house.cartback("dlq", "list", "--queue", "intake")
        return [each for each in found if event_id in (each["key"] or "")]

    assert house.send("orders/create", {"id": 1, "updated_at": "yesterday"}, event_id=event_id).status == 202
    (first,) = until(waiting, "the event in the dead-letter queue")
    assert (first["shop"], first["topic"]) == (SHOP, "orders/create")
    assert "updated_at" in first["reason"]
    assert house.cartback("dlq", "redrive", first["id"])["sent_again"] == [first["id"]]
    (second,) = until(
        lambda: [each for each in waiting() if each["id"] != first["id"]], "the event, parked again"
    )
    assert second["reason"] == first["reason"]


def test_other_events_pass_an_undigestible_one(house: House):
    shopper = house.shopper()
    assert house.send("orders/create", {"id": []}).status == 202
    shopper.leaves_a_cart()
    shopper.run_starts()
    shopper.buys()
    assert shopper.run_ends() == "SUCCEEDED"


def test_the_command_line_tells_the_story_of_one_recorded_webhook(house: House):
    assert SHOP in [each["shop"] for each in house.cartback("shop", "list")]
    shopper = house.shopper()
    shopper.leaves_a_cart()
    shopper.gets(1)
    told = house.cartback("cart", "show", SHOP, shopper.buyer.checkout_token)
    assert told["cart"]["cart_id"] == shopper.cart_id
    says = [line["says"] for line in told["story"]]
    assert len(says) >= 4
    assert [line["at"] for line in told["story"]] == sorted(line["at"] for line in told["story"])
    assert shopper.buyer.email not in str(told)


def test_a_path_that_does_not_exist_is_no_fault_of_ours(house: House):
    assert ask("GET", f"{house.stage.api_url}/nothing").status == 404
