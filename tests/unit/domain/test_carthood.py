"""What is a cart: only what a shopper took there and has not bought yet, by the marks and by the shop's word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartback.domain.observations import Contact, CustomerSeen, OrderSeen
from cartback.domain.trade.carthood import reckoned
from cartback.domain.trade.origins import ITSELF, SHOPPER, STAFF, Origin, Reckoning
from tests.fakes.told import SHIRT, ada, cart, order
from tests.fakes.world import START

ANY = Origin(("rest-api", "vip"), SHOPPER, "invoice", "pending", order_ref="77")


def told(**changes):
    origin = replace(ANY, **changes)
    return replace(cart(START, SHIRT, ref="checkout:77"), origin=origin)


def test_what_says_nothing_of_its_making_is_what_it_is():
    for seen in (cart(START, SHIRT), order(START), CustomerSeen(ada(), START)):
        assert reckoned(seen, Reckoning(staff=("rest-api",))) == [seen]


def test_a_shoppers_cart_is_a_cart():
    assert reckoned(told()) == [told()]


@pytest.mark.parametrize("by", [STAFF, ITSELF])
def test_of_what_no_shopper_filled_only_the_person_is_heard(by):
    assert reckoned(told(by=by)) == [CustomerSeen(ada(), START)]
    assert reckoned(replace(told(by=by), contact=Contact())) == []


@pytest.mark.parametrize("by", [STAFF, ITSELF])
def test_what_was_taken_out_again_ends_something_whoever_made_it(by):
    emptied = replace(told(by=by), items=())
    assert reckoned(emptied) == [emptied]


def test_a_till_that_completed_its_checkout_sold_something_and_a_renewal_did_not():
    for by, renewal in ((STAFF, False), (ITSELF, True)):
        (one,) = reckoned(replace(told(by=by), completed_at=START))
        assert isinstance(one, OrderSeen)
        assert (one.refs, one.order_ref, one.placed_at, one.renewal) == ((), None, START, renewal)


def test_an_order_of_staff_is_a_purchase_and_one_that_renews_itself_is_none():
    paid = replace(order(START, "checkout:77"), origin=replace(ANY, by=STAFF))
    assert reckoned(paid) == [replace(paid, staff=True)]
    itself = replace(paid, origin=replace(ANY, by=ITSELF))
    assert reckoned(itself) == [replace(itself, refs=(), renewal=True)]


@pytest.mark.parametrize("shop", [Reckoning(methods=("invoice",)), Reckoning(statuses=("pending",))])
def test_what_the_shop_calls_placed_is_an_order(shop):
    (one,) = reckoned(told(), shop)
    assert isinstance(one, OrderSeen)
    assert (one.refs, one.order_ref, one.placed_at, one.paid) == (("checkout:77",), "77", START, False)
    assert reckoned(told(), Reckoning(methods=("stripe",), statuses=("failed",))) == [told()]


def test_what_the_platform_calls_placed_is_an_order():
    assert isinstance(reckoned(told(placed=True))[0], OrderSeen)


@pytest.mark.parametrize(
    ("by", "shop", "is_cart"),
    [
        (STAFF, Reckoning(shopper=("rest-api",)), True),
        (SHOPPER, Reckoning(staff=("vip",)), False),
        (SHOPPER, Reckoning(itself=("vip",)), False),
        (STAFF, Reckoning(shopper=("vip",), staff=("rest-api",)), True),
        (SHOPPER, Reckoning(staff=("rest-ap",)), True),
    ],
)
def test_the_shops_own_word_outweighs_the_platforms(by, shop, is_cart):
    assert (reckoned(told(by=by), shop) == [told(by=by)]) is is_cart
