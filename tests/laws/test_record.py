"""What the page about the record of trade says is what the code does."""

from __future__ import annotations

import re

from cartback.domain.facts import CATALOGUE
from cartback.domain.goods import levels, prices
from cartback.domain.trade.precedence import PRECEDENCE, SOURCES
from cartback.store.tables import ORDERS_KEPT, STRAYS_KEPT
from cartback.usecases.intake.record_trade import TOO_OLD
from tests.laws.reading import ROOT

PAGE = (ROOT / "docs" / "record.md").read_text()


def test_who_is_believed_is_on_the_page_as_it_is_in_the_code():
    rows = re.findall(r"^\| `(\w+)` \| ((?:\w+ \| ){4}\w+) \|$", PAGE, re.MULTILINE)
    assert {part: tuple(ranked.split(" | ")) for part, ranked in rows} == PRECEDENCE
    assert all(sorted(ranked) == sorted(SOURCES) for ranked in PRECEDENCE.values())


def test_no_order_is_taken_in_whose_row_would_be_over():
    assert TOO_OLD == ORDERS_KEPT
    assert "two years" in PAGE
    assert f"wait {STRAYS_KEPT.days}\ndays" in PAGE


def test_the_facts_that_the_page_names_are_of_the_catalogue():
    named = set(re.findall(r"`([a-z]+\.[a-z_]+)`", PAGE))
    assert named <= set(CATALOGUE)
    assert {"order.shipped", "parcel.delivered", "return.received"} <= named


def test_the_limits_of_stock_and_the_days_of_prices_are_those_of_the_code():
    first, second, third = levels.LIMITS
    assert f"passes {first}, {second} or {third} pieces" in PAGE
    assert levels.RISE == 10
    assert "when ten pieces or more" in PAGE
    assert prices.BEFORE_A_REDUCTION.days == 30
    assert prices.MOST_RUNS == 40
    assert "Forty prices" in PAGE
    assert [levels.margin(limit) for limit in (0, 1, 5, 15)] == [0, 1, 1, 3]
