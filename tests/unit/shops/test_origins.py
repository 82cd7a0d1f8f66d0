"""What each platform says of the making and the payment of a cart or order, in its own marks."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cartback import shops
from cartback.domain.observations import CartSeen, OrderSeen
from cartback.domain.trade.carthood import reckoned
from cartback.domain.trade.origins import ITSELF, SHOPPER, STAFF, Reckoning
from tests.unit.shops import samples


def told(platform: str, stem: str, *path: str, **changes: object) -> list[object]:
    """A sample with other fields, as its adapter understands it."""
    delivery = samples.sample(platform, stem)
    body = copy.deepcopy(json.loads(delivery.body))
    place = body
    for name in path:
        place = place[name]
    place |= changes
    return shops.load(platform).observe(replace(delivery, body=json.dumps(body)))


def unpaid(**changes: object) -> CartSeen:
    (seen,) = told("woocommerce", "order.created", **changes)
    return seen


def counts(seen: object, **shop: tuple[str, ...]) -> str:
    """What something counts as: cart, order, renewal or nothing."""
    found = reckoned(seen, Reckoning(**shop))
    kinds = {CartSeen: "cart", OrderSeen: "order"}
    one = next((one for one in found if type(one) in kinds), None)
    return "nothing" if one is None else "renewal" if getattr(one, "renewal", False) else kinds[type(one)]


RENEWED = [{"id": 1, "key": "_subscription_renewal", "value": "77"}]


@pytest.mark.parametrize(
    ("via", "is_cart"),
    [
        ("checkout", True),
        ("store-api", True),
        (None, True),
        ("subscription", False),
        ("admin", False),
        ("rest-api", False),
        ("woocommerce-pos", False),
        ("bookings", False),
        ("wc_deposits", False),
        ("import", False),
        ("", False),
    ],
)
def test_woocommerce_names_the_way_by_which_an_order_came(via, is_cart):
    assert counts(unpaid(created_via=via)) == ("cart" if is_cart else "nothing")


@pytest.mark.parametrize("via", ["subscription", "checkout", "rest-api"])
def test_an_unpaid_renewal_is_no_cart_of_woocommerces_whoever_preserved_its_way(via):
    assert counts(unpaid(created_via=via, meta_data=RENEWED)) == "nothing"


def test_a_renewal_that_paid_itself_ends_nothing_and_one_that_was_paid_at_the_checkout_is_a_purchase():
    paid = {"status": "processing", "date_paid_gmt": "2026-11-20T18:06:02"}
    (itself,) = told("woocommerce", "order.created", created_via="subscription", **paid)
    assert (itself.origin.by, counts(itself)) == (ITSELF, "renewal")
    (by_hand,) = told("woocommerce", "order.created", created_via="checkout", meta_data=RENEWED, **paid)
    assert (by_hand.origin.by, counts(by_hand)) == (STAFF, "order")
    (by_staff,) = told("woocommerce", "order.created", created_via="admin", **paid)
    assert counts(by_staff) == "order"


def test_a_shop_whose_own_front_makes_orders_by_the_api_says_so():
    assert counts(unpaid(created_via="REST-API"), shopper=("rest-api",)) == "cart"
    assert counts(unpaid(created_via="checkout"), staff=("checkout",)) == "nothing"


@pytest.mark.parametrize("method", ["cod", "COD", "invoice", "bacs", "cheque", "direct-debit"])
def test_pending_with_a_method_that_takes_no_money_at_the_checkout_is_an_order(method):
    seen = unpaid(status="pending", payment_method=method)
    (order,) = reckoned(seen)
    assert isinstance(order, OrderSeen)
    assert (order.refs, order.order_ref, order.placed_at) == (
        seen.refs,
        seen.refs[0].partition(":")[2],
        seen.at,
    )


@pytest.mark.parametrize("status", ["failed", "checkout-draft"])
def test_what_failed_or_was_never_sent_off_is_a_cart_whatever_the_method(status):
    seen = told("woocommerce", "order.created", status=status, payment_method="invoice")[0]
    assert counts(seen) == "cart"
    assert counts(seen, methods=("invoice",)) == "cart"


def test_a_method_or_status_of_the_shops_own_means_placed_where_the_shop_says_so():
    seen = unpaid(status="pending", payment_method="rechnung_24")
    assert counts(seen) == "cart"
    assert counts(seen, methods=("rechnung_24",)) == "order"
    assert counts(seen, statuses=("pending",)) == "order"


@pytest.mark.parametrize(
    "marks", [{}, {"created_via": 7}, {"payment_method": {}}, {"meta_data": [{"key": []}]}]
)
def test_odd_marks_of_woocommerce_never_lose_an_order(marks):
    seen = told("woocommerce", "order.created", status="processing", **marks)
    assert counts(seen[0]) == "order"


@pytest.mark.parametrize(
    ("source", "by"),
    [
        ("web", SHOPPER),
        ("580111", SHOPPER),
        (None, SHOPPER),
        ("pos", STAFF),
        ("shopify_draft_order", STAFF),
        ("android", STAFF),
        ("subscription_contract", ITSELF),
        ("subscription_contract_checkout_one", ITSELF),
    ],
)
def test_shopify_names_the_source_of_a_checkout_and_of_an_order(source, by):
    (checkout,) = told("shopify", "checkouts_update", source_name=source)
    (order,) = told("shopify", "orders_create", source_name=source)
    assert checkout.origin.by == order.origin.by == by
    assert counts(checkout) == ("cart" if by == SHOPPER else "nothing")
    assert counts(order) == ("renewal" if by == ITSELF else "order")


@pytest.mark.parametrize(
    "tags", ["VIP, Subscription Recurring Order", "appstle_subscription_recurring_order"]
)
def test_apps_for_subscriptions_tag_the_orders_that_follow_the_first(tags):
    (order,) = told("shopify", "orders_create", source_name="294517", tags=tags)
    assert counts(order) == "renewal"
    (first,) = told("shopify", "orders_create", tags="Subscription First Order")
    assert counts(first) == "order"
    assert counts(first, itself=("subscription first order",)) == "renewal"


def test_a_till_that_completes_its_checkout_has_sold_something():
    (seen,) = told("shopify", "checkouts_update.completed", source_name="pos")
    assert counts(seen) == "order"


def test_an_order_that_a_user_of_shopwares_administration_made_is_a_purchase_and_its_tags_are_its_marks():
    path = ("data", "payload", "order")
    more = {"createdById": "0" * 32, "tags": [{"name": "Abo"}, {"name": None}]}
    (seen,) = told("shopware", "checkout.order.placed", *path, **more)
    assert (seen.origin.marks, counts(seen)) == (("administration", "abo"), "order")
    assert counts(seen, itself=("abo",)) == "renewal"
    (odd,) = told("shopware", "checkout.order.placed", *path, tags="Abo")
    assert counts(odd) == "order"


@pytest.mark.parametrize(
    ("word", "unpaid", "paid"),
    [
        ("shopper", "cart", "order"),
        (None, "cart", "order"),
        ("staff", "nothing", "order"),
        ("pos", "nothing", "order"),
        ("api", "nothing", "order"),
        ("import", "nothing", "order"),
        ("deposit", "nothing", "order"),
        ("quote", "nothing", "order"),
        ("renewal", "nothing", "renewal"),
    ],
)
def test_a_generic_sender_says_who_made_it(word, unpaid, paid):
    for stem in ("cart.updated", "checkout.updated"):
        assert counts(told("generic", stem, "data", origin=word, **_open(stem))[0]) == unpaid
    assert counts(told("generic", "order.placed", "data", origin=word)[0]) == paid


def _open(stem: str) -> dict[str, object]:
    return {"completed_at": None} if stem == "checkout.updated" else {}


@pytest.mark.parametrize(("url", "once"), [("?wcf_ac_token=abc", True), ("", False)])
def test_a_form_of_cartflows_is_used_once_if_its_address_is_of_one_visit(url, once):
    for stem in ("cartflows.abandoned", "cartflows.completed"):
        delivery = samples.sample("woocommerce", stem)
        body = json.dumps(
            {**json.loads(delivery.body), "checkout_url": f"https://werkhof.example/kasse/{url}"}
        )
        (seen,) = shops.load("woocommerce").observe(replace(delivery, body=body))
        assert seen.once is once


# payments -------------------------------------------------------------------------------------------------------------

LATER = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def test_woocommerce_dates_a_payment_by_itself():
    paid = {"status": "completed", "date_paid_gmt": "2026-11-25T09:00:00"}
    seen = told("woocommerce", "order.created", **paid)[0]
    assert (seen.paid, seen.paid_at) == (True, LATER)
    part = told("woocommerce", "order.created", status="partially-paid")[0]
    assert (part.paid, part.part_paid, part.paid_at) == (False, True, None)


def test_shopify_dates_a_payment_by_the_word_of_it_and_by_no_later_edit():
    (paid,) = told("shopify", "orders_paid")
    assert paid.paid_at == paid.at
    (edited,) = told("shopify", "orders_create", financial_status="paid")
    assert (edited.paid, edited.paid_at) == (True, None)
    (part,) = told("shopify", "orders_create", financial_status="partially_paid")
    assert (part.paid, part.part_paid) == (False, True)


def test_shopware_dates_a_payment_by_the_transition_of_its_transaction():
    (paid,) = samples.observe("shopware", "state_enter.order_transaction.state.paid")
    assert (paid.paid, paid.paid_at) == (True, paid.at)
    path = ("data", "payload", "order")
    part = [{"stateMachineState": {"technicalName": "paid_partially"}}]
    (some,) = told("shopware", "checkout.order.placed", *path, transactions=part)
    assert (some.paid, some.part_paid, some.paid_at) == (False, True, None)


def test_a_generic_sender_may_date_a_payment_and_an_import_is_none():
    paid_at = samples.RECEIVED_AT - timedelta(minutes=1)
    (seen,) = told("generic", "order.placed", "data", paid_at=paid_at.isoformat(), paid=None)
    assert (seen.paid, seen.paid_at) == (True, paid_at)
    (undated,) = told("generic", "order.placed", "data", paid=True)
    assert undated.paid_at is None
    (imported,) = told("generic", "order.placed", "data", paid=True, origin="import")
    assert imported.paid_at == imported.placed_at


def test_stripe_dates_a_payment_that_takes_days_by_the_shoppers_part_of_it():
    created = int((LATER - timedelta(days=40)).timestamp())
    (seen,) = told("stripe", "charge.succeeded", "data", "object", created=created)
    assert (seen.paid_at, seen.placed_at) == (seen.placed_at, LATER - timedelta(days=40))
