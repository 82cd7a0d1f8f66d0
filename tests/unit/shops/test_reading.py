"""The reader for JSON that nobody vouches for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.shops.shopify.goods import read_link


def field(value):
    return Reader(value, "a.b")


def test_fields_of_a_null_are_null_and_fields_of_anything_else_are_refused():
    document = payload_reader.parse('{"customer": null, "name": "x"}')
    assert document["customer"]["address"]["city"].is_null
    with pytest.raises(Refused, match=r"^name must be an object$"):
        document["name"]["first"]


def test_the_fields_of_an_empty_list_are_null_because_php_writes_an_empty_object_so():
    document = payload_reader.parse('{"billing": [], "lines": [1]}')
    assert document["billing"]["email"].is_null
    with pytest.raises(Refused, match=r"^lines must be an object$"):
        document["lines"]["email"]


@pytest.mark.parametrize("value", [False, 5, [], {}, None, "", "ftp://x.example", "https://a b"])
def test_a_link_that_we_cannot_use_is_none_and_costs_nothing_else(value):
    assert field(value).usable_link() is None
    assert read_link(field(value)) is None


def test_a_path_tells_fields_and_positions():
    (_, second) = payload_reader.parse('{"lines": [{}, {"price": {}}]}')["lines"].each()
    with pytest.raises(Refused, match=r"^lines\[1\]\.price must be an amount of money$"):
        second["price"].money("EUR")


def test_fractions_are_never_floats():
    assert payload_reader.parse('{"a": 0.1}')["a"].value == Decimal("0.1")


def test_a_field_that_is_there_with_null_is_there():
    document = payload_reader.parse('{"a": null}')
    assert document.has("a")
    assert not document.has("b")
    assert document["a"].maybe(Reader.flag) is None


@given(st.integers(0, 10**30 - 1))
def test_an_id_keeps_every_digit(number):
    assert field(number).identifier() == field(str(number)).identifier() == str(number)


@pytest.mark.parametrize(
    "value", [None, True, -1, 10**30, 1.0, Decimal(1), "", " 1", "a b", "a\x1fb", "ä", "x" * 129, [], {}]
)
def test_what_is_no_id_is_refused(value):
    with pytest.raises(Refused, match=r"^a\.b must be an id$"):
        field(value).identifier()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T19:05:31+01:00", datetime(2026, 11, 20, 18, 5, 31, tzinfo=UTC)),
        ("2026-11-20T19:05:31.877041743Z", datetime(2026, 11, 20, 19, 5, 31, 877041, tzinfo=UTC)),
        ("1900-01-01T00:00:00+14:59", datetime(1899, 12, 31, 9, 1, tzinfo=UTC)),
        ("2199-12-31T23:59:59-14:59", datetime(2200, 1, 1, 14, 58, 59, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_into_utc(text, expected):
    assert field(text).instant() == expected
    assert field(text).instant().tzinfo is UTC


offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=offsets))  # noqa: DTZ001
def test_every_instant_that_python_writes_is_read_back(at):
    assert field(at.isoformat()).instant() == at


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [("1", 0, 9), (True, 0, 9), (None, 0, 9), (Decimal("1.5"), 0, 9), (10, 0, 9), (-1, 0, 9)],
)
def test_what_is_no_whole_number_within_bounds_is_refused(value, least, most):
    with pytest.raises(Refused):
        field(value).integer(least, most)


def test_a_whole_number_may_be_written_with_a_fraction_of_nothing():
    assert field(Decimal("2.0")).integer(0, 9) == 2
    for absurd in ("1E+999999999", "-1E+999999999", "1E-999999999"):
        with pytest.raises(Refused):
            field(Decimal(absurd)).integer(0, 9)


@pytest.mark.parametrize("value", ["19.90", Decimal("19.90"), "19.9"])
def test_money_is_read_exactly(value):
    assert field(value).money("EUR") == Money(1990, "EUR")
    assert field(20).money("JPY") == Money(20, "JPY")


@pytest.mark.parametrize(
    "value", [None, True, 1.5, "", "1,5", "1e3", "1_000", " 1", "٣", "NaN", "9" * 13, Decimal("1E+13")]
)
def test_what_is_no_amount_is_refused(value):
    with pytest.raises(Refused, match=r"^a\.b must be an amount"):
        field(value).money("EUR")


@given(st.text(), st.sampled_from("\x00\r\x85\u2028\u202e\u2066\ud800\udfff"), st.text())
def test_a_cleaned_text_is_one_printable_line_that_can_be_stored(before, bad, after):
    cleaned = payload_reader.clean(before + bad + after)
    assert bad not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert len(cleaned.splitlines()) <= 1
    assert payload_reader.clean(cleaned) == cleaned


@given(st.text(max_size=40), st.integers(1, 20))
def test_a_cut_text_is_never_longer_than_asked_and_a_short_one_stays(text, longest):
    cut = field(text).cut(longest)
    cleaned = payload_reader.clean(text)
    assert len(cut or "") <= longest
    if len(cleaned) <= longest:
        assert (cut or "") == cleaned


@given(st.from_regex(payload_reader.LINK, fullmatch=True))
def test_a_link_cannot_leave_the_attribute_that_it_stands_in(link):
    assert not set(link) & set('"<>\\`{}|^ \t\r\n')
    assert field(link[:2000]).fitting(payload_reader.LINK, 2048) in (link[:2000], None)
