"""Shopware's Admin API, against a server that speaks it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.observations import Fetch
from cartback.domain.shop.service import Discount, DiscountMade, Unsupported
from cartback.ports import ShopKeys
from cartback.shops import shopware
from cartback.shops.shopware.api import PAGE, Api, access
from cartback.web.client import Http
from tests.unit.shops.samples import as_delivery
from tests.unit.web.platforms import Shopware, sample
from tests.unit.web.server import Says, serving

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
OWN = f"{7:032x}"


def _row(name: str, **changes):
    whole = sample(f"shopware/fetched/{name}.json")
    return {**whole.get("data", whole), **changes}


@pytest.fixture
def shop() -> Iterator[Shopware]:
    shop = Shopware()
    yield shop
    assert shop.broken == []


@pytest.fixture
def api(shop: Shopware) -> Iterator[Api]:
    with serving(shop) as server:
        agreed = {"shop_url": server.url, "api_key": "SWIA", "api_secret": "secret-of-the-api"}
        yield Api(ShopKeys("shopware", ("s" * 32,), agreed=agreed), Http(loopback=True))


def test_what_a_notification_named_is_fetched_with_its_parts(shop, api):
    shop.rows["order"] = [_row("order", id=OWN), _row("order", id=f"{8:032x}")]
    wanted = Fetch("order", f"order/{OWN}", AT)
    (document,) = api.fetch(wanted)
    assert shopware.fetched(wanted, [document])
    assert "orderCustomer" in shop.calls[-1][1]["associations"]


def test_what_is_gone_gives_nothing_and_what_is_no_resource_is_refused(shop, api):
    assert api.fetch(Fetch("order", f"order/{OWN}", AT)) == ()
    for resource in ("order/x", "user/" + OWN, f"order/{OWN}/../user", f"order/{OWN}?x"):
        with pytest.raises(Refused):
            api.fetch(Fetch("order", resource, AT))


def test_every_page_of_the_orders_is_read_and_read_as_the_fetched_ones_are(shop, api):
    shop.rows["order"] = [_row("order", id=f"{number:032x}") for number in range(1, PAGE + 3)]
    first = api.orders_since(AT)
    second = api.orders_since(AT, first.cursor)
    assert (len(first.changes), len(second.changes), second.cursor) == (PAGE, 2, None)
    change = first.changes[0]
    (wanted,) = shopware.observe(as_delivery("shopware", change.topic, change.body))
    assert wanted.resource == f"order/{1:032x}"
    assert shopware.fetched(wanted, change.documents) != []


def test_stock_and_prices_are_those_of_products_in_the_books_own_currency(shop, api):
    eur, usd = f"{1:032x}", f"{2:032x}"
    price = [{"currencyId": usd, "gross": 23.1}, {"currencyId": eur, "gross": 19.899999999999999}]
    shop.rows["product"] = [_row("product", id=OWN, price=price)]
    shop.rows["currency"] = [
        {"id": eur, "isoCode": "EUR", "factor": 1},
        {"id": usd, "isoCode": "USD", "factor": 1.16},
    ]
    (seen,) = api.stock_now([OWN, "not-an-id"])
    assert seen.variant_id == OWN
    assert api.prices_now([OWN]) == {OWN: Money(1990, "EUR")}
    assert (api.stock_now(["x"]), api.prices_now([])) == ((), {})


def test_a_product_comes_with_its_variants_and_the_roof_is_none(shop, api):
    roof, one = _row("product", id=OWN, parentId=None), _row("product", id=f"{8:032x}", parentId=OWN)
    shop.rows["product"] = [roof, one]
    assert [variant.variant_id for variant in api.product(OWN).variants] == [f"{8:032x}"]
    shop.rows["product"] = [roof]
    assert [variant.variant_id for variant in api.product(OWN).variants] == [OWN]
    shop.rows["product"] = []
    assert api.product(OWN) is None


def test_a_code_is_written_under_the_same_ids_each_time(shop, api):
    shop.rows["sales-channel"] = [{"id": f"{3:032x}"}]
    wanted = Discount("BACK-1234", "Thanks", AT, AT, amount=Money(500, "EUR"))
    made = api.create_discount(wanted)
    first = shop.calls[-1]
    assert (api.create_discount(wanted), shop.calls[-1]) == (made, first)
    (discount,) = first[1][0]["payload"][0]["discounts"]
    assert (discount["type"], discount["value"]) == ("absolute", 5.0)


def test_a_code_is_taken_back_and_one_that_is_gone_is_no_error(shop, api):
    api.revoke_discount(DiscountMade("X", OWN))
    api.revoke_discount(DiscountMade("X", OWN))
    assert shop.removed == [f"promotion/{OWN}"] * 2


def test_a_customers_orders_are_observations(shop, api):
    shop.rows["order"] = [_row("order", id=OWN)]
    assert len(api.history(OWN, AT)) == 1
    assert api.history("' or 1=1", AT) == ()


def test_subscriptions_are_seen_and_only_the_app_makes_them(shop, api):
    row = {"id": OWN, "eventName": "checkout.order.placed", "url": "https://api.example/x", "active": False}
    shop.rows["webhook"] = [row]
    (seen,) = api.subscriptions()
    assert (seen.topic, seen.live) == ("checkout.order.placed", False)
    assert isinstance(api.subscribe("order.written", "https://api.example/x", "s"), Unsupported)


def test_an_access_that_may_not_read_webhooks_says_so(shop, api):
    api.orders_since(AT)
    shop.next = [Says(403)]
    assert isinstance(api.subscriptions(), Unsupported)


def test_what_the_platform_cannot_it_says(api):
    minimum = Discount("BACK", "Thanks", AT, AT, percent=5, minimum=Money(1, "EUR"))
    answers = [api.checkouts_since(AT), api.restore_link("cart:1"), api.create_discount(minimum)]
    assert all(isinstance(answer, Unsupported) and answer.why for answer in answers)


def test_an_integrations_own_access_goes_before_the_registrations():
    agreed = {"shop_url": "https://a.example", "api_key": "a", "api_secret": "a-secret"}
    own = {"url": "https://b.example", "client_id": "b", "client_secret": "b-secret"}
    assert access(ShopKeys("shopware", (), agreed)) == {
        "url": "https://a.example",
        "client_id": "a",
        "client_secret": "a-secret",
    }
    assert access(ShopKeys("shopware", (), agreed, {**own, "hook": "x"})) == own
