"""Lines, what they are called, and what a message may say that they cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest

from cartback.domain.goods.article import named, told_once
from cartback.domain.goods.catalogue import Stock, dressed
from cartback.domain.language import spoken_to
from cartback.domain.money import Money, number_in_words
from cartback.domain.observations import CartSeen
from cartback.domain.people.customer import Person
from cartback.domain.policy import Crowd
from cartback.domain.trade.bill import AS_TOLD, GROSS, NET, bill_of
from cartback.domain.trade.bots import MOST_EVER, suspect
from cartback.domain.trade.cart import Cart, see
from cartback.domain.trade.items import (
    EXCLUDED,
    INCLUDED,
    SHOWN_APART,
    Item,
    completed,
    counted,
    priced,
    total_of,
)
from tests.fakes.world import START


def euros(amount: str) -> Money:
    return Money.parse(amount, "EUR")


CUP = Item("v1", "Becher", unit_price=euros("24.90"))
GIFT = replace(CUP, unit_price=euros("0.00"))
BARE = Item("v1", "Becher")


def prices(items, others) -> list[str | None]:
    return [item.unit_price and str(item.unit_price.major) for item in completed(tuple(items), tuple(others))]


def test_a_gift_beside_the_same_goods_keeps_its_own_price():
    assert prices([BARE, BARE], [CUP, GIFT]) == ["24.90", "0.00"]
    assert prices([BARE, BARE], [GIFT, CUP]) == ["0.00", "24.90"]


def test_lines_in_another_order_are_known_by_their_words():
    plain, engraved = replace(CUP, title="Becher"), replace(GIFT, title="Becher mit Gravur")
    told = [replace(engraved, unit_price=None), replace(plain, unit_price=None)]
    assert prices(told, [plain, engraved]) == ["0.00", "24.90"]


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ([BARE], [CUP, GIFT]),
        ([BARE, BARE], [CUP]),
        ([replace(BARE, quantity=2), BARE], [CUP, GIFT]),
        ([BARE, BARE, BARE], [CUP, GIFT]),
    ],
)
def test_what_cannot_be_matched_has_no_price_and_no_sum_is_invented(told, known):
    lines = completed(tuple(told), tuple(known))
    assert {line.unit_price for line in lines} == {None}
    assert total_of(lines) is None


def test_two_lines_of_one_price_share_it_whatever_their_number():
    assert prices([replace(BARE, quantity=2)], [CUP, CUP]) == ["24.90"]


def test_a_price_of_another_currency_fills_no_gap():
    crowns = Item("v2", "Krug", unit_price=Money(10000, "CZK"))
    assert prices([crowns, BARE], [CUP]) == ["100.00", None]


def test_what_a_line_costs_in_all_stays_with_its_quantity():
    three = priced(Item("v1", "Becher", quantity=3), euros("10.00"))
    assert (three.unit_price, three.whole) == (euros("3.33"), euros("10.00"))
    assert completed((Item("v1", "Becher", quantity=3),), (three,))[0].cost == euros("10.00")
    assert completed((Item("v1", "Becher", quantity=2),), (three,))[0].cost == euros("6.66")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (2, 2),
        (Decimal("2.0"), 2),
        (Decimal("0.5"), Decimal("0.5")),
        (Decimal("0.1234567"), Decimal("0.12346")),
        (Decimal("0.0000001"), Decimal("0.00001")),
        (Decimal("2.9999999"), 3),
        (Decimal("-0.0000001"), Decimal("-0.00001")),
    ],
)
def test_a_quantity_is_a_whole_number_or_has_five_decimals(told, kept):
    assert counted(told) == kept
    assert isinstance(counted(told), type(kept))


def test_rows_with_whole_and_with_parted_quantities_are_read_back():
    old = b'{"shop":"demo","cart_id":"c1","items":[{"variant_id":"v1","title":"Tuch","quantity":2}]}'
    assert msgspec.json.decode(old, type=Cart) == Cart("demo", "c1", items=(Item("v1", "Tuch", quantity=2),))
    half = Cart("demo", "c1", items=(Item("v1", "Tuch", quantity=Decimal("0.5")),), further=3, taxes=EXCLUDED)
    assert msgspec.json.decode(msgspec.json.encode(half), type=Cart) == half


@pytest.mark.parametrize(
    ("number", "german", "english"),
    [
        (2, "2", "2"),
        (Decimal("0.5"), "0,5", "0.5"),
        (Decimal("1234.25"), "1.234,25", "1,234.25"),
        (1500, "1.500", "1,500"),
    ],
)
def test_a_number_is_written_as_its_reader_writes_it(number, german, english):
    assert (number_in_words(number, "de"), number_in_words(number, "en")) == (german, english)


# names


@pytest.mark.parametrize(
    ("title", "variant", "once"),
    [
        ("Becher – Blau / M", "Blau / M", ("Becher – Blau / M", None)),
        ("Becher - Blau, M", "Blau / M", ("Becher - Blau, M", None)),
        ("Becher", "Blau / M", ("Becher", "Blau / M")),
        ("Becher", "Becher - Blau", ("Becher", "Blau")),
        ("Kanister 1,5 l", "5 l", ("Kanister 1,5 l", "5 l")),
        ("Blau", "Blau", ("Blau", "Blau")),
        ("Becher", None, ("Becher", None)),
    ],
)
def test_a_variant_is_told_once(title, variant, once):
    assert told_once(title, variant) == once


@pytest.mark.parametrize(
    ("title", "product", "variant", "known_as"),
    [
        ("Becher – Blau", "Becher", "Blau", ("Becher", "Blau")),
        ("Becher – Blau", "Becher", "Ozeanblau", ("Becher – Blau", None)),
        ("Becher (Blau)", None, "Ozeanblau", ("Becher (Blau)", None)),
        ("Tasse (Blau)", "Becher", "Ozeanblau", ("Tasse (Blau)", None)),
        ("Becher", "Becher", "Blau", ("Becher", "Blau")),
        ("Tasse", "Becher", "Blau", ("Tasse", "Blau")),
        ("Becherhalter", "Becher", "Blau", ("Becherhalter", "Blau")),
    ],
)
def test_a_line_bears_one_name_of_its_variant(title, product, variant, known_as):
    assert named(title, product, variant) == known_as


def test_the_words_of_a_page_give_way_to_the_shops():
    page = Item("v1", "Zahlen Sie jetzt", hearsay=True)
    assert completed((page,), (replace(CUP, variant_title="Blau"),))[0].title == "Becher"
    stock = Stock("demo", "v1", title="Becher", variant_title="Blau")
    assert (dressed(page, stock).title, dressed(page, stock).variant_title) == ("Becher", "Blau")
    assert dressed(page, Stock("demo", "v1")).title == "Zahlen Sie jetzt"


def test_words_that_only_a_page_said_stand_in_no_mail_about_a_cart_that_the_shop_tells():
    page = Item("v9", "Zahlen Sie jetzt", variant_title="sofort", hearsay=True)
    cart = Cart("demo", "c1", items=(page,), seen={"page": START})
    assert bill_of(cart, cart.items).items == (page,)
    (shown,) = bill_of(replace(cart, seen={"page": START, "checkout": START}), cart.items).items
    assert (shown.title, shown.variant_title) == ("", None)


# sums


def a_cart(*items: Item, **more) -> Cart:
    return Cart("demo", "c1", items=items, **more)


def test_the_sum_is_that_of_the_lines_and_never_what_is_to_be_paid():
    bill = bill_of(a_cart(CUP, total=euros("30.80")), (CUP,))
    assert (bill.total, bill.discount) == (euros("24.90"), None)
    assert bill_of(a_cart(CUP, goods=euros("30.80")), (CUP,)).total == euros("24.90")


def test_what_lies_on_the_whole_cart_is_a_line_of_its_own():
    bill = bill_of(a_cart(CUP, goods=euros("20.00")), (CUP,))
    assert (bill.total, bill.discount) == (euros("20.00"), euros("4.90"))


def test_there_is_no_sum_of_a_cut_list_of_missing_lines_and_of_two_currencies():
    assert bill_of(a_cart(CUP, goods=euros("99.00"), further=1), (CUP,)).total is None
    assert bill_of(a_cart(CUP, GIFT, goods=euros("24.90")), (CUP,)).total is None
    crowns = Item("v2", "Krug", unit_price=Money(10000, "CZK"))
    assert bill_of(a_cart(CUP, crowns, goods=euros("99.00")), (CUP, crowns)).total is None
    assert bill_of(a_cart(CUP, goods=Money(10000, "CZK")), (CUP,)).total is None
    seen = CartSeen(("cart:1",), START, "cart", (CUP,), further=1)
    assert see(Cart("demo", "c1"), seen, "e1").total is None


def test_a_sum_that_a_shop_told_for_lines_without_prices_is_shown():
    assert bill_of(a_cart(BARE, goods=euros("24.90")), (BARE,)).total == euros("24.90")
    assert bill_of(a_cart(BARE, total=euros("30.80")), (BARE,)).total is None


def test_what_is_free_comes_last():
    assert bill_of(a_cart(GIFT, CUP), (GIFT, CUP)).items == (CUP, GIFT)


TAXED = replace(priced(Item("v1", "Drucker", quantity=2), euros("238.00")), tax=euros("38.00"))
APART = replace(priced(Item("v1", "Drucker", quantity=2), euros("200.00")), tax=euros("38.00"))


@pytest.mark.parametrize(
    ("item", "taxes", "wanted", "price", "total", "net"),
    [
        (TAXED, SHOWN_APART, AS_TOLD, "100.00", "200.00", True),
        (TAXED, SHOWN_APART, GROSS, "119.00", "238.00", False),
        (TAXED, INCLUDED, AS_TOLD, "119.00", "238.00", False),
        (TAXED, INCLUDED, NET, "100.00", "200.00", True),
        (APART, EXCLUDED, AS_TOLD, "100.00", "200.00", True),
        (APART, EXCLUDED, GROSS, "119.00", "238.00", False),
        (APART, EXCLUDED, NET, "100.00", "200.00", True),
        (replace(APART, tax=None), EXCLUDED, GROSS, "100.00", "200.00", True),
        (replace(TAXED, tax=euros("0.00")), SHOWN_APART, AS_TOLD, "119.00", "238.00", False),
        (TAXED, None, NET, "119.00", "238.00", False),
    ],
)
def test_prices_are_shown_as_the_shop_wants_them_and_said_to_be_net_where_they_are(
    item, taxes, wanted, price, total, net
):
    bill = bill_of(a_cart(item, taxes=taxes), (item,), wanted)
    assert (bill.items[0].unit_price, bill.total, bill.net) == (euros(price), euros(total), net)


# how many are too many


ADA = Person("demo", "p1", email="ada@example.com")


@pytest.mark.parametrize(
    ("quantity", "price", "rule"),
    [
        (500, "0.05", None),
        (2_000, "0.40", None),
        (300, "3.20", None),
        (201, "24.90", "absurd_quantity"),
        (500, None, "absurd_quantity"),
        (MOST_EVER + 1, "0.00", "absurd_quantity"),
        (Decimal("200.5"), "100.00", "absurd_quantity"),
    ],
)
def test_small_things_may_be_many_and_dear_ones_not(quantity, price, rule):
    item = Item("v1", "Schraube", quantity=quantity, unit_price=euros(price) if price else None)
    assert suspect(a_cart(item), ADA) == rule


def test_a_currency_without_decimals_counts_its_units_as_hundredths():
    yen = Item("v1", "ネジ", quantity=500, unit_price=Money(100, "JPY"))
    assert suspect(a_cart(yen), ADA) is None
    assert suspect(a_cart(replace(yen, unit_price=Money(2000, "JPY"))), ADA) == "absurd_quantity"


def test_what_is_too_much_is_the_shops_to_say():
    many = a_cart(*(Item(f"v{n}", "x") for n in range(150)))
    assert suspect(many, ADA) == "many_lines"
    assert suspect(many, ADA, Crowd(lines=500)) is None
    dear = a_cart(replace(CUP, quantity=500))
    assert suspect(dear, ADA, Crowd(worth=5_000_000)) is None


# languages


@pytest.mark.parametrize(
    ("wishes", "spoken"),
    [
        (("en", "de", "de", "DE"), "en"),
        ((None, "en_GB", "de", "DE"), "en"),
        ((None, None, "en", "DE"), "en"),
        ((None, None, None, "GB"), "en"),
        ((None, "fr", None, "GB"), "en"),
        ((None, None, None, "CH"), "de"),
        ((None, None, None, None), "de"),
        ((None, "ENU", None, "DE"), "en"),
        ((None, "DEA", "en", "GB"), "de"),
    ],
)
def test_the_order_speaks_before_the_person_and_the_person_before_the_country(wishes, spoken):
    assert spoken_to(*wishes, offered=("de", "en")) == spoken


def test_a_language_that_the_shop_does_not_offer_is_not_spoken():
    assert spoken_to("en", "en", "en", "GB", offered=("de",)) == "de"


def test_the_language_of_the_cart_is_not_the_persons():
    seen = CartSeen(("cart:1",), START, "cart", (CUP,), locale="en")
    assert see(Cart("demo", "c1", locale="de"), seen, "e1").locale == "en"
