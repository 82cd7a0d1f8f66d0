"""Stripe's API, against a server that speaks it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.observations import Fetch
from cartback.domain.shop.service import Discount, DiscountMade, Unsupported
from cartback.ports import ShopKeys
from cartback.shops import stripe
from cartback.shops.stripe.api import Api
from cartback.web.client import Http
from tests.unit.shops.samples import as_delivery
from tests.unit.web.platforms import Stripe, sample
from tests.unit.web.server import serving

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
HOOK = "https://api.example/webhooks/x"


@pytest.fixture
def shop() -> Iterator[Stripe]:
    shop = Stripe()
    yield shop
    assert shop.broken == []


@pytest.fixture
def api(shop: Stripe) -> Iterator[Api]:
    with serving(shop) as server:
        access = {"secret_key": "rk_test_1234567890", "api_url": server.url}
        yield Api(ShopKeys("stripe", ("whsec_" + "s" * 32,), api=access), Http(loopback=True))


def test_a_session_is_fetched_with_its_lines(shop, api):
    session = sample("stripe/fetched/checkout.session.json")
    shop.things[f"checkout/sessions/{session['id']}"] = session
    wanted = Fetch("checkout.session", f"checkout/sessions/{session['id']}?expand[]=line_items", AT)
    assert stripe.fetched(wanted, api.fetch(wanted))
    gone = Fetch("checkout.session", "checkout/sessions/cs_test_000000000000?expand[]=line_items", AT)
    assert api.fetch(gone) == ()


@pytest.mark.parametrize("resource", ["accounts", "checkout/sessions/cs_test_0000000000/../../x", ""])
def test_nothing_else_is_fetched(api, resource: str):
    with pytest.raises(Refused):
        api.fetch(Fetch("checkout.session", resource, AT))


def test_listed_events_are_the_webhooks_own_under_their_own_keys(shop, api):
    event = sample("stripe/charge.refunded.partly.json")
    shop.events = [{**event, "id": f"evt_{number}"} for number in range(5)]
    cursor, keys = None, []
    for _ in range(3):
        page = api.orders_since(AT, cursor)
        keys += [change.key for change in page.changes]
        cursor = page.cursor
    assert (keys, cursor) == ([f"evt_{number}" for number in range(5)], None)
    change = page.changes[0]
    assert stripe.observe(as_delivery("stripe", change.topic, change.body)) == stripe.observe(
        as_delivery("stripe", change.topic, event)
    )


def test_prices_are_read_in_stripes_units(shop, api):
    shop.things["prices/price_1abcdef"] = {"id": "price_1abcdef", "unit_amount": 1990, "currency": "eur"}
    shop.things["prices/price_2abcdef"] = {"id": "price_2abcdef", "unit_amount": 500, "currency": "jpy"}
    shop.things["prices/price_3abcdef"] = {"id": "price_3abcdef", "unit_amount": None, "currency": "eur"}
    wanted = [f"price_{number}abcdef" for number in range(1, 5)]
    assert api.prices_now(wanted) == {wanted[0]: Money(1990, "EUR"), wanted[1]: Money(500, "JPY")}


def test_a_code_is_a_coupon_and_its_code_and_repeating_makes_no_second(shop, api):
    wanted = Discount("BACK-1234", "Thanks", AT, AT, percent=10)
    made = api.create_discount(wanted)
    assert api.create_discount(wanted) == made
    assert len(shop.codes) == 1
    api.revoke_discount(made)
    assert shop.calls[-1] == ("stripe POST promotion_codes", {"active": ["false"]})
    api.revoke_discount(DiscountMade("GONE", "promo_gone00"))


def test_sums_are_said_in_stripes_units_whatever_the_currency(shop, api):
    sums = {"amount": Money(500, "JPY"), "minimum": Money(5000, "JPY")}
    api.create_discount(Discount("BACK-5", "Thanks", AT, AT, **sums))
    coupon = next(sent for name, sent in shop.calls if name == "stripe POST coupons")
    code = next(sent for name, sent in shop.calls if name == "stripe POST promotion_codes")
    assert (coupon["amount_off"], coupon["currency"]) == (["500"], ["jpy"])
    assert code["restrictions[minimum_amount]"] == ["5000"]


def test_an_endpoint_takes_all_events_and_tells_its_secret_once(shop, api):
    (topic,) = api.topics()
    made = api.subscribe(topic, HOOK, "unused")
    assert (made.secret, made.url) == ("whsec_chosen_by_stripe", HOOK)
    assert set(shop.calls[-1][1]["enabled_events[]"]) == set(stripe.TOPICS)
    shop.endpoints[made.ref]["status"] = "disabled"
    (asleep,) = api.subscriptions()
    assert (asleep.live, asleep.secret) == (False, "")
    assert api.renew(asleep).live
    api.unsubscribe(asleep)
    api.unsubscribe(asleep)
    assert api.subscriptions() == ()


@pytest.mark.parametrize(
    ("takes", "live"),
    [(["*"], True), (list(stripe.TOPICS), True), (["charge.refunded"], False), ([], False), (None, False)],
)
def test_an_endpoint_that_lacks_events_is_renewed_with_all_of_them(shop, api, takes, live):
    made = api.subscribe("events", HOOK, "unused")
    shop.endpoints[made.ref]["enabled_events"] = takes
    (known,) = api.subscriptions()
    assert known.live == live
    assert api.renew(known).live
    assert set(shop.endpoints[made.ref]["enabled_events"]) == set(stripe.TOPICS)


def test_an_expired_session_leads_back_where_it_was_made_with_recovery(shop, api):
    url = "https://buy.stripe.com/r/live_abc"
    shop.things["checkout/sessions/cs_test_abc"] = {"after_expiration": {"recovery": {"url": url}}}
    shop.things["checkout/sessions/cs_test_def"] = {"after_expiration": None}
    refs = ("checkout:cs_test_abc", "checkout:cs_test_def", "checkout:cs_test_ghi", "cart:1", "checkout:x/y")
    assert [api.restore_link(ref) for ref in refs] == [url, None, None, None, None]


def test_a_customers_finished_checkouts_are_orders(shop, api):
    session = sample("stripe/checkout.session.completed.json")["data"]["object"]
    shop.things["checkout/sessions"] = {"data": [session]}
    assert len(api.history("cus_abcdefgh", AT)) == 1
    assert api.history("1 or 1", AT) == ()


def test_what_the_platform_cannot_it_says(api):
    answers = [api.stock_now(["price_1"]), api.checkouts_since(AT), api.product("prod_1")]
    assert all(isinstance(answer, Unsupported) and answer.why for answer in answers)
