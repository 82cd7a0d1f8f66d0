"""What each platform's samples tell for the record of trade: lines, sums, payments, parcels and returns."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cartback.domain.money import Money
from cartback.domain.observations import (
    Fetch,
    OrderSeen,
    ParcelSeen,
    PaymentFailed,
    ProductSeen,
    RefundSeen,
    ReturnSeen,
)
from cartback.domain.trade import sale
from cartback.domain.trade.sale import Piece
from cartback.shops import business_central
from tests.unit.shops.samples import EVENTS, observe


def told(platform: str, stem: str, kind: type):
    """The one observation of this kind that a sample makes."""
    (found,) = [one for one in observe(platform, stem) if isinstance(one, kind)]
    return found


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# generic --------------------------------------------------------------------------------------------------------------


def test_a_generic_order_tells_its_lines_sums_and_attempts_to_pay():
    seen = told("generic", "order.updated", OrderSeen)
    said = seen.sale
    assert [(item.variant_id, item.quantity, item.cost) for item in said.items] == [
        ("BECHER-BLAU", 2, euros(4980)),
        ("KANNE-1", 1, euros(11990)),
    ]
    assert (said.discount, said.tax, said.shipping) == (euros(1615), euros(2546), euros(590))
    assert (said.shipping_method, said.standing, said.shipped) == ("DHL Paket", sale.OPEN, False)
    assert [(one.state, one.method, one.code) for one in said.payments] == [
        ("failed", "card", "card_declined"),
        ("paid", "paypal", None),
    ]
    assert (seen.paid, said.wholesale, said.preorder, said.in_store) == (True, False, False, None)


def test_what_a_generic_order_leaves_out_is_not_told():
    said = told("generic", "order.placed", OrderSeen).sale
    assert (said.items, said.tax, said.standing, said.shipped, said.due_at) == (None, None, None, None, None)
    due = told("generic", "order.updated.on_account", OrderSeen).sale
    assert (due.due_at, due.wholesale) == (at("2026-12-04T00:00:00+00:00"), True)


def test_a_generic_parcel_return_refund_and_attempt_name_their_order():
    parcel = told("generic", "parcel.updated", ParcelSeen)
    assert (parcel.order_ref, parcel.parcel_ref, parcel.state) == ("2026-1042", "p-1", sale.SHIPPED)
    assert parcel.pieces == (Piece("BECHER-BLAU", 2), Piece("KANNE-1", 1))
    assert parcel.eta > parcel.at
    assert told("generic", "parcel.updated.delivered", ParcelSeen).pieces is None
    back = told("generic", "return.updated", ReturnSeen)
    assert (back.order_ref, back.state, back.pieces) == (
        "2026-1042",
        sale.REQUESTED,
        (Piece("BECHER-BLAU", 1),),
    )
    assert told("generic", "refund.issued", RefundSeen).payment_ref == "2026-1042"
    failed = told("generic", "payment.failed", PaymentFailed)
    assert (failed.order_ref, failed.code, failed.refs) == (
        "2026-1042",
        "card_declined",
        ("checkout:k-87", "cart:c-5512"),
    )


def test_a_generic_product_tells_tags_groups_cost_and_number():
    seen = told("generic", "product.updated", ProductSeen)
    assert (seen.tags, seen.collections) == (("Neuheit", "Winter"), ("GESCHIRR",))
    first = seen.variants[0]
    assert (first.list_price, first.cost, first.gtin) == (euros(2990), euros(940), "4006381333931")


# Shopify --------------------------------------------------------------------------------------------------------------


def test_a_shopify_order_tells_its_lines_and_its_parcels():
    seen = told("shopify", "orders_updated.shipped", OrderSeen)
    assert {item.variant_id for item in seen.sale.items}
    assert (seen.sale.goods, seen.sale.shipping, seen.sale.shipping_method) == (
        euros(15945),
        euros(0),
        "DHL Paket",
    )
    assert (seen.sale.standing, seen.sale.shipped) == (sale.OPEN, True)
    parcel = told("shopify", "orders_updated.shipped", ParcelSeen)
    assert (parcel.order_ref, parcel.state, parcel.carrier) == (seen.order_ref, sale.IN_TRANSIT, "DHL")
    assert parcel.shipped_at == at("2026-11-21T09:20:00+01:00")
    assert {piece.variant_id: piece.quantity for piece in parcel.pieces} == {
        item.variant_id: item.quantity for item in seen.sale.items
    }


def test_a_shopify_order_on_account_is_due_and_a_companys_is_wholesale():
    said = told("shopify", "orders_updated.on_account", OrderSeen).sale
    assert (said.due_at, said.wholesale) == (at("2026-12-04T21:40:03+01:00"), True)
    assert told("shopify", "orders_create.at_the_till", OrderSeen).sale.in_store
    assert told("shopify", "orders_cancelled", OrderSeen).sale.standing == sale.CANCELLED


@pytest.mark.parametrize(
    ("stem", "state"),
    [("fulfillment_events_create", sale.DELIVERED), ("fulfillment_events_create.delayed", sale.DELAYED)],
)
def test_a_carrier_of_shopify_says_where_a_parcel_is(stem, state):
    parcel = told("shopify", stem, ParcelSeen)
    shop = told("shopify", "orders_updated.shipped", ParcelSeen)
    assert (parcel.order_ref, parcel.parcel_ref) == (shop.order_ref, shop.parcel_ref)
    assert (parcel.state, parcel.source) == (state, "carrier")


def test_a_return_of_shopify_goes_through_its_steps():
    steps = [
        told("shopify", f"returns_{step}", ReturnSeen) for step in ("request", "approve", "decline", "close")
    ]
    assert [one.state for one in steps] == [sale.REQUESTED, sale.APPROVED, sale.DECLINED, sale.CLOSED]
    assert {(one.order_ref, one.return_ref, one.reason) for one in steps} == {
        ("6120984563214", "123983", "size_too_small")
    }
    assert all(len(one.pieces) == 1 and one.pieces[0].quantity == 1 for one in steps)


def test_a_payment_that_failed_at_shopify_is_told_and_one_that_succeeded_is_its_orders():
    failed = told("shopify", "order_transactions_create", PaymentFailed)
    assert (failed.order_ref, failed.code, failed.amount) == ("6120984563214", "card_declined", euros(15945))
    assert observe("shopify", "order_transactions_create.succeeded") == []


# WooCommerce ----------------------------------------------------------------------------------------------------------


def test_a_woocommerce_order_tells_its_lines_with_their_tax_and_its_payment():
    said = told("woocommerce", "order.updated.paid", OrderSeen).sale
    assert said.items
    assert (said.tax, said.shipping, said.standing) == (euros(2350), euros(490), sale.OPEN)
    (payment,) = said.payments
    assert (payment.payment_ref, payment.state, payment.method) == ("8XA12345EX678901", sale.PAID, "paypal")
    assert payment.amount == euros(14710)
    assert told("woocommerce", "order.updated.cancelled_paid", OrderSeen).sale.standing == sale.CANCELLED
    assert told("woocommerce", "order.updated.on_hold", OrderSeen).sale.payments == ()


# Shopware -------------------------------------------------------------------------------------------------------------


def test_a_shopware_order_tells_its_goods_and_each_attempt_to_pay():
    said = told("shopware", "checkout.order.placed", OrderSeen).sale
    assert [(item.sku, item.quantity, item.cost) for item in said.items] == [("SW10007", 3, euros(3570))]
    assert [(one.state, one.amount) for one in said.payments] == [(sale.PENDING, euros(3570))]
    assert said.shipped is None
    assert told("shopware", "state_enter.order.state.completed", OrderSeen).sale.standing == sale.COMPLETED


def test_a_delivery_of_shopware_is_a_parcel_by_its_own_name():
    name = "state_enter.order_delivery.state"
    left = told("shopware", f"{name}.shipped", ParcelSeen)
    assert (left.state, left.tracking) == (sale.SHIPPED, "00340434161094000001")
    assert told("shopware", f"{name}.shipped", OrderSeen).sale.shipped is True
    assert told("shopware", f"{name}.shipped_partially", OrderSeen).sale.shipped is False
    assert told("shopware", f"{name}.cancelled", ParcelSeen).state == sale.STOPPED
    for state in ("returned", "returned_partially"):
        back = told("shopware", f"{name}.{state}", ReturnSeen)
        assert (back.state, back.return_ref) == (sale.RECEIVED, left.parcel_ref)
    alone = told("shopware", f"{name}.returned.alone", ReturnSeen)
    assert (alone.order_ref, alone.return_ref) == (left.order_ref, "delivery")


# Business Central -----------------------------------------------------------------------------------------------------


def test_a_released_order_of_business_central_tells_its_lines_as_the_books_do():
    seen = of_central("salesOrders.open", OrderSeen)
    assert (seen.sale.source, seen.sale.wholesale, seen.sale.standing) == ("books", True, sale.OPEN)
    assert seen.sale.items


@pytest.mark.parametrize(("stem", "paid"), [("salesInvoices.open", False), ("salesInvoices.paid", True)])
def test_an_invoice_of_business_central_says_whether_its_order_is_paid(stem, paid):
    order, seen = of_central("salesOrders.open", OrderSeen), of_central(stem, OrderSeen)
    assert (seen.order_ref, seen.paid) == (order.order_ref, paid)
    assert seen.sale.due_at == at("2026-12-04T00:00:00+00:00")
    assert [one.state for one in seen.sale.payments] == [sale.PAID if paid else sale.PENDING]


# Stripe ---------------------------------------------------------------------------------------------------------------


def test_a_session_of_stripe_names_the_payment_by_which_its_refunds_are_told():
    seen = told("stripe", "checkout.session.completed", OrderSeen)
    assert seen.sale.payment_refs == ("pi_3QExample0001",)
    assert [(one.payment_ref, one.state) for one in seen.sale.payments] == [("pi_3QExample0001", sale.PAID)]
    assert seen.sale.items is None
    refund = told("stripe", "charge.refunded.partly", RefundSeen)
    assert refund.source == "payments"
    assert told("stripe", "payment_intent.payment_failed", PaymentFailed).source == "payments"


def of_central(stem: str, kind: type):
    kind_of_entity = stem.partition(".")[0]
    text = (EVENTS / "business_central" / "fetched" / f"{stem}.json").read_text()
    wanted = Fetch(kind_of_entity, f"companies(x)/{kind_of_entity}(y)", at("2026-11-20T18:00:00+00:00"))
    (found,) = [one for one in business_central.fetched(wanted, [text]) if isinstance(one, kind)]
    return found
