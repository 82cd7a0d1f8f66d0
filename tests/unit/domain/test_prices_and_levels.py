"""What things cost before a reduction, when stock is low, and when somebody has lapsed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartback.domain.goods import catalogue, prices
from cartback.domain.goods.catalogue import Product, Stock
from cartback.domain.goods.goods_facts import told_of_product, told_of_variant
from cartback.domain.goods.gtin import gtin
from cartback.domain.money import Money
from cartback.domain.observations import ProductSeen, StockSeen, VariantSeen
from cartback.domain.trade import lapse, ownership
from cartback.domain.trade.items import Item
from cartback.domain.trade.orders import Order
from tests.fakes.world import START

DAY = timedelta(days=1)
TOLD = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 3)), unique_by=lambda told: told[0], min_size=1, max_size=8
)


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def runs(*told: tuple[int, int]) -> tuple[prices.Run, ...]:
    """The history that follows from prices told on days."""
    known: tuple[prices.Run, ...] = ()
    for day, amount in told:
        known = prices.told(known, euros(amount), START + day * DAY)
    return known


def day(number: int):
    return START + number * DAY


# prices ---------------------------------------------------------------------------------------------------------------


def test_the_lowest_price_before_a_reduction_is_that_of_thirty_days_whenever_it_began():
    known = runs((0, 100), (20, 80), (25, 120), (60, 90))
    assert prices.lowest_before(known, day(26)) == euros(80)
    assert prices.lowest_before(known, day(54)) == euros(80), "in effect until the 25th day"
    assert prices.lowest_before(known, day(60)) == euros(120)
    assert prices.lowest_before(known, day(0)) is None


def test_another_currency_is_no_lower_price():
    known = prices.told(runs((0, 10)), Money(5000, "JPY"), day(5))
    assert prices.lowest_before(known, day(6)) == Money(5000, "JPY")
    assert prices.changed_at(known, day(5)) is None


def test_a_price_that_is_told_again_and_again_is_one_run():
    known = runs((0, 100), (1, 100), (2, 100))
    assert known == (prices.Run(euros(100), day(0), day(2)),)
    assert prices.at(known, day(9)) == euros(100)
    assert prices.at(known, day(-1)) is None


def test_late_news_of_a_price_finds_its_place():
    known = runs((0, 100), (10, 100), (5, 70))
    assert [(run.price.amount, run.since) for run in known] == [(100, day(0)), (70, day(5)), (100, day(10))]


@settings(max_examples=100, deadline=None)
@given(TOLD)
def test_the_price_of_each_day_that_is_told_in_its_order_is_remembered_as_it_was_told(told):
    known = runs(*sorted(told))
    for number, amount in told:
        assert prices.at(known, day(number)) == euros(amount)
    assert all(one.price != other.price for one, other in pairwise(known))


@settings(max_examples=200, deadline=None)
@given(TOLD, st.integers(1, 60), st.integers(1, 30))
def test_in_whatever_order_prices_come_the_lowest_before_a_reduction_is_never_above_the_true_one(
    told, reduced, within
):
    late, true = runs(*told), runs(*sorted(told))
    lowest = prices.lowest_before(late, day(reduced), within * DAY)
    known = prices.lowest_before(true, day(reduced), within * DAY)
    assert (lowest is None) == (known is None)
    assert known is None or lowest.amount <= known.amount


def test_only_so_many_prices_are_remembered():
    known = runs(*((number, 100 + number % 2) for number in range(60)))
    assert len(known) == prices.MOST_RUNS
    assert known[-1].since == day(59)


# levels ---------------------------------------------------------------------------------------------------------------


def counted(*pieces: int) -> tuple[Stock, list[str]]:
    """A variant of which so many were counted, day by day, and what was told of it."""
    stock, told = Stock("demo", "v1"), []
    for number, count in enumerate(pieces):
        stock = catalogue.count(stock, StockSeen(day(number), count, "v1"))
        told += [f"{fact.name}:{fact.data.get('limit', '')}" for fact in told_of_variant(stock, day(number))]
    return stock, told


def test_the_first_count_that_is_known_crosses_nothing():
    assert counted(3)[1] == []
    assert counted(0)[1] == []


def test_each_limit_is_told_once_and_again_only_after_stock_was_above_it_by_a_margin():
    assert counted(20, 14, 13, 16, 14)[1] == ["stock.low:15"]
    assert counted(20, 14, 18, 19, 15)[1] == ["stock.low:15", "stock.low:15"]
    assert set(counted(20, 4)[1]) == {"stock.low:15", "stock.low:8", "stock.low:5"}


def test_out_and_back_are_told_with_a_count_of_their_own():
    stock, told = counted(6, 0, 0, 2, 0)
    assert [name for name in told if not name.startswith("stock.low")] == [
        "stock.out:",
        "stock.back:",
        "stock.out:",
    ]
    assert stock.crossings["0"].count == 2


def test_many_pieces_more_are_a_delivery_and_a_few_are_not():
    assert counted(1, 10)[1] == []
    assert "supply.received:" in counted(1, 11)[1]


def test_of_what_is_sold_on_below_zero_nothing_is_low():
    stock = Stock("demo", "v1", endless=True)
    for number, count in enumerate((20, 0)):
        stock = catalogue.count(stock, StockSeen(day(number), count, "v1"))
    assert list(told_of_variant(stock, day(1))) == []


def test_the_same_word_told_again_tells_the_same_facts():
    stock, _ = counted(20, 4)
    again = catalogue.count(stock, StockSeen(day(1), 4, "v1"))
    assert again == stock
    facts = [fact.fact_id for fact in told_of_variant(stock, day(1))]
    assert facts == [fact.fact_id for fact in told_of_variant(again, day(1))]
    assert len(set(facts)) == 3


def test_what_is_on_its_way_is_known_by_place():
    stock = catalogue.count(Stock("demo", "v1"), StockSeen(START, 3, "v1", location="a", incoming=40))
    stock = catalogue.count(stock, StockSeen(START, 3, "v1", location="b", incoming=2, expected_at=day(3)))
    assert (stock.available, stock.on_its_way) == (6, 42)
    assert Stock("demo", "v1").on_its_way is None


# products -------------------------------------------------------------------------------------------------------------


def priced(at, amount: int, **more) -> Stock:
    return catalogue.describe(Stock("demo", "v1"), VariantSeen("v1", "Lamp", price=euros(amount), **more), at)


def test_a_price_that_fell_below_the_lowest_of_thirty_days_is_told_with_it():
    stock = catalogue.describe(priced(day(0), 100), VariantSeen("v1", "Lamp", price=euros(80)), day(40))
    changed, dropped = told_of_variant(stock, day(40))
    assert (changed.name, changed.data["before"], changed.data["amount"]) == ("price.changed", 100, 80)
    assert (dropped.name, dropped.data["lowest"]) == ("price.dropped", 100)


def test_a_price_that_is_lower_than_yesterday_and_not_than_last_week_is_no_drop():
    stock = Stock("demo", "v1")
    for number, amount in ((0, 80), (5, 120), (10, 90)):
        stock = catalogue.describe(stock, VariantSeen("v1", "Lamp", price=euros(amount)), day(number))
    assert [fact.name for fact in told_of_variant(stock, day(10))] == ["price.changed"]


def entered(*told: tuple[int, bool], made=None, whole=True) -> tuple[Product, list[str]]:
    product, facts = Product("demo", "p1"), []
    for number, deleted in told:
        seen = ProductSeen(
            "p1", day(number), (VariantSeen("v1", "Lamp"),), deleted, whole=whole, made_at=made
        )
        product = catalogue.enter(product, seen)
        facts += [fact.name for fact in told_of_product(product, day(number))]
    return product, facts


def test_a_product_is_put_on_sale_when_it_was_not_before_or_is_new():
    assert entered((0, False))[1] == []
    assert entered((0, False), made=day(0))[1] == ["product.activated"]
    assert entered((0, True), (1, False), (2, False))[1] == ["product.activated"]
    assert entered((0, True), (1, False), (2, True), (3, False))[0].activations == 2
    assert entered((1, True), (0, False))[1] == [], "old news"
    assert entered((0, True), (1, False), whole=False)[1] == [], "of a variant alone"


def test_a_product_keeps_what_was_told_of_it_last_and_what_was_not_told_again():
    first = ProductSeen("p1", day(1), tags=("new",), category="Lamps")
    product = catalogue.enter(Product("demo", "p1"), first)
    product = catalogue.enter(product, ProductSeen("p1", day(2), tags=("sale",)))
    product = catalogue.enter(product, ProductSeen("p1", day(0), tags=("old",), vendor="nobody"))
    assert (product.tags, product.category, product.vendor) == (("sale",), "Lamps", None)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4006381333931", "4006381333931"),
        ("4 006381-333931", "4006381333931"),
        ("96385074", "96385074"),
        ("036000291452", "036000291452"),
        ("10614141000415", "10614141000415"),
        ("4006381333932", None),
        ("12345", None),
        ("0000000000000", None),
        ("４００６３８１３３３９３１", None),
        ("", None),
        (None, None),
    ],
)
def test_a_number_of_the_trade_is_one_whose_check_digit_fits(text, number):
    assert gtin(text) == number


# lapse ----------------------------------------------------------------------------------------------------------------


def bought(*days: int, product: str = "p1") -> list[Order]:
    items = (Item("v1", "Lamp", product_id=product),)
    return [Order("demo", f"o{number}", placed_at=day(number), items=items) for number in days]


def test_somebody_has_lapsed_who_bought_nothing_for_so_long_and_nobody_who_never_bought():
    told = ownership.history(bought(0, 30))
    assert lapse.lapses_at(told, 90 * DAY) == day(120)
    assert not lapse.has_lapsed(told, 90 * DAY, day(119))
    assert lapse.has_lapsed(told, 90 * DAY, day(120))
    assert not lapse.has_lapsed(ownership.History(), 90 * DAY, day(999))


def test_a_thing_is_wanted_again_by_the_rhythm_in_which_it_was_bought():
    assert lapse.used_up_at(bought(0, 28, 60, 90), "p1") == day(120)
    assert lapse.used_up_at(bought(0, 28), "p1") is None
    assert lapse.used_up_at(bought(0, 28, 60), "p2") is None
    assert ownership.history(bought(0)).owned["v1"].kept == Decimal(1)
