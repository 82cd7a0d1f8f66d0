"""What Stripe's events mean, trap by trap (integrations.md § 1.5)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.observations import CartSeen, Fetch, OrderSeen, PaymentFailed, RefundSeen
from cartback.ports import Delivery
from cartback.shops import stripe
from tests.fakes.platform_senders import stripe_headers
from tests.fakes.world import World
from tests.unit.shops.doorway import NEW, NOW, OLD, OTHER
from tests.unit.shops.samples import EVENTS, as_delivery, observe, sample

CREATED = datetime.fromtimestamp(1795112652, UTC)
FETCH = Fetch(
    "checkout.session", "checkout/sessions/cs_live_a1ExampleSession0001?expand[]=line_items", CREATED
)


def one(stem: str) -> object:
    (seen,) = observe("stripe", stem)
    return seen


def document(name: str) -> str:
    return (EVENTS / "stripe" / "fetched" / f"{name}.json").read_text()


def test_an_expired_session_is_fetched_because_events_leave_its_lines_out():
    wanted = one("checkout.session.expired")
    assert isinstance(wanted, Fetch)
    assert (wanted.kind, wanted.resource) == (FETCH.kind, FETCH.resource)


@pytest.mark.parametrize(
    "own", ["cs_live_../refunds", "cs_live_1?x=y", "", None, "pi_1", "cs_live_" + "a" * 300]
)
def test_the_sender_cannot_lead_us_to_another_resource(own):
    event = json.loads(sample("stripe", "checkout.session.expired").body)
    event["data"]["object"]["id"] = own
    with pytest.raises(Refused, match=r"data\.object\.id must be the id of a session"):
        stripe.observe(as_delivery("stripe", "checkout.session.expired", event))


def test_a_fetched_session_is_a_cart_with_its_recovery_link_and_its_consent():
    (cart,) = stripe.fetched(FETCH, [document("checkout.session")])
    assert isinstance(cart, CartSeen)
    assert cart == one("checkout.session.expired.with_lines")
    assert cart.refs == ("checkout:cs_live_a1ExampleSession0001", "cart:cart-7f3a")
    assert (cart.stage, cart.restore_url) == ("checkout", "https://buy.stripe.com/r/live_asExampleRecovery01")
    assert [(item.title, item.quantity, item.unit_price) for item in cart.items] == [
        ("Steinzeugbecher", 2, Money(2490, "EUR"))
    ]
    (word,) = cart.contact.consents
    assert (word.channel, word.granted, word.at, word.sticky) == ("email", True, CREATED, False)


def test_a_session_is_dated_by_its_making_so_that_it_never_outlives_a_purchase_in_between():
    (cart,) = stripe.fetched(FETCH, [document("checkout.session")])
    assert cart.at == CREATED < datetime.fromtimestamp(1795199052, UTC)


def test_who_finished_the_session_in_the_meantime_has_no_cart_there():
    assert stripe.fetched(FETCH, [document("checkout.session.finished_meanwhile")]) == []
    assert stripe.fetched(FETCH, []) == []


def test_a_session_without_consent_recovery_and_shopper_gives_none_of_them():
    cart = one("checkout.session.expired.no_consent_no_recovery")
    assert (cart.restore_url, cart.contact.consents, cart.contact.aliases()) == (None, (), ())
    assert cart.total == Money(4980, "JPY")


@pytest.mark.parametrize("answer", ["opt_out", None, "maybe", 1])
def test_only_opt_in_is_a_consent(answer):
    event = json.loads(sample("stripe", "checkout.session.expired.with_lines").body)
    event["data"]["object"]["consent"]["promotions"] = answer
    (cart,) = stripe.observe(as_delivery("stripe", "checkout.session.expired", event))
    assert cart.contact.consents == ()


def test_a_finished_session_is_an_order_of_the_same_cart():
    order, cart = one("checkout.session.completed"), one("checkout.session.expired.with_lines")
    assert isinstance(order, OrderSeen)
    assert (order.refs, order.paid, order.test) == (cart.refs, True, False)
    assert one("checkout.session.completed.test").test
    assert observe("stripe", "checkout.session.completed.setup") == []


def test_a_failed_payment_names_attempt_code_and_sum_in_the_currencys_own_units():
    failed = one("payment_intent.payment_failed")
    assert isinstance(failed, PaymentFailed)
    assert (failed.payment_ref, failed.attempt) == ("pi_3QExample0002", "ch_3QExample0002")
    assert (failed.code, failed.amount) == ("insufficient_funds", Money(12345, "KWD"))
    assert (failed.refs, failed.order_ref) == (("cart:cart-7f3a",), "R-1001")
    assert one("payment_intent.payment_failed.without_charge").code == "payment_intent_authentication_failure"


def test_each_attempt_at_an_invoice_is_told_apart():
    failed = one("invoice.payment_failed")
    assert (failed.payment_ref, failed.attempt, failed.order_ref) == ("in_1QExample0001", "2", "WERK-0007")


def test_a_refund_is_what_it_adds_to_the_sum_before_it():
    part, rest = one("charge.refunded.partly"), one("charge.refunded.rest")
    assert isinstance(part, RefundSeen)
    assert (part.amount, part.full) == (Money(2490, "EUR"), False)
    assert (rest.amount, rest.full) == (Money(2490, "EUR"), True)
    assert part.payment_ref == rest.payment_ref == "pi_3QExample0001"
    assert part.refund_ref != rest.refund_ref


@pytest.mark.parametrize(
    ("currency", "units", "money"),
    [
        ("eur", 1234, Money(1234, "EUR")),
        ("jpy", 1234, Money(1234, "JPY")),
        ("kwd", 12340, Money(12340, "KWD")),
        ("isk", 500000, Money(5000, "ISK")),
        ("ugx", 500000, Money(5000, "UGX")),
        ("mga", 5000, Money(500000, "MGA")),
    ],
)
def test_stripes_minor_units_become_those_of_the_currency(currency, units, money):
    event = json.loads(sample("stripe", "charge.refunded.partly").body)
    event["data"]["object"] |= {"currency": currency, "amount_refunded": units}
    (refund,) = stripe.observe(as_delivery("stripe", "charge.refunded", event))
    assert refund.amount == money


def test_a_thin_event_is_refused_with_what_to_change():
    thin = {
        "id": "evt_1",
        "object": "v2.core.event",
        "type": "charge.refunded",
        "created": "2026-11-20T18:04:12Z",
    }
    with pytest.raises(Refused, match="subscribe the endpoint to snapshot events"):
        stripe.observe(as_delivery("stripe", "charge.refunded", thin))


# signatures

BODY = b'{"id": "evt_1", "type": "charge.refunded"}'


def status(headers: dict[str, str], secrets=(NEW,)) -> int:
    try:
        stripe.verify(BODY, headers, secrets, NOW)
    except Refused as refused:
        return refused.status
    return 200


@pytest.mark.parametrize(("seconds", "expected"), [(300, 200), (301, 401), (-300, 200), (-301, 401)])
def test_an_event_is_fresh_for_five_minutes_both_ways(seconds, expected):
    assert status(stripe_headers(BODY, NEW, at=NOW - timedelta(seconds=seconds))) == expected


def test_any_of_several_signatures_lets_in_and_the_test_scheme_never_does():
    assert status(stripe_headers(BODY, OTHER, NEW, at=NOW)) == 200
    assert status(stripe_headers(BODY, OLD, NEW, at=NOW)) == 200
    header = stripe_headers(BODY, NEW, at=NOW)["stripe-signature"]
    assert status({"stripe-signature": header.replace("v1=", "v0=")}) == 401
    assert status({"stripe-signature": header.replace("v1=", "v2=")}) == 401
    assert status({"stripe-signature": header.upper()}) == 401


def test_two_timestamps_are_none():
    header = stripe_headers(BODY, NEW, at=NOW)["stripe-signature"]
    assert status({"stripe-signature": f"{header},t=1"}) == 401


def test_the_whole_secret_is_the_key_prefix_and_all():
    headers = stripe_headers(BODY, NEW.removeprefix("whsec_"), at=NOW)
    assert status(headers) == 401


def _session_event(stem: str, **changes: object) -> str:
    event = json.loads(sample("stripe", stem).body)
    event["data"]["object"] |= changes
    return json.dumps(event)


def test_who_pays_by_the_recovery_link_under_another_address_has_bought_the_cart():
    expired = _session_event("checkout.session.expired.with_lines", client_reference_id=None)
    paid = _session_event(
        "checkout.session.completed",
        id="cs_live_a1ExampleSession0009",
        recovered_from="cs_live_a1ExampleSession0001",
        client_reference_id=None,
        customer=None,
        customer_email=None,
        customer_details={"email": "another@example.com"},
    )
    world = World()
    world.deliver(_delivery("checkout.session.expired", expired))
    (cart,) = [row[0] for row in world.tables.rows["carts"].values()]
    assert cart.is_open
    world.deliver(_delivery("checkout.session.completed", paid))
    (cart,) = [row[0] for row in world.tables.rows["carts"].values()]
    assert cart.status == "bought"


def _delivery(topic: str, body: str) -> Delivery:
    return replace(as_delivery("stripe", topic, body), shop="demo", key=topic)


@pytest.mark.parametrize("own", ["order 15", "ada@example.com", "ä" * 150])
def test_the_shops_own_name_for_a_cart_joins_whatever_it_looks_like(own):
    refs = []
    for topic, stem in (
        ("checkout.session.expired", "checkout.session.expired.with_lines"),
        ("checkout.session.completed", "checkout.session.completed"),
    ):
        body = _session_event(stem, client_reference_id=own)
        (seen,) = stripe.observe(as_delivery("stripe", topic, body))
        refs.append({ref for ref in seen.refs if ref.startswith("cart:")})
    assert refs[0] == refs[1]
    assert len(refs[0]) == 1
    assert own not in str(refs)
