"""WooCommerce's API, against a server that speaks it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cartback.domain.errors import Refused, TryLater
from cartback.domain.money import Money
from cartback.domain.shop.service import Discount, DiscountMade, Unsupported
from cartback.ports import ShopKeys
from cartback.shops import woocommerce
from cartback.shops.woocommerce.api import PAGE, Api
from cartback.web.client import Http
from tests.unit.shops.samples import as_delivery
from tests.unit.web.platforms import WooCommerce, sample
from tests.unit.web.server import Says, serving

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
HOOK = "https://api.example/webhooks/x"


@pytest.fixture
def shop() -> Iterator[WooCommerce]:
    shop = WooCommerce()
    yield shop
    assert shop.broken == []


@pytest.fixture
def api(shop: WooCommerce) -> Iterator[Api]:
    with serving(shop) as server:
        access = {"url": f"{server.url}/", "consumer_key": "ck_12345678", "consumer_secret": "cs_12345678"}
        yield Api(ShopKeys("woocommerce", ("s" * 32,), api=access), Http(loopback=True))


def _paged(shop: WooCommerce, count: int) -> None:
    whole = sample("woocommerce/order.updated.paid.json")
    shop.orders = [{**whole, "id": number} for number in range(1, count + 1)]


def test_every_page_of_the_orders_is_read_and_each_is_what_its_webhook_would_have_been(shop, api):
    _paged(shop, PAGE + 3)
    first = api.orders_since(AT)
    second = api.orders_since(AT, first.cursor)
    assert (len(first.changes), len(second.changes), second.cursor) == (PAGE, 3, None)
    assert len({change.key for change in (*first.changes, *second.changes)}) == PAGE + 3
    listed = woocommerce.observe(as_delivery("woocommerce", first.changes[0].topic, first.changes[0].body))
    told = woocommerce.observe(as_delivery("woocommerce", "order.updated", {**shop.orders[0]}))
    assert listed == told != []


def test_numbers_of_a_listed_order_keep_their_digits(shop, api):
    shop.orders = [{**sample("woocommerce/order.updated.paid.json"), "id": 9007199254740993}]
    assert '"id":9007199254740993' in api.orders_since(AT).changes[0].body


def test_stock_and_prices_are_read_by_id_and_what_is_gone_is_left_out(shop, api):
    product = sample("woocommerce/product.created.json")
    shop.products = {"794": {**product, "id": 794, "price": "21.99"}}
    (seen,) = api.stock_now(["794", "795", "line:1"])
    assert (seen.variant_id, seen.available) == ("794", product["stock_quantity"])
    assert api.prices_now(["794", "795"]) == {"794": Money(2199, "EUR")}


def test_a_product_with_a_status_that_a_plugin_made_up_is_told_all_the_same(shop, api):
    shop.products = {"10": {**sample("woocommerce/product.created.json"), "id": 10, "status": "sunny"}}
    assert api.product("10").deleted is False


def test_a_variable_product_comes_with_its_variations(shop, api):
    roof = {**sample("woocommerce/product.updated.variable.json"), "id": 10}
    variation = {**sample("woocommerce/product.updated.variation.json"), "id": 11, "parent_id": 10}
    shop.products = {"10": roof, "11": variation}
    seen = api.product("10")
    assert (seen.product_id, [variant.variant_id for variant in seen.variants]) == ("10", ["11"])
    assert api.product("12") is None


def test_a_code_is_made_once_and_found_again_after_a_lost_answer(shop, api):
    wanted = Discount("BACK-1234", "Thanks", AT, AT, percent=10)
    made = api.create_discount(wanted)
    assert api.create_discount(wanted) == made
    assert len(shop.coupons) == 1
    api.revoke_discount(made)
    api.revoke_discount(made)
    assert shop.coupons == {}


def test_a_sum_off_with_a_minimum_is_said_in_the_shops_own_units(shop, api):
    amount = {"amount": Money(500, "EUR"), "minimum": Money(5000, "EUR")}
    api.create_discount(Discount("BACK-5", "Thanks", AT, AT, **amount))
    body = shop.calls[-1][1]
    assert (body["discount_type"], body["amount"], body["minimum_amount"]) == ("fixed_cart", "5.00", "50.00")


def test_another_fault_than_a_taken_code_stays_a_refusal(shop, api):
    shop.next = [Says(400, {"code": "rest_invalid_param"})]
    with pytest.raises(Refused):
        api.create_discount(Discount("BACK-1234", "Thanks", AT, AT, percent=10))


def test_subscriptions_are_made_seen_switched_on_and_ended(shop, api):
    made = api.subscribe("order.updated", HOOK, "s" * 32)
    shop.webhooks[made.ref]["status"] = "disabled"
    (asleep,) = api.subscriptions()
    assert (asleep.topic, asleep.url, asleep.live) == ("order.updated", HOOK, False)
    assert api.renew(asleep).live
    api.unsubscribe(asleep)
    api.unsubscribe(asleep)
    assert api.subscriptions() == ()


def test_every_topic_that_is_subscribed_is_one_that_the_adapter_understands():
    assert set(Api.topics(None)) <= set(woocommerce.TOPICS)


def test_an_unpaid_order_leads_back_to_its_page(shop, api):
    pending = {**sample("woocommerce/order.created.json"), "id": 5, "needs_payment": True}
    pending["payment_url"] = "https://laden.example/checkout/order-pay/5/?key=k"
    shop.orders = [pending, {**pending, "id": 6, "needs_payment": False}]
    assert api.restore_link("checkout:5") == pending["payment_url"]
    assert [api.restore_link(ref) for ref in ("checkout:6", "checkout:7", "cart:5", "checkout:x/1")] == [
        None
    ] * 4


def test_a_customers_orders_are_asked_for_by_number_and_guests_have_none(shop, api):
    _paged(shop, 2)
    assert len(api.history("25", AT)) == 2
    assert (api.history("0", AT), api.history("25 or 1", AT)) == ((), ())


def test_what_the_platform_cannot_it_says(api):
    assert isinstance(api.checkouts_since(AT), Unsupported)


def test_a_shop_that_asks_for_patience_gets_it(shop, api):
    shop.next = [Says(429, headers={"Retry-After": "30"})]
    with pytest.raises(TryLater) as failure:
        api.subscriptions()
    assert failure.value.after_seconds == 30


def test_a_page_that_is_no_list_is_refused(shop, api):
    shop.next = [Says(200, {"message": "maintenance"})]
    with pytest.raises(Refused):
        api.orders_since(AT)


def test_without_whole_access_nothing_is_asked():
    with pytest.raises(Refused, match="consumer_key"):
        Api(ShopKeys("woocommerce", (), api={"url": "https://x.example"}), Http())


def test_a_code_that_is_gone_is_no_error(shop, api):
    assert api.revoke_discount(DiscountMade("BACK-1", "999")) is None
