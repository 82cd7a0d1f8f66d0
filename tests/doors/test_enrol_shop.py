"""A shop connects, and senders that cannot sign come by a path of their own: through the real doors and stores."""

from __future__ import annotations

import json
from datetime import timedelta

from cartback.domain.intake.responses import path_word
from cartback.store.intake.keys import ASKED_AGAIN_AFTER, SecretKeys
from cartback.store.queue import unpack
from tests.doors.house import sample
from tests.fakes.platform_senders import (
    FORM,
    business_central_body,
    cartflows_form,
    shopware_body,
    shopware_headers,
    shopware_signature,
    stripe_headers,
)
from tests.fakes.world import HandClock

APP = "the-apps-own-secret-0123456789"
SHOP_ID, SHOP_URL = "KyJxE2xampleShop", "https://werkhof-sw.example"


def queued(house):
    return [unpack(json.loads(message["Body"])) for message in house.stack.messages("IntakeQueue")]


def register(house, secret=APP, own=None):
    query = f"shop-id={SHOP_ID}&shop-url={SHOP_URL}&timestamp={int(house.now.timestamp())}"
    event = sample("enrol_shop")
    event["rawQueryString"] = query
    event["headers"] = {"shopware-app-signature": shopware_signature(query.encode(), secret)}
    if own:
        event["headers"]["shopware-shop-signature"] = shopware_signature(query.encode(), own)
    return house.call("enrol_shop", event)


def confirm(house, secret, previous=None):
    event = sample("enrol_shop.confirm_out_of_turn")
    event["body"] = json.dumps({"apiKey": "K", "secretKey": "S", "shopId": SHOP_ID, "shopUrl": SHOP_URL})
    event["headers"] = {"shopware-shop-signature": shopware_signature(event["body"].encode(), secret)}
    if previous:
        signature = shopware_signature(event["body"].encode(), previous)
        event["headers"]["shopware-shop-signature-previous"] = signature
    return house.call("enrol_shop", event)


def at_word(house, shop, secret, body, headers, query=""):
    event = sample("receive_webhook.handshake")
    event["pathParameters"] = {"shop": shop, "word": path_word(secret)}
    event["headers"], event["rawQueryString"], event["body"] = headers, query, body.decode()
    return house.call("receive_webhook", event)


def test_a_shop_connects_and_its_first_webhook_is_let_in(house):
    house.add_shop("leinenhaus", secrets=(APP,), platform="shopware")
    body = shopware_body("app.installed", [], house.now)
    assert house.webhook(body, shopware_headers(body, APP), "leinenhaus")["statusCode"] == 401
    secret = json.loads(register(house)["body"])["secret"]
    answer = confirm(house, secret)
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert house.webhook(body, shopware_headers(body, secret), "leinenhaus")["statusCode"] == 202
    assert [delivery.topic for delivery in queued(house)] == ["app.installed"]


def test_the_old_secret_of_a_shop_that_connects_anew_counts_for_a_minute(house):
    house.add_shop("leinenhaus", secrets=(APP,), platform="shopware")
    old = json.loads(register(house)["body"])["secret"]
    confirm(house, old)
    assert register(house)["statusCode"] == 401
    new = json.loads(register(house, own=old)["body"])["secret"]
    assert confirm(house, new, previous=old)["statusCode"] == 204
    for seconds, status in ((0, 202), (61, 401)):
        house.now += timedelta(seconds=seconds)
        body = shopware_body("app.installed", [], house.now)
        assert house.webhook(body, shopware_headers(body, old), "leinenhaus")["statusCode"] == status
        assert house.webhook(body, shopware_headers(body, new), "leinenhaus")["statusCode"] == 202


def test_nobody_connects_a_shop_that_the_operator_did_not_add(house):
    answer = register(house)
    assert (answer["statusCode"], answer["body"]) == (401, "signature missing or wrong\n")


def test_a_handshake_is_answered_byte_by_byte(house):
    house.add_shop("buerobedarf", secrets=("state-of-the-subscription",), platform="business_central")
    query = "validationToken=Token%2B1"
    answer = at_word(house, "buerobedarf", "state-of-the-subscription", b"", {}, query)
    assert (answer["statusCode"], answer["body"]) == (200, "Token+1")
    assert answer["headers"]["content-type"] == "text/plain"
    assert answer["headers"]["x-content-type-options"] == "nosniff"


def test_a_wrong_state_is_counted(house, capsys):
    house.add_shop("buerobedarf", secrets=("state-of-the-subscription",), platform="business_central")
    body = business_central_body("another state")
    answer = at_word(house, "buerobedarf", "state-of-the-subscription", body, {})
    assert answer["statusCode"] == 200
    assert "NotificationsDropped" in capsys.readouterr().out
    assert queued(house) == []


def test_a_form_lies_on_the_queue_as_json(house):
    house.add_shop("holzladen", secrets=("secret-of-the-wood-shop",), platform="woocommerce")
    answer = at_word(house, "holzladen", "secret-of-the-wood-shop", cartflows_form(), FORM)
    assert answer["statusCode"] == 202
    (delivery,) = queued(house)
    assert delivery.topic == "cartflows.abandoned"
    assert "product_table" not in json.loads(delivery.body)


def test_a_secret_that_was_stored_a_moment_ago_lets_in_at_once_and_a_forger_costs_one_reading(house):
    house.add_shop("kasse", secrets=("whsec_old",), platform="stripe")
    prefix = house.stack.environment("ReceiveWebhook")["SHOP_SECRET_PREFIX"]
    clock = HandClock(house.now)
    keys = SecretKeys(house.stack.clients, prefix, clock)
    assert keys.of("kasse").secrets == ("whsec_old",)
    house.stack.clients.secretsmanager.put_secret_value(
        SecretId=f"{prefix}kasse",
        SecretString=json.dumps({"platform": "stripe", "secrets": ["whsec_new", "whsec_old"]}),
    )
    assert keys.again("kasse") is None  # read only a moment ago
    clock.at += ASKED_AGAIN_AFTER
    assert keys.again("kasse").secrets == ("whsec_new", "whsec_old")
    assert keys.of("kasse").secrets == ("whsec_new", "whsec_old")
    clock.at += ASKED_AGAIN_AFTER
    assert keys.again("kasse") is None  # nothing newer
    assert keys.of("niemand") is None
    clock.at += ASKED_AGAIN_AFTER
    assert keys.again("niemand") is None


def test_a_stripe_event_is_let_in(house):
    house.add_shop("kasse", secrets=("whsec_1",), platform="stripe")
    body = b'{"id": "evt_1", "type": "charge.refunded"}'
    headers = stripe_headers(body, "whsec_1", at=house.now)
    assert house.webhook(body, headers, "kasse")["statusCode"] == 202
