"""The record of an order is what was told of it, in whatever order, late, twice, and by whomever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from cartback.domain.money import Money
from cartback.domain.observations import OrderSeen, ParcelSeen, PaymentFailed, RefundSeen, ReturnSeen
from cartback.domain.trade import orders, sale
from cartback.domain.trade.items import Item
from cartback.domain.trade.orders import Order
from cartback.domain.trade.precedence import SOURCES
from cartback.domain.trade.sale import PaymentTold, Piece, Sale
from tests.fakes.world import START

quickly = settings(max_examples=60, deadline=None)
WHEN = st.integers(0, 5).map(lambda hours: START + timedelta(hours=hours))
SUM = st.none() | st.integers(0, 300).map(lambda cents: Money(cents, "EUR"))
SOURCE = st.sampled_from(SOURCES)
PIECES = st.none() | st.lists(st.builds(Piece, st.sampled_from("ab"), st.integers(1, 3)), max_size=2).map(
    tuple
)
PAYMENT = st.builds(
    PaymentTold, st.sampled_from(["p1", "p2"]), WHEN, st.sampled_from(sorted(sale.PAYMENT_STATES)), SUM
)
SALE = st.builds(
    Sale,
    source=SOURCE,
    items=st.none()
    | st.lists(st.builds(Item, st.sampled_from("ab"), st.just("Lamp")), max_size=2).map(tuple),
    goods=SUM,
    tax=SUM,
    standing=st.none() | st.sampled_from(sorted(sale.STANDINGS)),
    payments=st.lists(PAYMENT, max_size=2).map(tuple),
    shipped=st.none() | st.booleans(),
    due_at=st.none() | WHEN,
)
ORDERED = st.builds(
    OrderSeen,
    refs=st.just(()),
    order_ref=st.just("o1"),
    placed_at=st.just(START),
    at=WHEN,
    total=SUM,
    paid=st.booleans(),
    cancelled_at=st.none() | WHEN,
    coupon_codes=st.sampled_from([(), ("TEN",)]),
    paid_at=st.none() | WHEN,
    sale=st.none() | SALE,
)
PARCEL = st.builds(
    ParcelSeen,
    st.just("o1"),
    st.sampled_from(["x", "y"]),
    WHEN,
    st.none() | st.sampled_from(sorted(sale.PARCEL_STATES)),
    pieces=PIECES,
    carrier=st.none() | st.sampled_from(["dhl", "dpd"]),
    eta=st.none() | WHEN,
    source=SOURCE,
)
RETURN = st.builds(
    ReturnSeen,
    st.just("o1"),
    st.just("r"),
    WHEN,
    st.sampled_from(sorted(sale.RETURN_STATES)),
    PIECES,
    source=SOURCE,
)
REFUND = st.builds(RefundSeen, st.just("o1"), st.sampled_from("12"), WHEN, SUM, st.booleans(), source=SOURCE)
FAILED = st.builds(
    PaymentFailed, st.just("o1"), st.sampled_from("12"), WHEN, st.just("declined"), SUM, source=SOURCE
)
WORDS = st.lists(ORDERED | PARCEL | RETURN | REFUND | FAILED, min_size=1, max_size=8)


def folded(words, order: Order = Order("demo", "o1")) -> Order:  # noqa: B008 (a frozen value)
    for seen in words:
        match seen:
            case OrderSeen():
                order = orders.ordered(order, seen)
            case ParcelSeen():
                order = orders.packed(order, seen)
            case ReturnSeen():
                order = orders.sent_back(order, seen)
            case RefundSeen():
                order = orders.paid_back(order, seen)
            case PaymentFailed():
                order = orders.attempted(order, seen)
    return order


@quickly
@given(WORDS, st.randoms(use_true_random=False))
def test_whatever_the_order_in_which_words_of_an_order_come_the_same_row_results(words, chance):
    shuffled = list(words)
    chance.shuffle(shuffled)
    assert folded(shuffled) == folded(words)


@quickly
@given(WORDS)
def test_what_is_told_again_changes_nothing(words):
    once = folded(words)
    assert folded(words, once) == once


@quickly
@given(WORDS, WORDS)
def test_two_rows_that_are_one_order_know_together_what_one_row_would_have_known(one, other):
    known, left = orders.absorb(folded(one), folded(other, Order("demo", "pi_1", version=7)))
    assert known == folded([*one, *other])
    assert left == Order("demo", "pi_1", version=7, joined="o1")


@quickly
@given(st.lists(ORDERED, min_size=2, max_size=6))
def test_of_the_words_of_one_source_the_latest_counts_in_every_field_that_it_tells(words):
    told = [replace(one, sale=Sale(source="shop", tax=one.total)) for one in words]
    row = folded(told)
    last = [one.total for one in sorted(told, key=lambda one: one.at) if one.total is not None]
    if last:
        at = max(one.at for one in told if one.total is not None)
        assert row.tax in {one.total for one in told if one.at == at}
    else:
        assert row.tax is None


@quickly
@given(WORDS)
def test_what_nobody_told_is_absent(words):
    row = folded(words)
    told = [one.sale.goods for one in words if isinstance(one, OrderSeen) and one.sale]
    assert row.goods in (told or [None]) or row.goods is None
    assert (row.goods is None) == (not any(told_sum is not None for told_sum in told))


def test_a_carrier_knows_better_than_a_shop_where_a_parcel_is_however_late_the_shop_speaks():
    there = ParcelSeen("o1", "x", START, sale.DELIVERED, source="carrier")
    shop = ParcelSeen("o1", "x", START + timedelta(days=2), sale.IN_TRANSIT, source="shop")
    for words in ([there, shop], [shop, there]):
        assert folded(words).parcels["x"].state == sale.DELIVERED


def test_an_order_has_at_most_as_many_parcels_as_are_kept_and_the_newest_of_them():
    many = [ParcelSeen("o1", f"x{n}", START + timedelta(minutes=n), sale.SHIPPED) for n in range(210)]
    kept = folded(many).parcels
    assert set(kept) == {f"x{n}" for n in range(10, 210)}
    times = [kept[name].shipped_at for name in kept]
    assert all(one < other for one, other in pairwise(times))
