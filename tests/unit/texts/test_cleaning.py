import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.shop import colours
from cartback.domain.shop.brand import Brand
from cartback.texts import branding
from cartback.texts.cleaning import first_name, one_line

COLOUR = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)

PERSONS = [
    "Erika",
    "José María",
    "Jean-Luc",
    "O’Brien",
    "D'Arcy",
    "J. P.",
    "Jörg",
    "Zoë",
    "李雷",
    "محمد",
    "Ngọc",
    "Thi Thu Ha",
]
ADVERTS = [
    "Win 1000 at evil.example",
    "evil.com",
    "https://evil.example",
    "www.evil.example",
    "<b>Erika</b>",
    "a@evil.example",
    "Erika 💰",
    "E" * 41,
    "",
    "   ",
    "one two three four five",
    "Click here!",
    "{{first_name}}",
    7,
    None,
]


@pytest.mark.parametrize("name", PERSONS)
def test_a_person_is_greeted_by_name_in_any_script(name):
    assert first_name(f"  {name} ") == name


@pytest.mark.parametrize("name", ADVERTS)
def test_a_name_that_is_an_advertisement_is_not_repeated(name):
    assert first_name(name) is None


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_one_line_is_short_printable_and_the_same_when_made_twice(text, limit):
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert one_line(line, limit) == line
    line.encode("utf-8")


def test_direction_characters_go_and_joiners_of_emoji_stay():
    assert one_line("a\u202eb\u2066c\u200ed", 20) == "abcd"
    assert one_line("👩‍👧 فارسی\u200cها", 20) == "👩‍👧 فارسی\u200cها"


@given(COLOUR)
def test_any_accent_stays_true_and_carries_words_that_are_read(accent):
    seen = branding.look(Brand(accent=accent))
    assert seen.accent == accent
    assert colours.contrast(seen.on_accent, accent) >= 4.5


@given(COLOUR)
def test_a_button_that_would_blend_in_with_the_card_has_a_line_around_it_by_day_and_night(accent):
    seen = branding.look(Brand(accent=accent))
    assert colours.contrast(seen.edge, colours.PAPER) >= 3
    assert colours.contrast(seen.night_edge, colours.NIGHT) >= 3


@given(COLOUR, COLOUR, COLOUR)
def test_whatever_colours_a_brand_holds_what_is_written_on_them_is_read(accent, ink, ground):
    seen = branding.look(Brand(accent=accent, on_accent=ink, ground=ground))
    assert colours.contrast(seen.on_accent, seen.accent) >= 4.5
    assert colours.contrast(colours.QUIET, seen.ground) >= 4.5


@given(COLOUR, COLOUR, st.sampled_from([3.0, 4.5]))
def test_the_colour_that_is_named_as_one_that_would_do_does(colour, ground, ratio):
    assert colours.contrast(colours.nearest(colour, ground, ratio), ground) >= ratio


def test_a_colour_that_does_is_its_own_nearest():
    assert colours.nearest("#1a5d4a", "#ffffff", 3) == "#1a5d4a"


@pytest.mark.parametrize("text", ["red", "#fff", "#12345g", "red;}body{display:none", "#1a5d4a;x", None, 7])
def test_what_is_no_colour_becomes_the_house_s_own(text):
    assert colours.accent(text) == colours.DEFAULT_ACCENT


def test_contrast_is_that_of_wcag():
    # Reference pairs of the WCAG 2.2 understanding documents: black on white, and #767676 as the lightest AA grey.
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
