"""POST /webhooks/{shop}: what is let in is durable, what is not is answered in one line, and nothing is our fault."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from cartback import shops
from cartback.store.queue import unpack
from cartback.store.shop.refusals import DynamoRefusals
from cartback.usecases.receive_webhook import UNKNOWN
from tests.doors.house import SHOP, checkout
from tests.fakes.senders import generic_headers, shopify_headers
from tests.fakes.world import HandClock
from tests.unit.shops import samples

BODY = json.dumps(checkout()).encode()


def queued(house):
    return [unpack(json.loads(message["Body"])) for message in house.stack.messages("IntakeQueue")]


def is_one_line(answer) -> bool:
    body = answer["body"]
    return body.count("\n") == 1 and body.endswith("\n") and len(body) < 200 and "Traceback" not in body


def test_a_signed_event_is_answered_202_and_lies_on_the_queue_as_it_came(house):
    answer = house.webhook(BODY, house.signed(BODY, "msg_7"))
    assert (answer["statusCode"], answer["body"]) == (202, "accepted\n")
    (delivery,) = queued(house)
    assert (delivery.shop, delivery.platform, delivery.topic, delivery.key) == (
        SHOP,
        "generic",
        "cart.updated",
        "msg_7",
    )
    assert delivery.body.encode() == BODY


def test_every_sample_of_shopify_that_is_signed_is_let_in(house):
    house.add_shop("kaffeehaus", secrets=("shpss_1",), platform="shopify")
    for number, file in enumerate(samples.files("shopify")):
        topic, body = samples.topic_of(shops.load("shopify"), file), file.read_bytes()
        headers = shopify_headers(body, topic, "shpss_1", event_id=f"e-{number}", triggered_at=house.now)
        assert house.webhook(body, headers, "kaffeehaus")["statusCode"] == 202, file.name
        assert [delivery.topic for delivery in queued(house)] == [topic]


def test_every_generic_sample_that_is_signed_is_let_in(house):
    for file in samples.files("generic"):
        body, name = file.read_bytes(), file.stem.replace(".", "_")
        assert house.webhook(body, house.signed(body, name))["statusCode"] == 202, name
        assert [delivery.key for delivery in queued(house)] == [name]


def test_a_body_that_is_not_base64_is_taken_as_text(house):
    headers = {"content-type": "application/json", **house.signed(BODY)}
    event = {
        "pathParameters": {"shop": SHOP},
        "headers": {name.title(): value for name, value in headers.items()},
        "body": BODY.decode(),
        "requestContext": {"http": {"method": "POST"}},
    }
    assert house.call("receive_webhook", event)["statusCode"] == 202


@pytest.mark.parametrize("secret", ["new", "old"])
def test_both_secrets_sign_while_one_is_rotated(house, secret):
    both = {
        name: "whsec_" + base64.b64encode(f"{name} secret of this shop!".encode()).decode()
        for name in ("new", "old")
    }
    house.add_shop("rotating", secrets=tuple(both.values()))
    headers = generic_headers(BODY, both[secret], timestamp=house.now)
    assert house.webhook(BODY, headers, "rotating")["statusCode"] == 202


def forged(house):
    return house.signed(BODY, secret="whsec_" + base64.b64encode(b"of somebody else, who guesses").decode())


SIGNATURES = {
    "missing": lambda house: {},
    "wrong": forged,
    "of another body": lambda house: house.signed(BODY + b" "),
    "stale": lambda house: house.signed(BODY, ago=timedelta(minutes=6)),
    "from the future": lambda house: house.signed(BODY, ago=timedelta(minutes=-6)),
    "malformed": lambda house: {**house.signed(BODY), "webhook-signature": "v1,%%%\udce4"},
    "empty": lambda house: {**house.signed(BODY), "webhook-signature": ""},
    "of another message": lambda house: {**house.signed(BODY), "webhook-id": "msg_2"},
    "without an instant": lambda house: {**house.signed(BODY), "webhook-timestamp": ""},
    "of another instant": lambda house: {**house.signed(BODY), "webhook-timestamp": "1700000000.5"},
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_signature_that_is_not_right_is_answered_401_and_nothing_is_kept(house, name):
    answer = house.webhook(BODY, SIGNATURES[name](house))
    assert answer["statusCode"] == 401
    assert is_one_line(answer)
    assert queued(house) == []


@pytest.mark.parametrize("shop", ["nobody", "UPPER", "", "../x", "a" * 200, "größe", SHOP + "\n"])
def test_an_unknown_shop_is_answered_like_a_wrong_signature(house, shop):
    assert house.webhook(BODY, house.signed(BODY), shop) == house.webhook(BODY, forged(house))


def test_an_unknown_shop_costs_the_sender_the_same_work_as_a_wrong_signature(house):
    verified: list[str] = []
    real = shops.load("generic").signed_id

    def counting(*given):
        verified.append("once")
        return real(*given)

    house.monkeypatch.setattr("cartback.shops.generic.signed_id", counting)
    for shop in ("nobody", SHOP):
        assert house.webhook(BODY, forged(house), shop)["statusCode"] == 401
    assert verified == ["once", "once"]


def nested(levels: int) -> bytes:
    return b'{"type": "cart.updated", "a": ' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


REFUSALS = {
    "not JSON": (b"cart=1", "application/json", 400),
    "half of JSON": (b'{"type": "cart.updated"', "application/json", 400),
    "nothing": (b"", "application/json", 400),
    "not an object": (b'["cart.updated"]', "application/json", 400),
    "not UTF-8": (b'{"type": "cart.updated", "a": "\xff"}', "application/json", 400),
    "a form": (BODY, "application/x-www-form-urlencoded", 415),
    "no content type": (BODY, "", 415),
    "too deep": (nested(65), "application/json", 400),
    "far too deep": (b"[" * 500_000, "application/json", 400),
    "too large": (b'{"type": "cart.updated", "a": "' + b"x" * 6_000_000 + b'"}', "application/json", 413),
    "NaN": (b'{"type": "cart.updated", "a": NaN}', "application/json", 400),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_a_sender_got_wrong_is_answered_4xx_in_one_line_and_never_kept(house, name):
    body, kind, status = REFUSALS[name]
    answer = house.webhook(body, {**house.signed(body), "content-type": kind})
    assert answer["statusCode"] == status
    assert is_one_line(answer)
    assert queued(house) == []


def test_sixty_four_levels_are_not_too_deep(house):
    body = nested(64)
    assert house.webhook(body, house.signed(body))["statusCode"] == 202


def test_an_unknown_topic_is_answered_202_and_counted_as_ignored(house, capsys):
    body = json.dumps({"type": "wishlist.shared", "at": "2026-03-02T10:00:00Z", "data": {}}).encode()
    assert house.webhook(body, house.signed(body))["statusCode"] == 202
    capsys.readouterr()
    assert house.work_off() == []
    assert '"Ignored"' in capsys.readouterr().out
    assert house.parked() == []


@pytest.mark.parametrize("service", ["SQS", "SECRETS_MANAGER"])
def test_a_queue_or_secret_store_that_cannot_be_reached_is_answered_503_so_that_the_shop_sends_again(
    house, service
):
    house.unreachable(service)
    answer = house.webhook(BODY, house.signed(BODY))
    assert (answer["statusCode"], answer["body"]) == (503, "try again later\n")


def test_a_request_without_anything_is_answered_4xx(house):
    answer = house.call("receive_webhook", {"requestContext": {"http": {"method": "POST"}}})
    assert answer["statusCode"] == 401


def test_no_answer_is_kept_by_anybody_on_the_way(house):
    answer = house.webhook(BODY, {})
    assert answer["headers"]["cache-control"] == "no-store"
    assert answer["headers"]["content-type"].startswith("text/plain")


def test_a_refused_signature_is_counted_for_its_shop_and_all_invented_names_share_one_row(house):
    seen = DynamoRefusals(house.stack.clients, "Insights", HandClock(house.now))
    wrong = house.signed(BODY, secret="whsec_" + "B" * 32)
    for shop in (SHOP, SHOP, "nobody", "nobody-else", "Not A Name"):
        assert house.webhook(BODY, wrong, shop)["statusCode"] == 401
    assert (seen.lately(SHOP), seen.lately(UNKNOWN), seen.lately("nobody")) == (2, 3, 0)


def test_a_good_signature_counts_nothing(house):
    house.webhook(BODY, house.signed(BODY))
    assert DynamoRefusals(house.stack.clients, "Insights", HandClock(house.now)).lately(SHOP) == 0


def test_a_stranger_is_turned_away_even_where_nothing_can_be_counted(house):
    house.unreachable("DYNAMODB")
    answer = house.webhook(BODY, house.signed(BODY, secret="whsec_" + "B" * 32))
    assert (answer["statusCode"], answer["body"]) == (401, "signature missing or wrong\n")
