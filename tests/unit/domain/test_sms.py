"""How long a text message is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.messaging.sms import GSM_7, UCS_2, length, plain, spelt


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts", "room"),
    [
        ("", GSM_7, 0, 0, 160),
        ("a" * 160, GSM_7, 160, 1, 0),
        ("a" * 161, GSM_7, 161, 2, 145),
        ("a" * 306, GSM_7, 306, 2, 0),
        ("a" * 307, GSM_7, 307, 3, 152),
        ("ü" * 160, GSM_7, 160, 1, 0),
        ("€" * 80, GSM_7, 160, 1, 0),
        ("€" * 81, GSM_7, 162, 2, 143),
        ("я" * 70, UCS_2, 70, 1, 0),
        ("я" * 71, UCS_2, 71, 2, 63),
        ("я" * 134, UCS_2, 134, 2, 0),
        ("\N{SHOPPING TROLLEY}" * 35, UCS_2, 70, 1, 0),
    ],
)
def test_a_message_is_as_long_as_the_standard_counts_it(
    text: str, alphabet: str, units: int, parts: int, room: int
):
    found = length(text)
    assert (found.alphabet, found.units, found.parts, found.room) == (alphabet, units, parts, room)


def test_a_character_of_two_units_is_never_split_between_two_parts():
    """152 and a euro sign are 154: one unit of the first part stays empty."""
    assert length("a" * 152 + "€" + "a" * 151).parts == 2
    assert length("a" * 152 + "€" + "a" * 152).parts == 3
    assert length("я" * 66 + "\N{SHOPPING TROLLEY}" + "я" * 66).parts == 3


def test_it_names_the_characters_that_make_a_message_dear():
    assert length("“Größe” – 5 €").costly == ("“", "”", "–")
    assert length("Größe 5 €").costly == ()


def test_typographic_characters_are_spelt_in_the_short_alphabet():
    assert plain("„Größe“ – 5\u00a0€ … it’s") == '"Größe" - 5 € ... it\'s'
    assert length(plain("„Größe“ – 5\u00a0€ … it’s")).alphabet == GSM_7


@given(st.text(max_size=400))
def test_what_is_spelt_plainly_is_never_longer_in_parts_nor_changed_twice(text: str):
    assert plain(plain(text)) == plain(text)
    if length(plain(text)).alphabet == length(text).alphabet == UCS_2:
        assert length(plain(text)).units <= length(text).units + 2 * text.count("…") + text.count("ẞ")


@given(st.text(max_size=400))
def test_the_parts_hold_the_whole_text(text: str):
    found = length(text)
    single, joined = (160, 153) if found.alphabet == GSM_7 else (70, 67)
    capacity = found.parts * joined if found.parts > 1 else single
    # At most one unit is lost at each end of a part, where a character of two did not fit.
    assert 0 <= capacity - found.units - found.room <= max(0, found.parts - 1)


@pytest.mark.parametrize(
    ("text", "goes_out"),
    [
        ("Crème brûlée \N{SHOPPING TROLLEY} 5 €", "Crème brulée 5 €"),
        ("„Größe“ – Żółty kubek", '"Größe" - Żółty kubek'),
        ("Café \N{HEAVY BLACK HEART}\ufe0f", "Café"),
        ("Лампа \N{SHOPPING TROLLEY}", "Лампа \N{SHOPPING TROLLEY}"),
        ("Lampe Nora", "Lampe Nora"),
    ],
)
def test_accents_and_pictures_make_no_message_dearer_and_other_scripts_stay_whole(text: str, goes_out: str):
    assert spelt(text) == goes_out


@given(st.text(max_size=200))
def test_what_goes_out_has_no_more_parts_than_what_was_written(text: str):
    assert length(spelt(text)).parts <= length(plain(text)).parts
    assert spelt(spelt(text)) == spelt(text)
