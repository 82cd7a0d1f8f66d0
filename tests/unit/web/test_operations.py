"""The schemas that requests are held to: each takes a good request, and refuses a bad one."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from tests.unit.web.operations import SCHEMAS, check

_HEX = "0" * 32
_SUBSCRIPTION = {
    "notificationUrl": "https://api.example/webhooks/x/y",
    "resource": "/api/v2.0/companies(00000000-0000-4000-8000-000000000000)/items",
    "clientState": "s" * 32,
}
_PROMOTION = {
    "id": _HEX,
    "name": "Thanks",
    "active": True,
    "validFrom": "2026-11-21T10:00:00.000+00:00",
    "validUntil": "2026-11-22T10:00:00.000+00:00",
    "useCodes": True,
    "useIndividualCodes": False,
    "useSetGroups": False,
    "code": "BACK-1234",
    "maxRedemptionsGlobal": 1,
    "maxRedemptionsPerCustomer": 1,
    "salesChannels": [{"id": _HEX, "salesChannelId": _HEX, "priority": 1}],
    "discounts": [
        {"id": _HEX, "scope": "cart", "type": "percentage", "value": 10, "considerAdvancedRules": False}
    ],
}
GOOD: dict[str, Any] = {
    "shopify Variants": {"ids": ["gid://shopify/ProductVariant/1"]},
    "shopify Product": {"id": "gid://shopify/Product/1"},
    "shopify Orders": {"query": "updated_at:>='2026-11-21T10:00:00Z'", "after": None, "latestFirst": False},
    "shopify Checkouts": {"query": "updated_at:>='2026-11-21T10:00:00Z'", "after": "abc"},
    "shopify CreateDiscount": {
        "discount": {
            "title": "Thanks",
            "code": "BACK-1234",
            "startsAt": "2026-11-21T10:00:00Z",
            "endsAt": "2026-11-22T10:00:00Z",
            "usageLimit": 1,
            "appliesOncePerCustomer": True,
            "context": {"all": "ALL"},
            "customerGets": {"value": {"percentage": 0.1}, "items": {"all": True}},
        }
    },
    "shopify FindDiscount": {"code": "BACK-1234"},
    "shopify DeleteDiscount": {"id": "gid://shopify/DiscountCodeNode/1"},
    "shopify Scopes": {},
    "shopify People": {},
    "shopify Subscriptions": {},
    "shopify Subscribe": {
        "topic": "ORDERS_PAID",
        "subscription": {"uri": "https://api.example/webhooks/x", "format": "JSON"},
    },
    "shopify Unsubscribe": {"id": "gid://shopify/WebhookSubscription/1"},
    "woocommerce POST coupons": {
        "code": "BACK-1234",
        "description": "Thanks",
        "discount_type": "percent",
        "amount": "10",
        "date_expires_gmt": "2026-11-22T10:00:00",
        "usage_limit": 1,
        "individual_use": True,
    },
    "woocommerce POST webhooks": {
        "name": "Cartback order.updated",
        "topic": "order.updated",
        "delivery_url": "https://api.example/webhooks/x",
        "secret": "s" * 32,
    },
    "woocommerce PUT webhooks": {"status": "active"},
    "woocommerce GET orders": {"per_page": ["50"], "dates_are_gmt": ["true"], "page": ["1"]},
    "shopware token": {"grant_type": "client_credentials", "client_id": "i", "client_secret": "s"},
    "shopware search": {"ids": [_HEX]},
    "shopware sync": [{"entity": "promotion", "action": "upsert", "payload": [_PROMOTION]}],
    "business_central token": {
        "grant_type": ["client_credentials"],
        "client_id": ["i"],
        "client_secret": ["s"],
        "scope": ["https://api.businesscentral.dynamics.com/.default"],
    },
    "business_central POST subscriptions": _SUBSCRIPTION,
    "business_central PATCH subscriptions": _SUBSCRIPTION,
    "business_central list": {"$filter": ["lastModifiedDateTime gt 2026-11-21T10:00:00Z"]},
    "stripe POST coupons": {
        "id": ["x"],
        "name": ["Thanks"],
        "duration": ["once"],
        "max_redemptions": ["1"],
        "redeem_by": ["1790000000"],
        "percent_off": ["10"],
    },
    "stripe POST promotion_codes": {"coupon": ["x"], "code": ["BACK-1234"], "max_redemptions": ["1"]},
    "stripe POST webhook_endpoints": {
        "enabled_events[]": ["charge.refunded"],
        "url": ["https://api.example/webhooks/x"],
    },
    "stripe GET events": {"types[]": ["charge.refunded"], "created[gte]": ["1790000000"], "limit": ["100"]},
}
# A path into the good request, and what makes it bad there.
BAD: dict[str, tuple[tuple[Any, ...], Any]] = {
    "shopify Variants": (("ids", 0), "1"),
    "shopify Product": (("id",), 1),
    "shopify Orders": (("after",), 3),
    "shopify Checkouts": (("query",), ""),
    "shopify CreateDiscount": (("discount", "customerGets", "value"), {"percentage": 10}),
    "shopify FindDiscount": (("code",), "back 1"),
    "shopify DeleteDiscount": (("id",), "1"),
    "shopify Scopes": (("first",), 1),
    "shopify People": (("first",), 1),
    "shopify Subscriptions": (("first",), 1),
    "shopify Subscribe": (("topic",), "orders/paid"),
    "shopify Unsubscribe": (("id",), None),
    "woocommerce POST coupons": (("amount",), 10),
    "woocommerce POST webhooks": (("topic",), "order.paid"),
    "woocommerce PUT webhooks": (("status",), "on"),
    "woocommerce GET orders": (("modified_after",), ["2026-11-21T10:00:00Z"]),
    "shopware token": (("grant_type",), "password"),
    "shopware search": (("ids",), ["x"]),
    "shopware sync": ((0, "payload", 0, "discounts", 0, "type"), "percent"),
    "business_central token": (("scope",), ["everything"]),
    "business_central POST subscriptions": (("resource",), "/v1.0/items"),
    "business_central PATCH subscriptions": (("clientState",), "short"),
    "business_central list": (("$filter",), ["lastModifiedDateTime > 1"]),
    "stripe POST coupons": (("duration",), ["one"]),
    "stripe POST promotion_codes": (("active",), ["no"]),
    "stripe POST webhook_endpoints": (("url",), ["http://api.example"]),
    "stripe GET events": (("limit",), ["500"]),
}


def test_every_operation_has_both_controls():
    assert set(SCHEMAS) == set(GOOD) == set(BAD)


@pytest.mark.parametrize("operation", sorted(SCHEMAS))
def test_a_good_request_passes_and_a_bad_one_does_not(operation: str):
    Draft202012Validator.check_schema(SCHEMAS[operation])
    check(operation, GOOD[operation])
    bad = copy.deepcopy(GOOD[operation])
    path, value = BAD[operation]
    place = bad
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ValidationError):
        check(operation, bad)
