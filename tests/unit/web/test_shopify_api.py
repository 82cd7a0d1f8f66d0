"""Shopify's Admin GraphQL API, against a server that speaks it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from cartback.domain.errors import Refused, TryLater
from cartback.domain.money import Money
from cartback.domain.observations import CartSeen, OrderSeen
from cartback.domain.shop.service import Discount, DiscountMade, Unsupported
from cartback.ports import ShopKeys
from cartback.shops import shopify
from cartback.shops.shopify.api import NEEDS, Api
from cartback.web.client import Http
from tests.unit.shops.samples import as_delivery
from tests.unit.web.platforms import Shopify
from tests.unit.web.server import serving

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
HOOK = "https://api.example/webhooks/x"
TOKEN = "Z2NwLWV1cm9wZS13ZXN0MTowMUtB"


def _bag(amount: str, currency: str = "EUR") -> dict[str, Any]:
    return {"presentmentMoney": {"amount": amount, "currencyCode": currency}}


CUSTOMER = {
    "legacyResourceId": "207119551",
    "createdAt": "2026-11-01T10:00:00Z",
    "firstName": "Nora",
    "defaultEmailAddress": {
        "emailAddress": "nora@example.com",
        "marketingState": "SUBSCRIBED",
        "marketingOptInLevel": "CONFIRMED_OPT_IN",
        "marketingUpdatedAt": "2026-11-02T10:00:00Z",
    },
    "defaultPhoneNumber": None,
}
ORDER = {
    "legacyResourceId": "820982911946154508",
    "createdAt": "2026-11-21T09:00:00Z",
    "updatedAt": "2026-11-21T09:05:00Z",
    "cancelledAt": None,
    "test": False,
    "email": "nora@example.com",
    "phone": None,
    "customerLocale": "de-DE",
    "currencyCode": "EUR",
    "displayFinancialStatus": "PAID",
    "totalPriceSet": _bag("49.90"),
    "discountCodes": ["BACK-1234"],
    "shippingAddress": {"countryCodeV2": "DE", "provinceCode": "BE"},
    "customer": CUSTOMER,
}
CHECKOUT = {
    "id": "gid://shopify/AbandonedCheckout/450789469?key=x",
    "abandonedCheckoutUrl": f"https://laden.example/548380009/checkouts/ac/{TOKEN}/recover?key=secret",
    "createdAt": "2026-11-21T08:00:00Z",
    "updatedAt": "2026-11-21T08:30:00Z",
    "completedAt": None,
    "totalPriceSet": _bag("1200", "JPY"),
    "shippingAddress": None,
    "customer": CUSTOMER,
    "lineItems": {
        "nodes": [
            {
                "id": "gid://shopify/AbandonedCheckoutLineItem/1?key=y",
                "title": "Cup",
                "variantTitle": "Blue",
                "sku": "C-1",
                "quantity": 2,
                "variant": {"legacyResourceId": "39072856"},
                "product": {"legacyResourceId": "632910392"},
                "image": {"url": "https://cdn.example/cup.png"},
                "discountedUnitPriceSet": _bag("600", "JPY"),
            }
        ]
    },
}
VARIANT = {
    "legacyResourceId": "39072856",
    "title": "Blue",
    "sku": "C-1",
    "price": "19.90",
    "inventoryQuantity": 3,
    "inventoryPolicy": "DENY",
    "inventoryItem": {"legacyResourceId": "271878346596884015", "tracked": True},
    "product": {"title": "Cup", "status": "ACTIVE"},
}
LAST = {"hasNextPage": False, "endCursor": None}


@pytest.fixture
def shop() -> Iterator[Shopify]:
    shop = Shopify()
    yield shop
    assert shop.broken == []


@pytest.fixture
def server(shop: Shopify):
    with serving(shop) as server:
        yield server


@pytest.fixture
def api(server) -> Api:
    return _api(server, access_token="shpat_12345678")


def _api(server, **access: str) -> Api:
    given = {"domain": "laden.myshopify.com", "api_url": server.url, **access}
    return Api(ShopKeys("shopify", ("s" * 32,), api=given), Http(loopback=True))


def _told(change) -> Any:
    (seen,) = shopify.observe(as_delivery("shopify", change.topic, change.body))
    return seen


def test_a_listed_order_reads_like_its_webhook(shop, api):
    shop.data["Orders"] = {"orders": {"nodes": [ORDER], "pageInfo": LAST}}
    page = api.orders_since(AT)
    seen = _told(page.changes[0])
    assert isinstance(seen, OrderSeen)
    assert (seen.order_ref, seen.total, seen.paid) == ("820982911946154508", Money(4990, "EUR"), True)
    assert (seen.coupon_codes, seen.contact.customer_ref) == (("BACK-1234",), "207119551")
    (word,) = seen.contact.consents
    assert (word.granted, word.basis, word.sticky) == (True, "double_opt_in", True)
    assert page.cursor is None


def test_a_listed_checkout_is_the_same_cart_as_its_webhook(shop, api):
    shop.data["Checkouts"] = {"abandonedCheckouts": {"nodes": [CHECKOUT], "pageInfo": LAST}}
    (change,) = api.checkouts_since(AT).changes
    seen = _told(change)
    assert isinstance(seen, CartSeen)
    assert (seen.refs, seen.total) == ((f"checkout:{TOKEN}",), Money(1200, "JPY"))
    assert (seen.items[0].variant_id, seen.items[0].quantity) == ("39072856", 2)
    assert seen.items[0].unit_price == Money(600, "JPY")
    assert seen.contact.email == "nora@example.com"


def test_a_checkout_whose_link_tells_no_token_would_be_a_second_cart_and_is_left_out(shop, api):
    nameless = {**CHECKOUT, "abandonedCheckoutUrl": "https://laden.example/cart"}
    shop.data["Checkouts"] = {"abandonedCheckouts": {"nodes": [nameless], "pageInfo": LAST}}
    assert api.checkouts_since(AT).changes == ()


def test_pages_follow_the_cursor(shop, api):
    pages = {None: {"hasNextPage": True, "endCursor": "c1"}, "c1": LAST}
    shop.data["Orders"] = lambda asked: {"orders": {"nodes": [ORDER], "pageInfo": pages[asked["after"]]}}
    first = api.orders_since(AT)
    assert (first.cursor, api.orders_since(AT, first.cursor).cursor) == ("c1", None)


def test_stock_and_prices_are_the_variants(shop, api):
    archived = {**VARIANT, "legacyResourceId": "2", "product": {"title": "Old", "status": "ARCHIVED"}}
    uncounted = {
        **VARIANT,
        "legacyResourceId": "3",
        "inventoryItem": {"legacyResourceId": "4", "tracked": False},
    }
    shop.data["Variants"] = {"shop": {"currencyCode": "EUR"}, "nodes": [VARIANT, None, archived, uncounted]}
    first, second = api.stock_now(["39072856", "1", "2", "3", "line:x"])
    assert (first.variant_id, first.available, first.endless) == ("39072856", 3, False)
    assert (second.available, second.endless) == (None, True)
    assert api.prices_now(["39072856"])["39072856"] == Money(1990, "EUR")


def test_a_product_comes_with_its_variants(shop, api):
    whole = {
        "legacyResourceId": "632910392",
        "title": "Cup",
        "status": "ACTIVE",
        "updatedAt": "2026-11-21T09:00:00Z",
        "featuredMedia": {"preview": {"image": {"url": "https://cdn.example/cup.png"}}},
        "variants": {"nodes": [VARIANT]},
    }
    shop.data["Product"] = {"product": whole}
    seen = api.product("632910392")
    assert (seen.deleted, seen.variants[0].image_url) == (False, "https://cdn.example/cup.png")
    shop.data["Product"] = {"product": None}
    assert api.product("632910392") is None


def _taken(asked: dict[str, Any]) -> dict[str, Any]:
    error = {"field": ["basicCodeDiscount", "code"], "code": "TAKEN"}
    return {"discountCodeBasicCreate": {"codeDiscountNode": None, "userErrors": [error]}}


def test_a_code_is_made_and_one_that_a_lost_answer_made_is_found(shop, api):
    node = {"id": "gid://shopify/DiscountCodeNode/1"}
    shop.data["CreateDiscount"] = {"discountCodeBasicCreate": {"codeDiscountNode": node, "userErrors": []}}
    wanted = Discount("BACK-1234", "Thanks", AT, AT, percent=10, minimum=Money(5000, "EUR"))
    made = api.create_discount(wanted)
    shop.data["CreateDiscount"] = _taken
    shop.data["FindDiscount"] = {"codeDiscountNodeByCode": node}
    assert api.create_discount(wanted) == made


def test_a_code_is_taken_back_and_one_that_is_gone_is_no_error(shop, api):
    gone = {"deletedCodeDiscountId": None, "userErrors": [{"field": ["id"], "code": "INVALID"}]}
    shop.data["DeleteDiscount"] = {"discountCodeDelete": gone}
    api.revoke_discount(DiscountMade("X", "gid://shopify/DiscountCodeNode/1"))
    shop.data["DeleteDiscount"] = {
        "discountCodeDelete": {**gone, "userErrors": [{"field": None, "code": "INTERNAL_ERROR"}]}
    }
    with pytest.raises(Refused, match="INTERNAL_ERROR"):
        api.revoke_discount(DiscountMade("X", "gid://shopify/DiscountCodeNode/1"))


def test_subscriptions_are_made_and_seen_by_the_topics_of_webhooks(shop, api):
    node = {"id": "gid://shopify/WebhookSubscription/1", "topic": "ORDERS_PAID", "uri": HOOK}
    shop.data["Subscribe"] = {"webhookSubscriptionCreate": {"webhookSubscription": node, "userErrors": []}}
    shop.data["Subscriptions"] = {"webhookSubscriptions": {"nodes": [node]}}
    made = api.subscribe("orders/paid", HOOK, "s")
    assert api.subscriptions() == (made,)
    assert (made.topic, made.url) == ("orders/paid", HOOK)
    shop.data["Unsubscribe"] = {
        "webhookSubscriptionDelete": {"deletedWebhookSubscriptionId": node["id"], "userErrors": []}
    }
    api.unsubscribe(made)


def test_every_topic_that_is_subscribed_is_one_that_the_adapter_understands(api):
    assert set(api.topics()) <= set(shopify.TOPICS)
    assert not any("redact" in topic for topic in api.topics())


def test_a_throttle_is_tried_later_when_there_are_points_enough(shop, api):
    cost = {"requestedQueryCost": 502, "throttleStatus": {"currentlyAvailable": 2, "restoreRate": 100.0}}
    shop.data["Subscriptions"] = {
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {"cost": cost},
    }
    with pytest.raises(TryLater) as failure:
        api.subscriptions()
    assert failure.value.after_seconds == 5


@pytest.mark.parametrize(
    ("errors", "status"),
    [
        ([{"message": "nora@example.com", "extensions": {"code": "ACCESS_DENIED"}}], 403),
        ([{"message": "Field 'x' doesn't exist", "extensions": {"code": "undefinedField"}}], 400),
        ("[API] Invalid API key or access token", 400),
    ],
)
def test_a_refusal_within_a_good_answer_is_a_refusal(shop, api, errors, status: int):
    shop.data["Subscriptions"] = {"errors": errors}
    with pytest.raises(Refused) as refusal:
        api.subscriptions()
    assert refusal.value.status == status
    assert "example.com" not in refusal.value.reason


def test_an_internal_error_of_theirs_is_tried_later(shop, api):
    shop.data["Subscriptions"] = {"errors": [{"extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}
    with pytest.raises(TryLater):
        api.subscriptions()


def test_an_app_asks_for_its_token_with_its_own_secret(shop, server):
    api = _api(server, client_id="id", client_secret="secret-of-the-app")
    shop.data["Subscriptions"] = {"webhookSubscriptions": {"nodes": []}}
    api.subscriptions()
    api.subscriptions()
    assert server.paths().count("POST /admin/oauth/access_token") == 1


def test_a_customers_orders_are_observations(shop, api):
    shop.data["Orders"] = {"orders": {"nodes": [ORDER], "pageInfo": LAST}}
    assert len(api.history("207119551", AT)) == 1
    assert api.history("1 OR 1", AT) == ()


def test_what_the_platform_cannot_it_says(api):
    assert isinstance(api.restore_link("checkout:x"), Unsupported)


@pytest.mark.parametrize(
    "domain", ["laden.example", "laden.myshopify.com.evil.example", "", "x/y.myshopify.com"]
)
def test_only_shops_of_shopifys_are_called(domain: str):
    with pytest.raises(Refused, match="domain"):
        NEEDS.check({"domain": domain, "access_token": "shpat_12345678"})
