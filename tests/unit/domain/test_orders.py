"""What an order's row says of itself, which facts follow from it, and what somebody owns by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cartback.domain.money import Money
from cartback.domain.observations import OrderSeen, ParcelSeen, RefundSeen, ReturnSeen
from cartback.domain.people import identity
from cartback.domain.people.customer import Person
from cartback.domain.trade import orders, ownership, precedence, sale
from cartback.domain.trade.items import Item
from cartback.domain.trade.order_facts import told_by
from cartback.domain.trade.orders import Order
from cartback.domain.trade.part_names import part_id, ref_of, row_of
from cartback.domain.trade.sale import Piece, Sale
from tests.fakes.world import START

DAY = timedelta(days=1)
LAMPS = (Item("v1", "Lamp", 2, product_id="p1"), Item("v2", "Bulb", 1, product_id="p2"))


def an_order(ref: str = "o1", at=START, items=LAMPS, total=5000, **said) -> Order:
    seen = OrderSeen((), ref, at, at, Money(total, "EUR"), paid=True, sale=Sale(items=items, **said))
    return orders.ordered(Order("demo", ref), seen)


def parcel(state: str, hours: int = 1, pieces=None, ref: str = "x") -> ParcelSeen:
    return ParcelSeen("o1", ref, START + timedelta(hours=hours), state, pieces)


def facts(order: Order, cause: str = "e1") -> list[str]:
    return [fact.name for fact in told_by(order, cause, START)[1]]


def test_every_part_of_the_record_ranks_every_source_once():
    for part, believed in precedence.PRECEDENCE.items():
        assert sorted(believed) == sorted(precedence.SOURCES), part


def test_who_takes_the_money_knows_when_and_who_sells_knows_what():
    weigh = precedence.weight_in_order
    assert weigh("payments", "paid_at") > weigh("shop", "paid_at")
    assert weigh("shop", "items") > weigh("payments", "items")


def test_an_order_is_shipped_when_every_piece_has_left_and_not_before():
    order = orders.packed(an_order(), parcel(sale.SHIPPED, pieces=(Piece("v1", 2),)))
    assert facts(order) == ["parcel.shipped"]
    order = orders.packed(order, parcel(sale.SHIPPED, pieces=(Piece("v2", 1),), ref="y"))
    assert "order.shipped" in facts(order)


def test_a_parcel_that_was_stopped_has_not_left():
    order = orders.packed(an_order(), parcel(sale.SHIPPED, pieces=(Piece("v1", 2), Piece("v2"))))
    order = orders.packed(order, parcel(sale.STOPPED, hours=2))
    assert (order.is_shipped, facts(order)) == (False, [])


def test_the_shops_own_word_that_all_is_shipped_needs_no_parcel():
    assert facts(an_order(shipped=True)) == ["order.shipped"]


def test_a_fact_is_told_by_the_event_that_made_it_true_however_often_and_by_no_later_one():
    order, first = told_by(orders.packed(an_order(), parcel(sale.DELIVERED)), "e1", START)
    assert [fact.name for fact in first] == ["parcel.shipped", "parcel.delivered"]
    again, repeated = told_by(order, "e1", START)
    assert (again, [fact.fact_id for fact in repeated]) == (order, [fact.fact_id for fact in first])
    assert told_by(order, "e2", START)[1] == []


def test_a_payment_is_due_until_it_is_made():
    due = an_order(due_at=START + DAY)
    assert facts(due) == []
    unpaid = orders.ordered(
        Order("demo", "o1"), OrderSeen((), "o1", START, START, sale=Sale(due_at=START + DAY))
    )
    assert facts(unpaid) == ["payment.due"]


def test_a_coupon_is_told_by_an_id_and_never_by_its_code():
    seen = OrderSeen((), "o1", START, START, coupon_codes=("DANKE-ADA",))
    (fact,) = told_by(orders.ordered(Order("demo", "o1"), seen), "e", START)[1]
    assert fact.name == "coupon.used"
    assert "ada" not in str(fact.as_detail()).casefold()


def test_a_return_is_told_step_by_step():
    order = an_order()
    for hours, state in enumerate([sale.REQUESTED, sale.APPROVED, sale.RECEIVED, sale.CLOSED]):
        order = orders.sent_back(order, ReturnSeen("o1", "r", START + timedelta(hours=hours), state))
    assert facts(order) == ["return.requested", "return.received", "return.closed"]


def test_nothing_is_told_of_what_turned_out_to_be_another_order_or_is_forgotten():
    done = an_order(standing=sale.COMPLETED)
    assert facts(done) == ["order.completed"]
    assert facts(replace(done, joined="o2")) == facts(orders.erase(done, START)) == []


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"test": True}, False),
        ({"standing": sale.CANCELLED}, False),
        ({"joined": "o2"}, False),
        ({"erased_at": START}, False),
    ],
)
def test_only_a_real_purchase_that_stands_counts(change, counts):
    assert replace(an_order(), **change).counts is counts


@pytest.mark.parametrize(
    ("amount", "full", "refunded"), [(4999, False, False), (5000, False, True), (1, True, True)]
)
def test_what_was_paid_back_as_a_whole_is_no_purchase_any_more(amount, full, refunded):
    order = orders.paid_back(an_order(), RefundSeen("o1", "f", START, Money(amount, "EUR"), full))
    assert order.refunded is refunded


def test_a_refund_without_a_sum_or_in_another_currency_is_no_sum():
    order = orders.paid_back(an_order(), RefundSeen("o1", "f", START))
    assert order.paid_back is None
    mixed = orders.paid_back(order, RefundSeen("o1", "f", START + DAY, Money(1, "EUR")))
    assert mixed.paid_back == Money(1, "EUR")
    assert orders.paid_back(mixed, RefundSeen("o1", "g", START, Money(1, "USD"))).paid_back is None


def test_somebody_owns_what_they_bought_and_did_not_send_back():
    first, second = an_order(), an_order("o2", START + 40 * DAY, LAMPS[:1], total=3000)
    back = orders.sent_back(first, ReturnSeen("o1", "r", START + DAY, sale.RECEIVED, (Piece("v2", 1),)))
    told = ownership.history([second, back])
    assert (told.orders, told.first_at, told.last_at) == (2, START, START + 40 * DAY)
    assert told.owns("v1")
    assert not told.owns("v2")
    assert told.owns_product("p1")
    assert not told.owns_product("p2")
    assert told.owned["v1"].kept == Decimal(4)
    assert told.spent == {"EUR": Money(8000, "EUR")}
    assert told.average("EUR") == Money(4000, "EUR")
    assert told.average("USD") is None


def test_a_return_that_was_declined_leaves_the_goods_with_the_buyer():
    order = orders.sent_back(an_order(), ReturnSeen("o1", "r", START, sale.DECLINED, (Piece("v1", 2),)))
    assert ownership.history([order]).owns("v1")


def test_what_went_back_is_not_spent():
    order = orders.paid_back(an_order(), RefundSeen("o1", "f", START, Money(1500, "EUR")))
    assert ownership.history([order]).spent == {"EUR": Money(3500, "EUR")}


def test_an_order_belongs_to_the_address_that_it_was_told_with_and_to_the_mailbox_of_its_account():
    ada = Person("demo", "p1", aliases=("h-ada", "acc"), email_hash="h-ada", accounts={"acc": START})
    bob = Person("demo", "p2", aliases=("h-bob",), email_hash="h-bob")
    order = orders.of_buyer(an_order(), "p1", None, "acc", "h-bob")
    assert order.names == ("acc", "h-bob")
    assert ownership.belongs(order, ada)
    assert ownership.belongs(order, bob)
    assert not ownership.belongs(replace(order, address_hash="h-eve"), bob)
    assert not ownership.belongs(replace(order, account="other", address_hash=None), ada)
    assert set(ownership.names_of(ada)) == {"h-ada", "acc"}


def test_nothing_is_said_of_an_order_in_a_mailbox_that_its_account_left_since():
    order = orders.of_buyer(an_order(), "p1", None, "acc", "h-old")
    old = Person("demo", "p1", email_hash="h-old", moved_to="p2", moved_at=START + DAY)
    assert not ownership.belongs(order, old)
    assert ownership.belongs(replace(order, placed_at=START + 2 * DAY), old)
    assert identity.following(order, old) == "p2"
    assert identity.following(replace(order, account=None), old) is None


@pytest.mark.parametrize(
    ("order_ref", "ref"), [("o1", "x"), ("o/1", "x/2"), ("o%2F1", "50%/x"), ("o1/", "/")]
)
def test_a_part_of_an_order_is_found_again_by_its_name(order_ref, ref):
    name = part_id(order_ref, ref)
    assert (row_of(name), ref_of(name)) == (order_ref, ref)


def test_an_order_that_no_shopper_made_at_a_checkout_is_remembered_as_one():
    made = OrderSeen((), "o1", START, START, staff=True)
    assert orders.ordered(Order("demo", "o1"), made).staff
    told_again = orders.ordered(
        orders.ordered(Order("demo", "o1"), made), replace(made, at=START + DAY, staff=False)
    )
    assert told_again.staff


def test_the_first_told_buyer_of_an_order_stays_and_gaps_are_filled():
    order = orders.of_buyer(an_order(), "p1", None, None, "h1")
    order = orders.of_buyer(order, "p2", "c1", "acc", "h2")
    assert (order.person_id, order.cart_id, order.account, order.address_hash) == ("p1", "c1", "acc", "h1")


def test_a_forgotten_order_keeps_nothing_but_its_mark():
    order = orders.of_buyer(an_order(), "p1", "c1", "acc", "h1")
    gone = orders.erase(replace(order, version=3), START + DAY)
    assert gone == Order("demo", "o1", version=3, erased_at=START + DAY)
    assert orders.erase(gone, START + 2 * DAY).erased_at == START + DAY
