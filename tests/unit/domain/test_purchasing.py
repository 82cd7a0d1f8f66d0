"""What to order, and why so many."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cartback.domain.goods import purchasing, sales
from cartback.domain.goods.catalogue import Stock
from cartback.domain.goods.purchasing import Buying, Line, suggested
from cartback.domain.goods.reordering import OWN, Tiers, limits_of
from cartback.domain.money import Money
from tests.fakes.world import START, a_policy

LINE = Line("PO-1", "SKU-1", "4006381333931", "Lamp", 40, Money(450, "EUR"), "Lichtweg 3")


def test_the_sneakers_of_the_book_are_five_hundred():
    """AI-7: at 18 a day 342 last for 19 days; 14 days of delivery, 30 until the next order, 50 for safety."""
    found = suggested(342, 0, Decimal("126.0"), Buying(lead_days=14, review_days=30, safety=50))
    assert (found.days_left, found.pieces) == (19, 500)
    assert found.arithmetic == "792 + 50 - 342 - 0 = 500"


@pytest.mark.parametrize(
    ("available", "coming", "weekly", "buying", "pieces"),
    [
        (7, 0, None, Buying(), 8),
        (7, 5, None, Buying(), 3),
        (-3, 0, None, Buying(), 18),
        (15, 0, None, Buying(), 1),
        (7, 0, None, Buying(pack=6), 12),
        (7, 0, None, Buying(pack=0), 8),
        (7, 0, None, Buying(safety=20), 13),
        (0, 0, Decimal("0.1"), Buying(), 15),
        (0, 0, Decimal("7.0"), Buying(), 44),
        (0, 0, Decimal("7.1"), Buying(), 45),
    ],
)
def test_an_order_covers_demand_or_fills_up_in_whole_packs(available, coming, weekly, buying, pieces):
    assert suggested(available, coming, weekly, buying).pieces == pieces


def test_nobody_knows_how_long_it_lasts_before_something_was_sold():
    assert suggested(7, 0, None, Buying()).days_left is None
    assert suggested(-2, 0, Decimal("7.0"), Buying()).days_left == 0


def test_an_order_is_a_line_under_its_headings_and_holds_no_formula():
    heads, line = purchasing.document(LINE).splitlines()
    assert tuple(heads.split(",")) == purchasing.COLUMNS
    assert line == "PO-1,SKU-1,4006381333931,Lamp,40,4.50,180.00,EUR,Lichtweg 3"
    wild = replace(LINE, article="=2+3", name='a "big", lamp', gtin="", price=None, deliver_to="@x")
    assert purchasing.document(wild).splitlines()[1] == 'PO-1,\'=2+3,,"a ""big"", lamp",40,,,,\'@x'


def test_what_left_is_counted_by_week_and_old_weeks_are_forgotten():
    known = sales.left({}, 3, START)
    known = sales.left(known, 4, START + timedelta(days=1))
    assert list(known.values()) == [7]
    assert sales.weekly(known, START) == Decimal("7.0")
    known = sales.left(known, 14, START + timedelta(days=21))
    assert sales.weekly(known, START + timedelta(days=21)) == Decimal("6.7")
    known = sales.left(known, 1, START + timedelta(days=70))
    assert list(known.values()) == [1]
    assert sales.weekly(known, START + timedelta(days=140)) is None
    assert sales.weekly({}, START) is None


def test_late_news_of_an_older_week_keeps_its_own_week():
    known = sales.left(sales.left({}, 5, START), 2, START - timedelta(days=7))
    assert sorted(known.values()) == [2, 5]


@pytest.mark.parametrize(
    "told",
    [
        ["SKU"],
        ["SKU=15"],
        ["=15/8"],
        ["SKU=15/8/"],
        ["SKU=999999/1"],
        ["SKU=٣/٢"],
        ["A=1/1", "A=2/1"],
        [7],
        "A=1/1",
        ["A=1/1"] * 501,
    ],
)
def test_limits_of_an_article_that_make_no_sense_are_refused(told):
    with pytest.raises(ValueError):  # noqa: PT011 - what it says is the value itself
        OWN.read(told)


def test_an_article_may_have_limits_of_its_own():
    found = OWN.read(["A=B/1=20/10", "SKU 1=20/0"])
    assert found == {"A=B/1": Tiers(20, 10), "SKU 1": Tiers(20, 0)}
    assert OWN.read(OWN.told(found)) == found


def test_a_shop_that_wants_nothing_of_it_is_looked_at_from_the_usual_limits():
    stock = Stock("demo", "v1", sku="SKU 1")
    assert limits_of(stock, None) == limits_of(stock, a_policy()) == (15, 8, 5)
    own = {"low_stock": {"own_limits": ["v1=40/20"], "order_at": 0}}
    policy = a_policy(flows=frozenset({"low_stock"}), options=own)
    assert limits_of(stock, policy) == (40, 20, 5)
    assert limits_of(Stock("demo", "v2"), policy) == (15, 5)
