"""What WooCommerce's orders, customers, products and CartFlows' forms mean, trap by trap (integrations.md § 1.2)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cartback.domain.goods.catalogue import Stock, describe, still_there
from cartback.domain.intake.responses import path_word
from cartback.domain.money import Money
from cartback.domain.observations import (
    CartSeen,
    ConsentSeen,
    Contact,
    CustomerErased,
    OrderSeen,
    PaymentFailed,
    RefundSeen,
)
from cartback.shops import woocommerce
from tests.fakes.platform_senders import FORM, cartflows_form, woocommerce_headers
from tests.fakes.told import Told
from tests.fakes.world import World
from tests.unit.shops.doorway import NEW, NOW, Doorway, Sending
from tests.unit.shops.samples import RECEIVED_AT, observe, sample

MADE_AT = datetime(2026, 11, 20, 18, 4, 12, tzinfo=UTC)


def one(stem: str) -> object:
    (seen,) = observe("woocommerce", stem)
    return seen


def test_an_unpaid_order_is_a_cart_that_leads_back_to_its_payment_page():
    cart = one("order.created")
    assert isinstance(cart, CartSeen)
    assert (cart.refs, cart.stage, cart.total) == (("checkout:10482",), "checkout", Money(14710, "EUR"))
    assert cart.restore_url.endswith("/kasse/order-pay/10482/?pay_for_order=true&key=wc_order_K3yExample482a")
    assert [(item.variant_id, item.product_id, item.quantity) for item in cart.items] == [
        ("9007199254740993", "812", 1),
        ("644", "644", 2),
    ]


def test_a_paid_order_that_staff_set_back_to_pending_to_edit_it_is_no_cart():
    paid = json.loads(sample("woocommerce", "order.updated.paid").body)
    edited = replace(
        sample("woocommerce", "order.updated.paid"), body=json.dumps(paid | {"status": "pending"})
    )
    order, *_ = woocommerce.observe(edited)
    assert isinstance(order, OrderSeen)
    assert order.paid


def test_the_price_of_a_piece_is_with_tax_and_its_title_without_the_variation():
    blanket, cup = one("order.created").items
    assert (blanket.title, blanket.unit_price) == ("Wolldecke „Nordlicht“", Money(10965, "EUR"))
    # 27.44 and 5.21 tax for two: 16.325 each, rounded half even.
    assert (cup.title, cup.unit_price) == ("Steinzeugbecher", Money(1632, "EUR"))


def test_times_are_those_in_utc_and_never_the_sites_own():
    assert one("order.created").at == MADE_AT
    (order, *_) = observe("woocommerce", "order.updated.paid")
    assert (order.placed_at, order.at) == (MADE_AT, datetime(2026, 11, 20, 18, 6, 3, tzinfo=UTC))


@pytest.mark.parametrize("stem", ["order.updated.paid", "order.updated.on_hold"])
def test_an_order_that_waits_for_nothing_of_the_shoppers_is_bought(stem):
    order = one(stem)
    assert isinstance(order, OrderSeen)
    assert (order.refs, order.order_ref) == (("checkout:10482",), "10482")
    assert order.paid == (stem == "order.updated.paid")


def test_a_status_that_a_plugin_made_up_counts_as_bought():
    event = sample("woocommerce", "order.created")
    body = json.dumps(json.loads(event.body) | {"status": "wc-abholbereit"})
    (order,) = woocommerce.observe(replace(event, body=body))
    assert isinstance(order, OrderSeen)


def test_a_failed_payment_is_told_and_leaves_the_cart_open():
    cart, failed = observe("woocommerce", "order.updated.failed")
    assert isinstance(cart, CartSeen)
    assert isinstance(failed, PaymentFailed)
    assert (failed.payment_ref, failed.refs) == ("10482", ("checkout:10482",))
    assert failed.amount == Money(14710, "EUR")


def test_an_order_called_off_before_it_was_paid_ends_its_cart_and_was_no_order():
    cart = one("order.updated.cancelled_unpaid")
    assert isinstance(cart, CartSeen)
    assert cart.items == ()
    order = one("order.updated.cancelled_paid")
    assert order.cancelled_at == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def test_each_refund_is_told_with_its_own_sum_and_only_the_last_may_be_full():
    order, part = observe("woocommerce", "order.updated.partly_refunded")
    assert isinstance(order, OrderSeen)
    assert isinstance(part, RefundSeen)
    assert (part.refund_ref, part.amount, part.full) == ("10551", Money(1632, "EUR"), False)
    _, first, last = observe("woocommerce", "order.updated.refunded")
    assert (first.refund_ref, first.full) == ("10551", False)
    assert (last.refund_ref, last.amount, last.full) == ("10563", Money(13078, "EUR"), True)


def test_currencies_without_and_with_three_decimals_keep_their_units():
    yen, dinar = one("order.updated.guest_in_yen"), one("order.updated.in_dinars")
    assert (yen.total, yen.items[0].unit_price) == (Money(20000, "JPY"), Money(6667, "JPY"))
    assert (dinar.total, dinar.items[0].unit_price) == (Money(12345, "KWD"), Money(12345, "KWD"))


def test_zero_is_nobodys_id():
    guest = one("order.updated.guest_in_yen")
    assert guest.contact.customer_ref is None
    assert guest.contact.email == "mara.beispiel@example.com"
    (vase,) = one("order.updated.product_deleted").items
    assert (vase.variant_id, vase.product_id, vase.image_url) == ("line:603", None, None)


def test_only_a_dated_word_in_the_shops_own_field_is_a_consent():
    (word,) = one("order.created").contact.consents
    assert word == ConsentSeen(
        "email",
        True,
        datetime(2026, 11, 20, 18, 3, 58, tzinfo=UTC),
        "explicit",
        "woocommerce order 10482",
        sticky=True,
    )
    event = sample("woocommerce", "order.created")
    for undated in ("yes", "1", "2026-11-20 18:03:58", "", True, None):
        body = json.loads(event.body)
        body["meta_data"][0]["value"] = undated
        (cart,) = woocommerce.observe(replace(event, body=json.dumps(body)))
        assert cart.contact.consents == ()


def test_a_refusal_stands_beside_the_older_consent():
    words = one("customer.updated.refused").contact.consents
    assert [word.granted for word in words] == [True, False]


def test_a_customer_who_never_changed_is_dated_by_the_making():
    assert one("customer.created").at == datetime(2026, 3, 11, 17, 20, 5, tzinfo=UTC)


def test_what_is_deleted_has_an_id_and_the_instant_of_its_arrival():
    assert one("customer.deleted") == CustomerErased(Contact(customer_ref="77"), RECEIVED_AT)
    assert (one("order.deleted").items, one("order.deleted").at) == ((), RECEIVED_AT)
    assert one("product.deleted").deleted


@pytest.mark.parametrize(
    ("stem", "available", "there"),
    [
        ("product.created", 7, True),
        ("product.updated.sold_out", 0, False),
        ("product.updated.not_counted", None, True),
        ("product.updated.variation", None, True),
    ],
)
def test_stock_is_what_is_counted_else_what_the_word_says(stem, available, there):
    product = one(stem)
    (variant,) = product.variants
    assert variant.available == available
    sold_out_before = describe(
        Stock("werkhof", variant.variant_id), replace(variant, available=0), product.at
    )
    assert still_there(describe(sold_out_before, variant, product.at)) is there


def test_a_variable_product_is_but_the_roof_over_its_variations():
    assert one("product.updated.variable").variants == ()
    variation = one("product.updated.variation")
    assert (variation.product_id, variation.variants[0].variant_id) == ("812", "9007199254740993")


def test_a_draft_cannot_be_bought():
    assert one("product.updated.draft").deleted
    assert not one("product.restored").deleted


# CartFlows


def arrived(body: bytes) -> Doorway:
    door = Doorway("woocommerce")
    assert door.take(Sending(body, dict(FORM), word=path_word(NEW))).status == 202
    return door


def test_the_table_of_html_is_thrown_away_at_the_door():
    (delivery,) = arrived(cartflows_form()).queue.deliveries
    assert "product_table" not in delivery.body
    assert "onclick" not in delivery.body
    assert "Musterweg" not in delivery.body


def test_a_form_is_a_cart_at_the_checkout_and_its_token_reaches_no_reference():
    (delivery,) = arrived(cartflows_form()).queue.deliveries
    (cart,) = woocommerce.observe(delivery)
    assert (cart.stage, cart.at, cart.total) == ("checkout", NOW, None)
    assert [item.title for item in cart.items] == ["Wolldecke „Nordlicht“, Steinzeugbecher"]
    assert cart.restore_url.endswith("?wcf_ac_token=d2NmX3Nlc3Npb25faWQ9MGY5YzJleGFtcGxl")
    assert cart.contact.phone is None  # no country code
    assert "d2NmX3Nlc3Npb25" not in str(cart.refs)


def test_the_completed_form_is_the_purchase_of_the_same_cart():
    cart, order = one("cartflows.abandoned"), one("cartflows.completed")
    assert isinstance(order, OrderSeen)
    assert order.refs == cart.refs


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (cartflows_form("abandoned"), "application/json", 415),
        (cartflows_form("lost"), FORM["content-type"], 400),
        (b"", FORM["content-type"], 400),
        (b"\xff", FORM["content-type"], 400),
        (b"order_status=%ff", FORM["content-type"], 400),
        (b"&".join(b"a=%d" % number for number in range(200)), FORM["content-type"], 400),
    ],
)
def test_what_is_no_form_of_the_plugin_is_a_bad_request(body, kind, status):
    sending = Sending(body, {"content-type": kind}, word=path_word(NEW))
    assert Doorway("woocommerce").take(sending).status == status


# signatures and keys


def test_a_secret_with_entities_signs_as_wordpress_decodes_it():
    body = b'{"id": 7}'
    headers = woocommerce_headers(body, "order.deleted", "a<b>&\"c'd-and-some-more")
    written = "a&lt;b&gt;&amp;&quot;c&#039;d-and-some-more"
    assert woocommerce.verify(body, headers, (written,), NOW)[0] == "order.deleted"


def test_two_orders_of_one_second_have_two_keys_and_one_order_sent_twice_has_one():
    def key(body: bytes, **more: str) -> str:
        headers = woocommerce_headers(body, "order.updated", NEW) | more
        return woocommerce.verify(body, headers, (NEW,), NOW)[1]

    first = key(b'{"id": 7}')
    assert first != key(b'{"id": 8}')
    assert first == key(b'{"id": 7}', **{"x-wc-webhook-delivery-id": "another"})
    assert first != key(b'{"id": 7}', **{"x-wc-webhook-topic": "order.created"})


def test_nobody_who_signs_can_pretend_to_be_a_form():
    body = b"{}"
    sending = Sending(body, woocommerce_headers(body, "cartflows.completed", NEW))
    assert Doorway("woocommerce").take(sending).status == 400


def test_a_purchase_ends_the_reminding_in_whatever_order_its_words_arrive():
    told = Told()
    unpaid, paid = (observe("woocommerce", stem) for stem in ("order.created", "order.updated.paid"))
    for words in ((unpaid, paid), (paid, unpaid), (unpaid, paid, unpaid)):
        world = World(adapter=told)
        for number, seen in enumerate(words):
            world.deliver(told.delivery(f"e{number}", *seen, at=MADE_AT))
        (cart,) = [row[0] for row in world.tables.rows["carts"].values()]
        assert (cart.status, cart.generation) == ("bought", 1)
