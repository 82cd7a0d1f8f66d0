"""What is left of a variant: whatever comes first, the newest word per place counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.goods import catalogue
from cartback.domain.goods.catalogue import Product, Stock, still_there
from cartback.domain.money import Money
from cartback.domain.observations import ProductSeen, StockSeen, VariantSeen
from cartback.domain.trade.items import Item
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


FULL = VariantSeen(
    "v1", "Hemd", variant_title="Blau", price=Money(5990, "EUR"),
    image_url="https://demo.example/1.jpg", inventory_ref="i1", endless=True,
)  # fmt: skip


def test_a_description_is_kept_word_for_word_and_one_of_the_same_instant_replaces_it():
    stock = catalogue.describe(NEW, FULL, START)
    kept = (
        stock.title,
        stock.variant_title,
        stock.price,
        stock.image_url,
        stock.inventory_ref,
        stock.endless,
    )
    assert kept == ("Hemd", "Blau", Money(5990, "EUR"), "https://demo.example/1.jpg", "i1", True)
    assert catalogue.describe(stock, VariantSeen("v1", "Hose"), START).title == "Hose"


def test_a_products_own_total_counts_until_places_are_counted_and_never_after():
    told = fold([described(1, available=4)])
    assert (told.available, fold([described(2)], told).available) == (4, 4)
    counted_since = fold([counted(2, 1), described(3, available=9), counted(2, 3)], told)
    assert counted_since.levels == {"hall": (START + 2 * MINUTE, 3)}


def test_a_variant_of_which_no_description_is_known_is_withdrawn_at_once():
    assert catalogue.withdraw(NEW, START).deleted


def test_a_line_shows_its_own_picture_and_name_before_the_products():
    stock = catalogue.describe(NEW, FULL, START)
    bare, own = Item("v1", "Hemd"), Item("v1", "Hemd", variant_title="Rot", image_url="https://x.example/2")
    shown = catalogue.dressed(bare, stock)
    assert (shown.variant_title, shown.image_url) == ("Blau", "https://demo.example/1.jpg")
    assert catalogue.dressed(own, stock) == own
    assert catalogue.dressed(own, NEW) == own
    assert catalogue.dressed(bare, None) is bare


# ── a product as a whole ─────────────────────────────────────────────────────────────────────────────────────────

ROOF = Product("demo", "p1")


def of_all(minutes: int, *, deleted: bool) -> ProductSeen:
    return ProductSeen("p1", START + minutes * MINUTE, (), deleted=deleted)


def entered(*words: ProductSeen) -> Product:
    product = ROOF
    for word in words:
        product = catalogue.enter(product, word)
    return product


def test_of_words_about_a_whole_product_the_newest_of_each_kind_is_kept_in_any_order():
    words = [
        of_all(1, deleted=True),
        of_all(5, deleted=True),
        of_all(2, deleted=False),
        of_all(4, deleted=False),
    ]
    for order in (words, words[::-1]):
        product = entered(*order)
        assert (product.gone_at, product.back_at) == (START + 5 * MINUTE, START + 4 * MINUTE)


def test_a_word_about_variants_is_one_about_the_product_only_if_it_names_the_product_itself():
    own = ProductSeen("p1", START, (VariantSeen("p1", "Hemd"), VariantSeen("v2", "Hemd")), deleted=True)
    some = ProductSeen("p1", START, (VariantSeen("v1", "Hemd"),), deleted=True)
    assert (catalogue.means_all(own), catalogue.means_all(some)) == (True, False)
    assert (entered(some).gone_at, entered(some, own).variants) == (None, ("v1", "p1", "v2"))


def test_a_product_is_written_again_only_once_a_month_for_its_words():
    days = [of_all(minutes, deleted=False) for minutes in (0, 29 * 24 * 60, 30 * 24 * 60)]
    assert [entered(*days[:count]).said_at for count in (1, 2, 3)] == [START, START, days[2].at]


def test_a_variant_goes_and_comes_back_with_its_product_and_not_for_a_word_of_its_own():
    alive = fold([described(0)])
    gone = catalogue.overshadowed(entered(of_all(5, deleted=True)), alive)
    assert (gone.deleted, gone.product_at) == (True, START + 5 * MINUTE)
    back = entered(of_all(5, deleted=True), of_all(6, deleted=False))
    returned = catalogue.overshadowed(back, gone)
    assert (returned.deleted, returned.product_at) == (False, START + 6 * MINUTE)
    by_itself = catalogue.withdraw(alive, START + 3 * MINUTE)
    assert catalogue.overshadowed(back, by_itself).deleted
    assert catalogue.overshadowed(back, alive) is alive
    assert catalogue.overshadowed(ROOF, alive) is alive


def test_of_a_product_that_went_and_came_back_at_one_instant_silence_is_the_safe_side():
    both = entered(of_all(5, deleted=True), of_all(5, deleted=False))
    assert catalogue.overshadowed(both, fold([described(0)])).deleted
