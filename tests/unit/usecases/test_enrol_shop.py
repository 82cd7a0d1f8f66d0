"""How a Shopware shop connects: register, confirm, the same again, and everybody who only pretends to."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from cartback import shops
from cartback.domain.errors import TryLater
from cartback.domain.intake.responses import Answer, Visit
from cartback.ports import ShopKeys
from cartback.usecases.shop.enrol_shop import EnrolShop
from tests.fakes.platform_senders import shopware_signature
from tests.fakes.world import DictKeys, HandClock, SeededTokens

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
APP, SHOP_ID, SHOP_URL = "the-apps-own-secret-0123456789", "KyJxE2xampleShop", "https://werkhof-sw.example"
CONFIRM_URL = "https://api.example/webhooks/werkhof/confirm"
STRANGER = "signature missing or wrong"


class Ceremony:
    """A shop that connects, as Shopware does it."""

    def __init__(self) -> None:
        self.keys, self.clock, self.tokens = DictKeys(), HandClock(NOW), SeededTokens()
        self.keys.by_shop = {"werkhof": ShopKeys("shopware", (APP,)), "andere": ShopKeys("shopify", (APP,))}
        self.enrol = EnrolShop(self.keys, self.tokens, self.clock, shops.load)

    def register(
        self,
        *,
        by=APP,
        own=None,
        encoded=True,
        signs=None,
        shop="werkhof",
        at=None,
        url=SHOP_URL,
        shop_id=SHOP_ID,
    ) -> Answer:
        stamp = int((at or self.clock.now()).timestamp())
        plain = f"shop-id={shop_id}&shop-url={url}&timestamp={stamp}"
        query = f"shop-id={shop_id}&shop-url={quote(url, safe='')}&timestamp={stamp}" if encoded else plain
        message = (plain if signs == "decoded" else query).encode()
        headers = {"shopware-app-signature": shopware_signature(message, by), "sw-version": "6.7.4.0"}
        if own is not None:
            headers["shopware-shop-signature"] = shopware_signature(message, own)
        return self.enrol(shop, Visit("GET", "register", query, headers, b""), CONFIRM_URL)

    def confirm(self, secret: str, *, previous=None, shop="werkhof", shop_id=SHOP_ID, **changes) -> Answer:
        said = {"apiKey": "SWIAEXAMPLE", "secretKey": "c2VjcmV0", "timestamp": "1", "shopUrl": SHOP_URL}
        body = json.dumps({**said, "shopId": shop_id, **changes}).encode()
        headers = {"shopware-shop-signature": shopware_signature(body, secret)}
        if previous is not None:
            headers["shopware-shop-signature-previous"] = shopware_signature(body, previous)
        return self.enrol(shop, Visit("POST", "confirm", "", headers, body), CONFIRM_URL)

    def connect(self) -> str:
        secret = json.loads(self.register().body)["secret"]
        assert self.confirm(secret).status == 204
        return secret

    @property
    def agreed(self) -> dict[str, str]:
        return self.keys.by_shop["werkhof"].agreed


@pytest.fixture
def ceremony() -> Ceremony:
    return Ceremony()


def test_a_shop_that_introduces_itself_gets_a_proof_and_a_secret_of_its_own(ceremony):
    answer = ceremony.register()
    told = json.loads(answer.body)
    assert (answer.status, answer.kind) == (200, "application/json")
    proof = hmac.new(APP.encode(), f"{SHOP_ID}{SHOP_URL}Cartback".encode(), hashlib.sha256).hexdigest()
    assert told["proof"] == proof
    assert 64 <= len(told["secret"]) <= 255
    assert told["confirmation_url"] == CONFIRM_URL
    assert json.loads(ceremony.register().body)["secret"] != told["secret"]


@pytest.mark.parametrize(("encoded", "signs"), [(True, "raw"), (True, "decoded"), (False, "raw")])
def test_the_query_may_be_signed_as_it_was_sent_or_decoded(ceremony, encoded, signs):
    assert ceremony.register(encoded=encoded, signs=signs).status == 200


def test_the_new_secret_counts_only_once_it_is_confirmed(ceremony):
    secret = json.loads(ceremony.register().body)["secret"]
    keys = ceremony.keys.by_shop["werkhof"]
    assert shops.load("shopware").signers(keys, NOW) == []
    assert ceremony.confirm(secret).status == 204
    keys = ceremony.keys.by_shop["werkhof"]
    assert shops.load("shopware").signers(keys, NOW) == [secret]
    assert keys.agreed["shop_url"] == SHOP_URL
    assert (keys.agreed["api_key"], keys.agreed["api_secret"]) == ("SWIAEXAMPLE", "c2VjcmV0")
    assert keys.secrets == (APP,)


@pytest.mark.parametrize(
    "attempt",
    [
        {"by": "another-apps-secret"},
        {"by": ""},
        {"at": NOW - timedelta(minutes=11)},
        {"at": NOW + timedelta(minutes=11)},
        {"shop": "niemand"},
        {"shop": "andere"},
        {"shop": "../werkhof"},
    ],
)
def test_whoever_does_not_know_the_apps_secret_right_now_is_a_stranger(ceremony, attempt):
    answer = ceremony.register(**attempt)
    assert (answer.status, answer.line) == (401, STRANGER)
    assert ceremony.agreed == {}


@pytest.mark.parametrize(
    "attempt", [{"url": "file:///etc"}, {"url": "x"}, {"shop_id": "a b"}, {"shop_id": ""}]
)
def test_a_signed_introduction_without_a_shop_is_a_bad_request(ceremony, attempt):
    assert ceremony.register(**attempt).status == 400


def test_a_shop_that_is_connected_cannot_be_taken_over_with_the_apps_secret_alone(ceremony):
    secret = ceremony.connect()
    for own in (None, "guessed", APP):
        answer = ceremony.register(own=own, url="https://evil.example")
        assert (answer.status, answer.line) == (401, STRANGER)
    assert ceremony.agreed["secret"] == secret
    assert ceremony.agreed["shop_url"] == SHOP_URL


def test_connecting_again_needs_both_signatures_twice_and_leaves_the_old_secret_a_minute(ceremony):
    old = ceremony.connect()
    new = json.loads(ceremony.register(own=old).body)["secret"]
    assert ceremony.confirm(new).status == 401
    assert ceremony.confirm(new, previous=new).status == 401
    assert ceremony.agreed["secret"] == old
    assert ceremony.confirm(new, previous=old).status == 204
    keys, signers = ceremony.keys.by_shop["werkhof"], shops.load("shopware").signers
    assert signers(keys, NOW + timedelta(seconds=60)) == [new, old]
    assert signers(keys, NOW + timedelta(seconds=61)) == [new]


@pytest.mark.parametrize("attempt", [{"secret": "guessed"}, {"secret": ""}, {"secret": APP}])
def test_only_the_new_secret_confirms(ceremony, attempt):
    ceremony.register()
    assert ceremony.confirm(**attempt).status == 401
    assert "secret" not in ceremony.agreed


def test_nothing_is_confirmed_that_nobody_began_or_that_is_ten_minutes_old(ceremony):
    assert ceremony.confirm("").status == 401
    secret = json.loads(ceremony.register().body)["secret"]
    ceremony.clock.move(minutes=10, seconds=1)
    assert ceremony.confirm(secret).status == 401


def test_one_shop_cannot_confirm_for_another(ceremony):
    secret = json.loads(ceremony.register().body)["secret"]
    assert ceremony.confirm(secret, shop_id="AnotherShop").status == 400
    assert "secret" not in ceremony.agreed


def test_who_confirms_again_because_the_answer_was_lost_is_told_the_same(ceremony):
    secret = ceremony.connect()
    before = dict(ceremony.agreed)
    assert ceremony.confirm(secret, apiKey="ANOTHER").status == 204
    assert ceremony.agreed == before


def test_a_store_that_is_away_asks_the_shop_to_come_back(ceremony, monkeypatch):
    def away(shop: str) -> None:
        raise TryLater("away")

    monkeypatch.setattr(ceremony.keys, "read", away)
    assert ceremony.register().status == 503


def test_a_body_that_is_far_too_large_is_not_read(ceremony):
    visit = Visit("POST", "confirm", "", {}, b" " * 20_001)
    assert ceremony.enrol("werkhof", visit, CONFIRM_URL).status == 413
