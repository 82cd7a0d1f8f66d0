"""What is left of a variant: whatever comes first, the newest word per place counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain import catalogue
from cartback.domain.catalogue import Stock, still_there
from cartback.domain.observations import StockSeen, VariantSeen
from tests.fakes.world import START

MINUTE = timedelta(minutes=1)
NEW = Stock("demo", "v1")


def counted(minutes: int, pieces: int | None, place: str = "hall") -> StockSeen:
    return StockSeen(START + minutes * MINUTE, pieces, "v1", location=place)


def described(minutes: int, **more) -> tuple[VariantSeen, int]:
    return VariantSeen("v1", f"Hemd {minutes}", **more), minutes


def fold(news, stock: Stock = NEW) -> Stock:
    for one in news:
        if isinstance(one, StockSeen):
            stock = catalogue.count(stock, one)
        else:
            seen, minutes = one
            stock = catalogue.describe(stock, seen, START + minutes * MINUTE)
    return stock


counts = st.lists(
    st.builds(counted, st.integers(0, 9), st.none() | st.integers(0, 5), st.sampled_from(["hall", "attic"])),
    max_size=5,
    unique_by=lambda seen: (seen.at, seen.location),
)
descriptions = st.lists(
    st.builds(
        lambda minutes, left, endless: described(minutes, available=left, endless=endless),
        st.integers(0, 9),
        st.none() | st.integers(0, 5),
        st.booleans(),
    ),
    max_size=3,
    unique_by=lambda said: said[1],
)


@given(
    st.tuples(counts, descriptions)
    .map(lambda both: [*both[0], *both[1]])
    .flatmap(lambda news: st.tuples(st.just(news), st.permutations(news)))
)
def test_any_order_of_counts_and_descriptions_ends_the_same_where_places_are_counted(orders):
    news, mixed = orders
    one, other = fold(news), fold(mixed)
    assert (one.title, one.endless) == (other.title, other.endless)
    if any(isinstance(seen, StockSeen) for seen in news):
        assert one.levels == other.levels
        assert one.available == other.available


@pytest.mark.parametrize(
    ("stock", "there"),
    [
        (None, True),
        (NEW, True),
        (fold([counted(0, 0)]), False),
        (fold([counted(0, 0), counted(0, 2, "attic")]), True),
        (fold([counted(0, None)]), True),
        (fold([described(0, endless=True), counted(0, 0)]), True),
        (catalogue.withdraw(fold([counted(0, 9)]), START), False),
    ],
    ids=["unheard of", "never counted", "sold out", "in the attic", "not tracked", "endless", "withdrawn"],
)
def test_what_we_know_nothing_of_counts_as_there(stock, there):
    assert still_there(stock) is there


def test_a_late_older_count_never_overwrites_a_newer_one():
    assert fold([counted(5, 0), counted(1, 9)]).available == 0


def test_a_product_that_was_withdrawn_returns_only_by_newer_words():
    gone = catalogue.withdraw(fold([described(1)]), START + 5 * MINUTE)
    assert fold([described(3)], gone).deleted
    assert not fold([described(6)], gone).deleted
    assert not catalogue.withdraw(fold([described(6)]), START + 5 * MINUTE).deleted
