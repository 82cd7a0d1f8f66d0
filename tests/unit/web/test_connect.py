"""Connecting: a shop's API is told where to send, once, and what is left to a person is said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cartback import shops
from cartback.domain.errors import Refused
from cartback.domain.intake.responses import Arrival, Visit, path_word
from cartback.ports import ShopKeys
from cartback.shops import business_central
from cartback.usecases.shop.connect_shop import ConnectShop
from cartback.web.client import Http
from tests.fakes.world import DictKeys, SeededTokens
from tests.unit.web.platforms import COMPANY, BusinessCentral, Shopify, Stripe, WooCommerce
from tests.unit.web.server import Says, serving

API = "https://api.example/"
AT = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.fixture
def keys() -> DictKeys:
    return DictKeys()


@pytest.fixture
def connect(keys: DictKeys) -> ConnectShop:
    return ConnectShop(keys, Http(loopback=True), shops.api, SeededTokens(), API)


def _woo(url: str) -> dict[str, str]:
    return {"url": url, "consumer_key": "ck_12345678", "consumer_secret": "cs_12345678"}


def test_a_shop_is_subscribed_once_with_a_secret_of_our_own(connect, keys):
    shop = WooCommerce()
    with serving(shop) as server:
        first = connect("laden", "woocommerce", _woo(server.url))
        again = connect("laden", "woocommerce")
    assert set(first.made) == set(again.kept) == {one["topic"] for one in shop.webhooks.values()}
    assert (again.made, again.hook) == ((), "https://api.example/webhooks/laden")
    (secret,) = {one["secret"] for one in shop.webhooks.values()}
    assert keys.by_shop["laden"].secrets == (secret,)
    assert keys.by_shop["laden"].api["hook"] == first.hook
    assert shop.broken == []


def test_a_webhook_that_the_shop_switched_off_is_switched_on(connect):
    shop = WooCommerce()
    with serving(shop) as server:
        connect("laden", "woocommerce", _woo(server.url))
        shop.webhooks["1"]["status"] = "disabled"
        connect("laden", "woocommerce")
    assert shop.webhooks["1"]["status"] == "active"


def test_somebody_elses_webhooks_are_left_alone(connect):
    shop = WooCommerce()
    foreign = {"id": 99, "topic": "order.updated", "delivery_url": "https://crm.example/", "status": "active"}
    shop.webhooks["99"] = foreign
    with serving(shop) as server:
        assert "order.updated" in connect("laden", "woocommerce", _woo(server.url)).made
    assert shop.webhooks["99"] == foreign


def test_where_nothing_is_signed_the_address_holds_a_word_and_an_old_word_ends(connect, keys):
    shop = BusinessCentral()
    keys.by_shop["firma"] = ShopKeys("business_central", ("old-secret-old-secret",))
    with serving(shop) as server:
        shop.base = server.url
        access = {
            "tenant": "contoso.example",
            "environment": "Production",
            "company": COMPANY,
            "client_id": "app",
            "client_secret": "secret-of-the-app",
            "api_url": server.url,
            "token_url": server.url,
        }
        first = connect("firma", "business_central", access)
        kept = keys.by_shop["firma"]
        keys.by_shop["firma"] = ShopKeys(
            "business_central", ("new-secret-new-secret", *kept.secrets), api=kept.api
        )
        second = connect("firma", "business_central")
    assert first.hook.endswith(path_word("old-secret-old-secret"))
    assert (second.ended, len(second.made)) == (4, 4)
    assert {one["notificationUrl"] for one in shop.made.values()} == {second.hook}
    body = b'{"value":[{"clientState":"new-secret-new-secret","subscriptionId":"1","changeType":"updated",'
    body += b'"resource":"x","lastModifiedDateTime":"2026-11-21T10:00:00Z"}]}'
    visit = Visit("POST", second.hook.rpartition("/")[2], "", {}, body)
    assert isinstance(business_central.greet(visit, keys.by_shop["firma"], AT), Arrival)


def test_a_secret_that_the_platform_chooses_is_kept(connect, keys):
    shop = Stripe()
    with serving(shop) as server:
        access = {"secret_key": "rk_test_1234567890", "api_url": server.url}
        connect("kasse", "stripe", access)
        connect("kasse", "stripe")
    assert keys.by_shop["kasse"].secrets == ("whsec_chosen_by_stripe",)
    assert len(shop.endpoints) == 1


def test_where_the_shops_own_secret_signs_it_is_asked_for_first(connect, keys):
    access = {"domain": "laden.myshopify.com", "access_token": "shpat_12345678"}
    with pytest.raises(Refused, match="cartback shop secret"):
        connect("laden", "shopify", access)
    assert keys.by_shop == {}


@pytest.mark.parametrize("platform", shops.platforms())
def test_without_access_a_person_is_told_what_to_do(connect, keys, platform: str):
    done = connect("laden", platform)
    assert done.by_hand
    assert all(isinstance(step, str) and step for step in done.by_hand)
    assert keys.by_shop == {}


def test_an_access_that_is_not_whole_names_its_fields(connect):
    with pytest.raises(Refused) as refusal:
        connect("laden", "woocommerce", {"url": "laden.example", "consumer": "x"})
    assert "access.url" in refusal.value.reason
    assert "access.consumer" in refusal.value.reason


def test_topics_that_are_refused_are_all_named_and_connecting_again_makes_the_rest(connect):
    shop = WooCommerce()
    with serving(shop) as server:
        made = Says(201, {"id": 1, "topic": "order.created", "status": "active"})
        shop.next = [Says(200, []), made, Says(403), Says(403)]
        first = connect("laden", "woocommerce", _woo(server.url))
        again = connect("laden", "woocommerce")
    wanted = shops.api("woocommerce").SUBSCRIBED
    assert len(first.missing) == 2
    assert all(one.startswith("topic ") for one in first.missing)
    assert len(first.made) == len(wanted) - 2
    assert again.missing == ()
    lost = {one.split()[1].rstrip(":") for one in first.missing}
    assert lost < set(again.made), "and the one that was only said to be made"


def _shopify(**more: Any) -> tuple[Shopify, dict[str, str]]:
    shop = Shopify()
    granted = [{"handle": handle} for handle in more.get("scopes", shops.api("shopify").SCOPES)]
    shop.data = {
        "Scopes": {"currentAppInstallation": {"accessScopes": granted}},
        "People": more.get("people", {"customers": {"nodes": []}}),
        "Subscriptions": {"webhookSubscriptions": {"nodes": []}},
        "Subscribe": more.get("subscribe", _subscribed),
    }
    access = {"domain": "laden.myshopify.com", "client_id": "app", "client_secret": "secret-of-the-app"}
    return shop, access


def _subscribed(variables: dict[str, Any]) -> dict[str, Any]:
    one = {
        "id": "gid://shopify/WebhookSubscription/1",
        "topic": variables["topic"],
        "uri": variables["subscription"]["uri"],
    }
    return {"webhookSubscriptionCreate": {"webhookSubscription": one, "userErrors": []}}


DENIED = {"errors": [{"message": "no", "extensions": {"code": "ACCESS_DENIED"}}]}


def _connected(connect: ConnectShop, keys: DictKeys, secret: str = "secret-of-the-app", **more: Any):
    keys.by_shop["laden"] = ShopKeys("shopify", (secret,))
    shop, access = _shopify(**more)
    with serving(shop) as server:
        done = connect("laden", "shopify", {**access, "api_url": server.url})
    assert shop.broken == []
    return done


def test_a_shop_of_shopifys_with_everything_lacks_nothing(connect, keys):
    done = _connected(connect, keys)
    assert done.missing == ()
    assert set(done.made) == set(shops.api("shopify").SUBSCRIBED)


def test_who_may_write_may_read(connect, keys):
    scopes = ("write_orders", "read_customers", "write_products", "read_inventory")
    assert _connected(connect, keys, scopes=scopes).missing == ()


def test_scopes_people_topics_and_the_signature_that_are_missing_are_said_in_one_list(connect, keys):
    def subscribe(variables: dict[str, Any]) -> dict[str, Any]:
        return DENIED if "CONSENT" in variables["topic"] else _subscribed(variables)

    done = _connected(
        connect,
        keys,
        secret="another-secret",
        scopes=("read_customers", "read_products"),
        people=DENIED,
        subscribe=subscribe,
    )
    kinds = [one.partition(":")[0] for one in done.missing]
    assert kinds == [
        "scope read_orders",
        "scope read_inventory",
        "protected customer data (name, e-mail, phone)",
        "signature",
        "topic customers_email_marketing_consent/update",
        "topic customers_marketing_consent/update",
    ]
    assert all("no consent and no farewell is heard" in one for one in done.missing[-2:])
    assert "orders/create" in done.made, "what could be subscribed to is"


@pytest.mark.parametrize("platform", shops.platforms())
def test_every_platform_has_an_api_that_says_what_it_needs_and_what_is_by_hand(platform: str):
    module = shops.api(platform)
    assert module.SIGNED_BY in ("ours", "theirs", "told")
    assert isinstance(module.TELLS_OF_CARTS, bool)
    assert isinstance(module.WORD_IN_PATH, bool)
    assert module.BY_HAND
    assert callable(module.NEEDS.check)
