"""What the vendors publish, as a machine reads it: our requests pass, and a small mistake in each does not.

The servers of ``platforms`` hold every request of the API clients to the same checks; here is what these are worth.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import NoDeprecatedCustomRule, parse, validate
from jsonschema import ValidationError

from cartback.shops import stripe
from cartback.shops.business_central import api as business_central_api
from cartback.shops.shopify import api as shopify_api
from cartback.shops.shopify import graphql
from cartback.shops.shopware import api as shopware_api
from cartback.shops.stripe import api as stripe_api
from tests.laws.reading import ROOT
from tests.specs import documents, vendors
from tests.unit.web import platforms
from tests.unit.web.server import Asked, Says
from tests.unit.web.test_operations import GOOD

SPECS = ROOT / "tests" / "specs"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded", "stripe-version": stripe_api.VERSION}
COMPANY = f"/v2.0/contoso.example/Production/api/v2.0/companies({platforms.COMPANY})"
HEX = "0" * 32
SINCE = "lastModifiedDateTime gt 2026-11-21T10:00:00Z"


def _graphql(document: str, **changes: Any) -> Asked:
    name = re.match(r"\w+ (\w+)", document)[1]
    body = {"query": document, "variables": {**copy.deepcopy(GOOD[f"shopify {name}"]), **changes}}
    return Asked("POST", f"/admin/api/{graphql.VERSION}/graphql.json", {}, JSON, body)


def _stripe(method: str, path: str, **sent: list[str]) -> Asked:
    body, query = (sent, {}) if method == "POST" else (b"", sent)
    return Asked(method, f"/v1/{path}", query, FORM, body)


def _search(entity: str, **criteria: Any) -> Asked:
    return Asked("POST", f"/api/search/{entity}", {}, JSON, criteria)


def _sync(**changes: Any) -> Asked:
    (operation,) = copy.deepcopy(GOOD["shopware sync"])
    operation["payload"][0] |= changes
    return Asked("POST", "/api/_action/sync", {}, JSON, [operation])


def _odata(path: str, **query: str) -> Asked:
    return Asked("GET", f"{COMPANY}/{path}", {f"${name}": [value] for name, value in query.items()}, {}, b"")


def _subscription(**changes: Any) -> Asked:
    path = f"{COMPANY.partition('/companies')[0]}/subscriptions"
    return Asked("POST", path, {}, JSON, {**GOOD["business_central POST subscriptions"], **changes})


RIGHT: dict[str, list[Asked]] = {
    "shopify": [_graphql(document) for document in documents.DOCUMENTS.values()],
    "stripe": [
        *(_stripe(*name.split()[1:], **GOOD[name]) for name in GOOD if name.startswith("stripe ")),
        _stripe("GET", "checkout/sessions", **{"created[gte]": ["1790000000"], "status": ["complete"]}),
        _stripe("GET", "checkout/sessions/cs_test_1", **{"expand[]": ["line_items"]}),
        _stripe("DELETE", "webhook_endpoints/we_1"),
    ],
    "shopware": [
        Asked("POST", "/api/oauth/token", {}, JSON, GOOD["shopware token"]),
        Asked("DELETE", f"/api/promotion/{HEX}", {}, {}, b""),
        _search(
            "order", ids=[HEX], associations={"transactions": {"associations": {"stateMachineState": {}}}}
        ),
        *(_search(entity, ids=[HEX], associations=parts) for entity, parts in shopware_api._PARTS.items()),
        _search("product", sort=[{"field": "createdAt", "order": "ASC"}]),
        _sync(),
    ],
    "business_central": [
        _odata(
            "salesOrders", filter=SINCE, orderby="lastModifiedDateTime", expand="salesOrderLines,customer"
        ),
        _odata(f"items({platforms.COMPANY})"),
        _odata("companyInformation"),
        _subscription(),
    ],
}
# Each by the words in which it is found: a mistake that is found for another reason proves nothing.
_STRANGE = {"type": "equals", "field": "orderCustomer.customer_id", "value": HEX}
WRONG: dict[str, dict[str, Asked]] = {
    "shopify": {
        "Cannot query field 'inventoryQuantities'": _graphql(
            graphql.VARIANTS.replace("inventoryQuantity", "inventoryQuantities")
        ),
        "Unknown argument 'behind'": _graphql(graphql.CHECKOUTS.replace("after: $after", "behind: $after")),
        "Cannot query field 'price' on type 'Product'": _graphql(
            graphql.PRODUCT.replace("title status", "title price status")
        ),
        "Boolean cannot represent a non boolean value": _graphql(graphql.ORDERS, latestFirst="yes"),
        "'$code' of non-null type 'String!' must not be null": _graphql(graphql.FIND_DISCOUNT, code=None),
        "undeclared: first": _graphql(graphql.SUBSCRIPTIONS, first=3),
        "Field 'name' is not defined by type 'DiscountCodeBasicInput'": _graphql(
            graphql.CREATE_DISCOUNT, discount={"name": "Thanks"}
        ),
        "50 is no text": _graphql(
            graphql.CREATE_DISCOUNT,
            discount={"minimumRequirement": {"subtotal": {"greaterThanOrEqualToSubtotal": 50}}},
        ),
        "'CARTS_ABANDONED' does not exist": _graphql(graphql.SUBSCRIBE, topic="CARTS_ABANDONED"),
        "The field Customer.phone is deprecated": _graphql(
            graphql.ORDERS.replace("firstName", "firstName phone", 1)
        ),
        "is not where version 2026-07 is": Asked("POST", "/admin/api/2020-01/graphql.json", {}, JSON, {}),
        "Syntax Error": _graphql(graphql.ORDERS[:-1]),
    },
    "stripe": {
        "'max_redemption' was unexpected": _stripe(
            "POST", "coupons", duration=["once"], max_redemption=["1"]
        ),
        "'coupons' was unexpected": _stripe("GET", "promotion_codes", coupons=["x"]),
        "{'since': '1790000000'} is not valid": _stripe(
            "GET", "events", **{"created[since]": ["1790000000"]}
        ),
        "'one' does not match": _stripe("POST", "coupons", duration=["once"], max_redemptions=["one"]),
        "'no' does not match": _stripe("POST", "promotion_codes/promo_1", active=["no"]),
        "'twice' is not one of": _stripe("POST", "coupons", duration=["twice"]),
        "'coupon' is a required property": _stripe("POST", "promotion_codes", code=["BACK-1234"]),
        "'cart.lost' is not one of": _stripe(
            "POST", "webhook_endpoints", url=["x"], **{"enabled_events[]": ["cart.lost"]}
        ),
        "/v1/carts is no path": _stripe("GET", "carts"),
        "DELETE is no method": _stripe("DELETE", "prices/price_1"),
        "not application/json": Asked("POST", "/v1/coupons", {}, FORM | JSON, {"duration": "once"}),
        "written in another version": Asked(
            "POST", "/v1/promotion_codes/promo_1", {}, FORM | {"stripe-version": ""}, {}
        ),
    },
    "shopware": {
        "'filters' was unexpected": _search("order", filters=[]),
        "'50' is not of type 'integer'": _search("order", limit="50"),
        "OrderCustomer has no customer_id": _search("order", filter=[_STRANGE]),
        "Order has no changedAt": _search("order", sort=[{"field": "changedAt"}]),
        "Order has no buyer": _search("order", associations={"buyer": {}}),
        "orderNumber of Order is no association": _search("order", associations={"orderNumber": {}}),
        "{'type': 'is'": _search("order", filter=[{"type": "is", "field": "id", "value": HEX}]),
        "'validTo' was unexpected": _sync(validTo="2026-11-22T10:00:00.000+00:00"),
        "'1' is not of type 'integer'": _sync(maxRedemptionsGlobal="1"),
        "['orderCount'] of Promotion are read-only": _sync(orderCount=1),
        "/api/search/cart is no path": Asked("POST", "/api/search/cart", {}, JSON, {}),
        "/search/order is no path": Asked("POST", "/search/order", {}, JSON, {}),
        "'BACK-1234' does not match": Asked("DELETE", "/api/promotion/BACK-1234", {}, {}, b""),
        "'client_secret' is a required property": Asked(
            "POST", "/api/oauth/token", {}, JSON, {"grant_type": "client_credentials", "client_id": "i"}
        ),
    },
    "business_central": {
        "salesOrders has no ['lastModified']": _odata(
            "salesOrders", filter="lastModified gt 2026-11-21T10:00:00Z"
        ),
        "customerId is a guid": _odata("salesOrders", filter="customerId eq 2026-11-21T10:00:00Z"),
        "is no comparison": _odata("salesOrders", filter="lastModifiedDateTime > 2026-11-21T10:00:00Z"),
        "salesOrders has no ['salesQuoteLines']": _odata(
            "salesOrders", filter=SINCE, expand="salesQuoteLines"
        ),
        "['$where'] are no options": _odata("salesOrders", where=SINCE),
        "/carts is no path": _odata("carts"),
        "subscriptions has no ['clientstate']": _subscription(clientstate="s" * 32),
        "the fields of subscriptions are texts": _subscription(clientState=7),
    },
}


@pytest.mark.parametrize(
    ("vendor", "asked"), [(vendor, asked) for vendor, listed in RIGHT.items() for asked in listed]
)
def test_what_we_ask_is_what_the_vendor_publishes(vendor: str, asked: Asked):
    vendors.CHECKS[vendor](asked)


@pytest.mark.parametrize(
    ("vendor", "mistake"), [(vendor, mistake) for vendor, listed in WRONG.items() for mistake in listed]
)
def test_a_small_mistake_is_found(vendor: str, mistake: str):
    with pytest.raises(ValidationError, match=re.escape(mistake)):
        vendors.CHECKS[vendor](WRONG[vendor][mistake])


@pytest.mark.parametrize("vendor", sorted(vendors.CHECKS))
def test_the_server_of_a_vendor_holds_each_request_to_its_specification(vendor: str):
    server = getattr(platforms, vendor.title().replace("_", ""))()
    server.next = [Says(200)]
    said = server(next(iter(WRONG[vendor].values())))
    assert (said.status, len(server.broken)) == (400, 1)


@pytest.mark.parametrize("topic", shopify_api.SUBSCRIBED)
def test_each_topic_of_ours_is_one_of_shopifys(topic: str):
    vendors.shopify(_graphql(graphql.SUBSCRIBE, topic=topic.upper().replace("/", "_")))


def test_each_event_of_ours_is_one_of_stripes():
    wanted = {"url": ["https://api.example/x"], "enabled_events[]": list(stripe.TOPICS)}
    vendors.stripe(_stripe("POST", "webhook_endpoints", **wanted))


def test_each_subscription_of_ours_is_to_an_entity_that_we_ask_for():
    for name in business_central_api._ENTITIES:
        vendors.business_central(_odata(name, filter=SINCE))


def test_the_versions_are_those_that_we_speak():
    version, schema = vendors.SHOPIFY
    assert (version, vendors.STRIPE.version) == (graphql.VERSION, stripe_api.VERSION)
    told = (validate(schema, parse(one), [NoDeprecatedCustomRule]) for one in documents.DOCUMENTS.values())
    deprecated = {error.message for errors in told for error in errors}
    assert {f"{message.partition('. ')[0]}." for message in deprecated} == set(documents.WITHOUT_AN_HEIR)


def test_each_excerpt_tells_its_version_its_source_and_its_licence():
    versions = {
        "shopify": vendors.SHOPIFY[0],
        "shopware": vendors.SHOPWARE.version,
        "stripe": vendors.STRIPE.version,
    }
    guide = (ROOT / "docs" / "shops.md").read_text()
    for vendor, version in versions.items():
        about = (SPECS / vendor / "README.md").read_text()
        assert version in about
        assert version in guide
        assert "permission" in _plain(SPECS / vendor / "LICENSE")


def _plain(path: Path) -> str:
    return path.read_text().lower()
