"""Purchases past Checkout: whatever way the money took through the same Stripe account, nobody is reminded after it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from cartback.domain.errors import Refused
from cartback.domain.observations import OrderSeen
from cartback.domain.shop.service import Change, Changes, Unsupported
from cartback.flows import cart_recovery as touches
from cartback.ports import Delivery, ShopKeys
from cartback.shops import stripe
from tests.fakes.world import World, a_policy
from tests.unit.shops.samples import EVENTS, as_delivery, observe

MADE = datetime.fromtimestamp(1795112652, UTC)
PAID = MADE + timedelta(minutes=10)
NOBODY = {
    "customer": None,
    "receipt_email": None,
    "billing_details": {},
    "customer_email": None,
    "customer_phone": None,
    "metadata": {},
}


def told(stem: str, **changes: object) -> Delivery:
    """A sample with other fields in its object."""
    event = json.loads((EVENTS / "stripe" / f"{stem}.json").read_text())
    event["data"]["object"] |= changes
    return replace(as_delivery("stripe", event["type"], event), shop="demo", key=stem)


def seen_in(stem: str, **changes: object) -> OrderSeen:
    (one,) = stripe.observe(told(stem, **changes))
    assert isinstance(one, OrderSeen)
    return one


def leave_a_cart(world: World) -> None:
    """Let a checkout expire that Stripe knows by customer, address, number and the shop's own cart."""
    details = {"email": "nele.beispiel@example.com", "phone": "+4915112345678", "address": {"country": "DE"}}
    given = {"customer": "cus_Example0001", "customer_details": details}
    world.deliver(told("checkout.session.expired.with_lines", **given))


def left_a_cart() -> World:
    """A world in which somebody left one, and would be reminded."""
    world = World()
    leave_a_cart(world)
    assert why_over(world) is None
    return world


def why_over(world: World) -> str | None:
    """Why nobody is reminded of the one cart that holds something; None while somebody would be."""
    (cart,) = (row[0] for row in world.tables.rows["carts"].values() if row[0].items)
    person = world.tables.rows["persons"][("demo", cart.person_id)][0]
    found = touches.over(cart, person, cart.generation, a_policy())
    return found.reason if found else None


NAMED = [
    ("charge.succeeded", {"customer": "cus_Example0001"}),
    ("charge.succeeded", {"customer": {"id": "cus_Example0001", "object": "customer"}}),
    ("charge.succeeded", {"receipt_email": "Nele.Beispiel@example.com"}),
    ("charge.succeeded", {"billing_details": {"email": "nele.beispiel@example.com"}}),
    ("charge.succeeded", {"billing_details": {"phone": "+49 151 12345678"}}),
    (
        "charge.succeeded",
        {
            "receipt_email": "nele.beispiel@example.com",
            "billing_details": {"email": "office.beispiel@example.com"},
        },
    ),
    ("charge.succeeded", {"metadata": {"cart_id": "cart-7f3a"}}),
    ("invoice.paid", {"customer": "cus_Example0001"}),
    ("invoice.paid", {"customer_email": "nele.beispiel@example.com"}),
    ("invoice.paid", {"customer_phone": "+4915112345678"}),
    ("invoice.paid", {"metadata": {"cart_id": "cart-7f3a"}}),
    ("invoice.paid.trial", {"customer": "cus_Example0001"}),
]


@pytest.mark.parametrize(("stem", "names"), NAMED)
def test_a_purchase_past_checkout_ends_the_reminding_by_whatever_it_names(stem, names):
    world = left_a_cart()
    world.deliver(told(stem, **{**NOBODY, **names}))
    assert why_over(world) in ("bought", "bought_elsewhere")


@pytest.mark.parametrize(("stem", "names"), NAMED)
def test_a_checkout_that_expires_only_after_the_purchase_is_none_to_be_reminded_of(stem, names):
    world = World()
    world.deliver(told(stem, **{**NOBODY, **names}))
    leave_a_cart(world)
    assert why_over(world) in ("bought", "bought_elsewhere")


@pytest.mark.parametrize("reason", ["subscription_cycle", "subscription_update", "subscription_threshold"])
def test_a_subscription_that_goes_on_is_no_purchase(reason):
    world = left_a_cart()
    world.deliver(told("invoice.paid", billing_reason=reason), told("charge.succeeded.renewal"))
    assert why_over(world) is None


@pytest.mark.parametrize(
    "reason", ["manual", "subscription_create", "quote_accept", None, "of tomorrow", ["x"]]
)
@pytest.mark.parametrize("amount", [4980, 0])
def test_every_other_invoice_is_one_whatever_it_comes_to(reason, amount):
    world = left_a_cart()
    world.deliver(told("invoice.paid", billing_reason=reason, amount_due=amount, amount_paid=amount))
    assert why_over(world) == "bought"


@pytest.mark.parametrize("invoice", ["in_1QExample0024", {"id": "in_1QExample0024", "object": "invoice"}])
def test_a_charge_that_names_its_invoice_leaves_the_word_to_it(invoice):
    assert stripe.observe(told("charge.succeeded.of_an_invoice", invoice=invoice)) == []
    assert stripe.observe(told("charge.succeeded", invoice=invoice)) == []


@pytest.mark.parametrize(
    "description", [None, "Subscription creation", "Payment for Invoice", "Order 15", ["x"]]
)
def test_a_charge_that_names_none_is_a_purchase_unless_stripe_calls_it_an_update(description):
    assert seen_in("charge.succeeded", description=description, invoice=None)
    assert observe("stripe", "charge.succeeded.renewal") == []


def test_money_that_is_only_authorised_is_a_purchase_as_well():
    order = seen_in("charge.succeeded.guest_authorised")
    assert order.contact.aliases() == ("email:nele.beispiel@example.com",)


def test_a_payment_that_takes_days_is_dated_by_its_making_and_never_later_than_it_is_told():
    days = 5 * 86400
    assert seen_in("charge.succeeded", created=1795113252 - days).placed_at == PAID - timedelta(days=5)
    assert seen_in("charge.succeeded", created=1795113252 + days).placed_at == PAID + timedelta(seconds=1)


@pytest.mark.parametrize("odd", [None, "yesterday", [], -1])
def test_a_payment_without_a_readable_date_is_dated_by_its_telling(odd):
    with pytest.raises(Refused) as refused:
        stripe.observe(told("charge.succeeded", created=odd))
    (order,) = refused.value.despite
    assert (order.order_ref, order.placed_at) == (None, PAID + timedelta(seconds=1))


def test_a_cart_of_later_than_the_payment_and_the_rest_after_it_is_reminded_of():
    long_ago = int((MADE - timedelta(days=2)).timestamp())
    world = left_a_cart()
    world.deliver(told("charge.succeeded", **{**NOBODY, "customer": "cus_Example0001"}, created=long_ago))
    assert why_over(world) is None


FOUR = (
    ("checkout.session.completed", {"customer": "cus_Example0001", "mode": "subscription"}),
    ("checkout.session.async_payment_succeeded", {"id": "cs_live_a1ExampleSession0001"}),
    ("charge.succeeded", {}),
    ("invoice.paid.trial", {"customer_email": "nele.beispiel@example.com", "amount_paid": 4980}),
)


@pytest.mark.parametrize("order", list(permutations(range(len(FOUR)))))
def test_one_purchase_told_in_four_ways_is_one_order_and_buys_one_cart_once(order):
    world = left_a_cart()
    for place in order:
        stem, changes = FOUR[place]
        world.deliver(told(stem, **changes))
    facts = {fact.fact_id: fact for fact in world.bus.facts}.values()
    names = Counter(fact.name for fact in facts)
    assert (names["order.placed"], names["order.paid"], names["cart.bought"]) == (1, 1, 1)
    assert why_over(world) == "bought"


class Listing:
    """A Stripe account whose list of events holds these."""

    def __init__(self, *listed: Delivery) -> None:
        self.listed = listed

    def orders_since(self, since: datetime, cursor: str | None = None) -> Changes:
        return Changes(tuple(Change(one.topic, one.key, one.body) for one in self.listed))

    def checkouts_since(self, since: datetime, cursor: str | None = None) -> Unsupported:
        return Unsupported("")

    def subscriptions(self) -> Unsupported:
        return Unsupported("")


@pytest.mark.parametrize("stem", ["charge.succeeded", "invoice.paid"])
def test_a_purchase_past_checkout_whose_webhook_was_lost_is_found_on_stripes_list(stem):
    world = left_a_cart()
    world.keys.write("demo", ShopKeys("stripe", ("whsec",)))
    world.api = Listing(told(f"{stem}.renewal"), told(stem))
    assert world.reconcile("demo")["gaps"] == 1
    world.deliver(*world.queue.deliveries)
    assert why_over(world) == "bought"
    assert world.reconcile("demo")["gaps"] == 0


@pytest.mark.parametrize("topic", ["charge.succeeded", "invoice.paid"])
def test_a_thin_event_of_a_purchase_is_refused_too(topic):
    with pytest.raises(Refused, match="snapshot events"):
        stripe.observe(as_delivery("stripe", topic, {"object": "v2.core.event", "type": topic}))
