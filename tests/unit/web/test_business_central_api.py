"""Business Central's API, against a server that speaks it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.observations import Fetch
from cartback.domain.shop.service import Discount, Unsupported
from cartback.ports import ShopKeys
from cartback.shops import business_central
from cartback.shops.business_central.api import Api
from cartback.web.client import Http
from tests.unit.shops.samples import as_delivery
from tests.unit.web.platforms import COMPANY, BusinessCentral, sample
from tests.unit.web.server import Says, serving

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
HOOK = "https://api.example/webhooks/x/word"
SECRET = "s" * 32


def _guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def _rows(name: str, count: int):
    whole = sample(f"business_central/fetched/{name}.json")
    return [{**whole, "id": _guid(number)} for number in range(1, count + 1)]


@pytest.fixture
def shop() -> Iterator[BusinessCentral]:
    shop = BusinessCentral()
    yield shop
    assert shop.broken == []


@pytest.fixture
def api(shop: BusinessCentral) -> Iterator[Api]:
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
        yield Api(ShopKeys("business_central", (SECRET,), api=access), Http(loopback=True))


@pytest.mark.parametrize(
    ("kind", "expanded"),
    [
        ("salesQuotes", "?$expand=salesQuoteLines,customer"),
        ("salesOrders", "?$expand=salesOrderLines,customer"),
        ("customers", ""),
        ("items", ""),
    ],
)
def test_each_entity_that_a_notification_named_is_fetched(shop, api, kind: str, expanded: str):
    name = {"salesQuotes": "salesQuotes.draft", "salesOrders": "salesOrders.open"}.get(kind, kind)
    shop.rows[kind] = _rows(name, 1)
    shop.held = lambda operation, sent: None  # a single entity is asked for without a filter
    wanted = Fetch(kind, f"companies({COMPANY})/{kind}({_guid(1)}){expanded}", AT)
    assert business_central.fetched(wanted, api.fetch(wanted))


def test_what_is_gone_gives_nothing(shop, api):
    assert api.fetch(Fetch("items", f"companies({COMPANY})/items({_guid(9)})", AT)) == ()


def test_a_collection_is_read_to_its_last_page(shop, api):
    shop.rows["items"] = _rows("items", 5)
    resource = f"companies({COMPANY})/items?$filter=lastModifiedDateTime gt 2026-11-21T10:00:00Z"
    assert len(api.fetch(Fetch("items", resource, AT))) == 5


def test_another_companys_resource_is_never_asked_for(shop, api):
    with pytest.raises(Refused, match="company"):
        api.fetch(Fetch("items", f"companies({_guid(1)})/items({_guid(1)})", AT))
    assert shop.calls == []


def test_a_link_to_the_next_page_that_leads_elsewhere_is_not_followed(shop, api):
    shop.rows["salesOrders"] = _rows("salesOrders.open", 3)
    shop.next_link = "https://evil.example/api/v2.0/next"
    with pytest.raises(Refused, match="elsewhere"):
        api.orders_since(AT)


@pytest.mark.parametrize("kind", ["salesOrders", "salesQuotes"])
def test_a_listed_document_is_what_its_notification_would_have_fetched(shop, api, kind: str):
    shop.rows[kind] = _rows("salesOrders.open" if kind == "salesOrders" else "salesQuotes.draft", 3)
    listing = api.orders_since if kind == "salesOrders" else api.checkouts_since
    first = listing(AT)
    second = listing(AT, first.cursor)
    assert (len(first.changes), len(second.changes), second.cursor) == (2, 1, None)
    change = first.changes[0]
    (wanted,) = business_central.observe(as_delivery("business_central", change.topic, change.body))
    assert wanted.kind == kind
    assert business_central.fetched(wanted, change.documents) == business_central.fetched(
        wanted, api.fetch(Fetch(kind, wanted.resource.partition("?")[0], AT))
    )


def test_stock_and_prices_are_the_items(shop, api):
    shop.rows["items"] = _rows("items", 2)
    shop.rows["companyInformation"] = [{"currencyCode": "EUR"}]
    ids = [_guid(1), _guid(2), "x' or 1 eq 1"]
    assert [seen.variant_id for seen in api.stock_now(ids)] == [_guid(1), _guid(2)]
    prices = api.prices_now(ids)
    assert set(prices) == {_guid(1), _guid(2)}
    assert all(isinstance(price, Money) and price.currency == "EUR" for price in prices.values())
    assert api.product(_guid(1)).product_id == _guid(1)
    assert api.product(_guid(9)) is None


def test_a_customers_released_orders_are_observations(shop, api):
    shop.rows["salesOrders"] = _rows("salesOrders.open", 1) + _rows("salesOrders.draft", 1)
    assert len(api.history(_guid(5), AT)) == 1
    assert api.history("x", AT) == ()


def test_subscriptions_are_made_seen_prolonged_and_ended(shop, api):
    made = [api.subscribe(topic, HOOK, SECRET) for topic in api.topics()]
    assert {one.topic for one in api.subscriptions()} == set(api.topics())
    assert {one.url for one in made} == {HOOK}
    assert api.renew(made[0]).ends_at > made[0].ends_at
    assert shop.calls[-1][1]["clientState"] == SECRET
    for one in made:
        api.unsubscribe(one)
        api.unsubscribe(one)
    assert api.subscriptions() == ()


def test_a_token_that_ran_out_is_asked_for_anew(shop, api):
    shop.rows["items"] = _rows("items", 1)
    api.stock_now([_guid(1)])
    shop.next = [Says(401)]
    assert api.stock_now([_guid(1)])


def test_what_the_platform_cannot_it_says(api):
    answers = [api.restore_link("quote:1"), api.create_discount(Discount("X", "x", AT, AT, percent=5))]
    assert all(isinstance(answer, Unsupported) and answer.why for answer in answers)
