"""Amounts: exact, in every number of minor digits, and never a float."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.money import Money, exponent, in_words

CURRENCIES = ["EUR", "JPY", "KWD", "CLF", "XYZ"]


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("19.90", "EUR", 1990),
        ("19.9", "eur", 1990),
        (20, "JPY", 20),
        ("20", "JPY", 20),
        ("1.234", "KWD", 1234),
        ("1.2345", "CLF", 12345),
        ("-3", "EUR", -300),
        (Decimal("0.1"), "EUR", 10),
        ("1e3", "EUR", 100_000),
    ],
)
def test_a_major_amount_is_read_in_the_minor_units_of_its_currency(text, currency, amount):
    assert Money.parse(text, currency) == Money(amount, currency.upper())


@pytest.mark.parametrize(("text", "amount"), [("0.005", 0), ("0.015", 2), ("0.025", 2), ("0.0251", 3)])
def test_halves_are_rounded_to_the_even_cent(text, amount):
    assert Money.parse(text, "EUR").amount == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "EUR"),
        ("abc", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1e16", "EUR"),
        ("-1e16", "EUR"),
        ("1", ""),
        ("1", "EU"),
        ("1", "E1R"),
        ("1", "ÄUR"),
        ("1e999999999", "EUR"),
    ],
)
def test_what_is_no_finite_amount_of_a_currency_is_a_value_error(text, currency):
    with pytest.raises(ValueError):  # noqa: PT011 - each case fails for a reason of its own
        Money.parse(text, currency)


def test_an_amount_far_below_the_smallest_coin_is_nothing():
    assert Money.parse("1e-999999999", "EUR") == Money(0, "EUR")


@given(st.integers(-(10**12), 10**12), st.sampled_from(CURRENCIES))
def test_an_amount_survives_the_way_through_its_major_units(amount, currency):
    money = Money(amount, currency)
    assert Money.parse(money.major, currency) == money
    assert -money.major.as_tuple().exponent == exponent(currency)


def test_sums_across_currencies_are_refused():
    assert Money(1, "EUR").plus(Money(2, "EUR")) == Money(3, "EUR")
    assert Money(1250, "EUR").times(2) == Money(2500, "EUR")
    with pytest.raises(ValueError, match="USD"):
        Money(1, "EUR").plus(Money(2, "USD"))


@pytest.mark.parametrize(
    ("money", "lang", "words"),
    [
        (Money(123450, "EUR"), "de", "1.234,50\u00a0€"),
        (Money(123450, "EUR"), "en", "€1,234.50"),
        (Money(1234500, "JPY"), "en", "¥1,234,500"),
        (Money(1234500, "KWD"), "en", "KWD\u00a01,234.500"),
        (Money(1234500, "KWD"), "de", "1.234,500\u00a0KWD"),
        (Money(5, "CHF"), "de", "0,05\u00a0CHF"),
        (Money(-100, "EUR"), "en", "-€1.00"),
        (Money(-100, "EUR"), "de", "-1,00\u00a0€"),
    ],
)
def test_amounts_are_written_as_their_language_writes_them(money, lang, words):
    assert in_words(money, lang) == words


@pytest.mark.parametrize(
    ("currency", "german", "english"),
    [
        ("EUR", "10,00\u00a0€", "€10.00"),
        ("USD", "10,00\u00a0$", "$10.00"),
        ("GBP", "10,00\u00a0£", "£10.00"),
        ("INR", "10,00\u00a0₹", "₹10.00"),
        ("KRW", "1.000\u00a0₩", "₩1,000"),
        ("CHF", "10,00\u00a0CHF", "CHF\u00a010.00"),
    ],
)
def test_a_currency_is_shown_by_the_symbol_that_its_readers_know(currency, german, english):
    assert (in_words(Money(1000, currency), "de"), in_words(Money(1000, currency), "en")) == (german, english)
