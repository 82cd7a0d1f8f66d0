"""Which names an object may hold: nobody who is in it is ever missed, and few are looked for in vain."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.hashes import short
from cartback.domain.intake.sieve import may_hold, sieve


def names(count: int, of: str = "in") -> set[str]:
    return {short(of, number, length=40) for number in range(count)}


@given(st.sets(st.text(min_size=1), max_size=400))
def test_whatever_went_in_is_found(told: set[str]):
    text = sieve(told)
    assert all(may_hold(text, [name]) for name in told)


@pytest.mark.parametrize(("count", "most"), [(1, 2), (30, 2), (200, 6), (500, 600), (1_500, 16_000)])
def test_few_strangers_are_taken_for_somebody_who_is_there(count: int, most: int):
    """Of 20,000; beyond two hundred names the text is as long as it may be, and more are."""
    text = sieve(names(count))
    assert sum(may_hold(text, [stranger]) for stranger in names(20_000, "out")) <= most


@pytest.mark.parametrize("count", [0, 1, 7, 200, 5_000])
def test_a_text_is_short_enough_for_the_name_of_an_object_and_needs_no_escapes(count: int):
    text = sieve(names(count))
    assert 32 <= len(text) <= 800
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    assert text == sieve(sorted(names(count), reverse=True))


def test_an_object_about_nobody_holds_nobody():
    assert not may_hold(sieve(()), names(50))


@pytest.mark.parametrize("text", ["", "?", "abc", "ä", "AAA=A"])
def test_what_is_no_sieve_may_hold_anybody(text: str):
    assert may_hold(text, names(1))


def test_one_of_many_is_enough_and_nobody_looked_for_is_nowhere():
    text = sieve(["ada"])
    assert may_hold(text, ["bob", "ada"])
    assert not may_hold(text, [])
