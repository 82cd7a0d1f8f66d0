"""The worker behind the queue: each message gets its due, whatever lies beside it."""

from __future__ import annotations

import json

import pytest

from cartback.ports import Delivery
from cartback.store.queue import pack
from cartback.store.splitting import MOST_WRITES
from tests.doors.house import SHOP, checkout, order, sample
from tests.fakes.world import START


def packed(document, key="msg_1", shop=SHOP, platform="generic") -> str:
    """An event as it lies on the queue."""
    text = document if isinstance(document, str) else json.dumps(document)
    topic = "" if isinstance(document, str) else document["type"]
    return pack(Delivery(shop, platform, topic or "cart.updated", key, START, text))


BROKEN = packed(
    {"type": "cart.updated", "at": "2026-03-02T10:00:00Z", "data": {"cart_id": 5.5}}, "msg_broken"
)


def carts(house):
    return [row for row in house.stack.rows("Carts") if "#cart#" in row["pk"]["S"]]


def test_an_event_becomes_rows_and_facts(house):
    assert house.apply([packed(checkout())]) == []
    assert [json.loads(row["body"]["S"])["items"][0]["title"] for row in carts(house)] == ["Leselampe"]
    assert {"cart.opened", "consent.granted"} <= {fact["fact"] for fact in house.heard()}


def test_the_same_event_a_second_time_changes_nothing_and_tells_nothing(house):
    house.apply([packed(checkout())])
    house.heard()
    before = house.stack.rows("Carts") + house.stack.rows("Customers")
    assert house.apply([packed(checkout()), packed(checkout())]) == []
    assert house.stack.rows("Carts") + house.stack.rows("Customers") == before
    assert house.heard() == []


def test_raw_events_are_kept_for_replay(house):
    house.apply([packed(checkout())])
    found = house.stack.clients.s3.list_objects_v2(Bucket=house.stack.refs["RawBucket"])["Contents"]
    assert [each["Key"].partition("/")[0] for each in found] == [SHOP]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_event_that_cannot_be_digested_is_parked_with_its_reason_and_the_others_are_applied(house, place):
    batch = [packed(checkout(), "msg_1"), packed(checkout(1, ref="c-2"), "msg_2")]
    batch.insert(place, BROKEN)
    assert house.apply(batch) == []
    ((body, reason),) = house.parked()
    assert body == BROKEN
    assert "data.cart_id" in reason
    assert len(carts(house)) == 2


UNREADABLE = [
    "no JSON at all",
    '"a string"',
    "[]",
    '{"cartback": 1}',
    '{"cartback": 1, "shop": "x", "body": 5}',
]


@pytest.mark.parametrize("name", ["body", "shop", "platform", "topic", "key", "received_at"])
@pytest.mark.parametrize("value", [None, 5, ["x"], {"type": "cart.updated"}])
def test_an_event_with_a_field_that_is_no_text_is_parked_by_the_name_of_the_field(house, name, value):
    body = json.dumps({**json.loads(packed(checkout())), name: value})
    assert house.apply([body, packed(checkout())]) == []
    assert house.parked() == [(body, f"no event in the message: {name} is no text")]
    assert len(carts(house)) == 1


@pytest.mark.parametrize("body", UNREADABLE)
def test_a_message_that_nobody_can_read_is_parked_with_its_reason_and_the_others_are_applied(house, body):
    assert house.apply([body, packed(checkout())]) == []
    ((kept, reason),) = house.parked()
    assert kept == body
    assert reason
    assert len(carts(house)) == 1


def test_an_event_of_a_platform_that_this_house_does_not_have_is_parked(house):
    assert house.apply([packed(checkout(), platform="nowhere"), packed(checkout())]) == []
    assert len(house.parked()) == 1
    assert len(carts(house)) == 1


def test_the_sample_whose_first_record_is_broken_loses_nothing(house):
    event = sample("apply_events.first_is_broken")
    assert house.call("apply_events", event) == {"batchItemFailures": []}
    assert len(house.parked()) + len(carts(house)) == len(event["Records"])
    assert len(carts(house)) > 0


def bug_in(house, key):
    """From now on our own code stumbles over the event of this key."""
    from cartback.shops import generic

    real = generic.observe

    def stumbling(delivery):
        if delivery.key == key:
            raise ZeroDivisionError
        return real(delivery)

    house.monkeypatch.setattr(generic, "observe", stumbling)


BAD = packed(checkout(2, ref="c-9"), "msg_bad")


@pytest.mark.parametrize("place", [0, 1])
def test_a_bug_in_one_message_does_not_hold_up_the_others(house, place):
    bug_in(house, "msg_bad")
    batch = [packed(checkout())]
    batch.insert(place, BAD)
    assert house.apply(batch) == [place]
    assert len(carts(house)) == 1
    assert house.parked() == []


def test_a_message_with_a_bug_is_parked_with_its_reason_when_it_comes_the_last_time(house):
    bug_in(house, "msg_bad")
    assert house.apply([BAD, packed(checkout())], receives=4) == [0]
    assert house.parked() == []
    assert house.apply([BAD, packed(checkout(1, ref="c-2"), "msg_2")], receives=5) == []
    assert house.parked() == [(BAD, "bug: ZeroDivisionError")]
    assert len(carts(house)) == 2


@pytest.mark.parametrize("service", ["DYNAMODB", "EVENTBRIDGE", "S3"])
def test_what_cannot_be_kept_or_told_now_comes_back_and_is_not_parked(house, service):
    house.unreachable(service)
    assert house.apply([packed(checkout())]) == [0]
    house.extra.clear()
    assert house.parked() == []
    assert house.apply([packed(checkout())]) == []
    assert "cart.opened" in {fact["fact"] for fact in house.heard()}


def test_a_reason_that_cannot_be_parked_now_is_parked_later(house):
    house.unreachable("SQS")
    assert sorted(house.apply([BROKEN, "no JSON"])) == [0, 1]
    house.extra.clear()
    assert house.apply([BROKEN, "no JSON"]) == []
    assert len(house.parked()) == 2


def agreed_to_all(number):
    """A checkout that is kept in ten rows: a cart, its two names, a person, three names of theirs, three consents."""
    consents = [
        {
            "channel": channel,
            "granted": True,
            "at": "2026-01-01T00:00:00Z",
            "basis": "explicit",
            "source": "form",
        }
        for channel in ("email", "sms", "whatsapp")
    ]
    customer = {"id": f"S{number}", "email": f"s{number}@example.com", "phone": f"+49151123456{number:02d}"}
    event = checkout(ref=f"c-{number}", checkout_id=f"k-{number}", customer=customer | {"consents": consents})
    return packed(event | {"type": "checkout.updated"}, f"msg_{number}")


def test_a_shop_that_leaves_beside_more_than_one_transaction_holds_is_stopped_and_loses_nothing(
    house, caplog
):
    left = {"type": "shop.left", "at": "2026-03-02T10:00:00Z", "data": {}}
    assert house.apply([*(agreed_to_all(number) for number in range(9)), packed(left, "msg_left")]) == []
    written = sum(len(house.stack.rows(table)) for table in ("Carts", "Customers", "Ledger"))
    assert written > MOST_WRITES, "or this batch is too small to say anything"
    assert "each message on its own" not in caplog.text
    assert (len(carts(house)), house.parked()) == (9, [])
    assert sum("#block#shop#" in row["pk"]["S"] for row in house.stack.rows("Customers")) == 16


def test_an_order_closes_the_cart_whichever_comes_first(house):
    assert house.apply([packed(order(5), "msg_2"), packed(checkout(), "msg_1")]) == []
    (row,) = carts(house)
    assert row["status"]["S"] == "bought"
