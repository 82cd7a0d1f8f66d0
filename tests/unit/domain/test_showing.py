"""What is judged is what is shown: text is made fit to show first, and only then looked at."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.showing import first_name, holds_address, linkless, of_html, one_line, visible

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u115f\u3164\ufe0f\u202e\U000e0061\U000e0101"
HIDDEN = [
    "https:{0}//evil.example/login",
    "ht{0}tps:/{0}/evil{0}.com",
    "w{0}ww{0}.evil{0}.com",
    "ada{0}@{0}evil{0}.com",
    "pay at evil@{0}bank.com",
]
ADDRESSES = [
    "https://evil.com",
    "Lamp //evil.com hTTps://e",
    "ｗｗｗ．evil．com",
    "https：／／evil.com",
    "www。evil。com",
    "@evil.com",
    "a@b",
    "mailto:ada",
]
ARTICLES = [
    "Dr. Martens 1460",
    "Kaffee @ home",
    "5″-Set ½ Liter H₂O™",
    "Node.js in Action",
    "Wolldecke „Nordlicht“",
    "<3 Kissen",
    "AC/DC T-Shirt",
    "24,90 / Stück",
    "👩‍👩‍👧 Familie",
]


@pytest.mark.parametrize("between", INVISIBLE)
@pytest.mark.parametrize("pattern", HIDDEN)
def test_no_invisible_character_hides_an_address(pattern, between):
    assert holds_address(pattern.format(between))


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_one_in_whatever_letters(text):
    assert holds_address(text)


@pytest.mark.parametrize("text", ARTICLES)
def test_what_an_article_is_called_is_no_address_and_stays_as_it_is(text):
    assert not holds_address(text)
    assert visible(text) == unicodedata.normalize("NFC", text)


TRICKY = st.text(
    st.sampled_from("wWh.tps:/@e1 é日。．\u0301\u0338" + INVISIBLE + "👩क\u094d\u2028\n\u2800"), max_size=25
)


@given(st.one_of(st.text(), TRICKY))
def test_what_is_judged_is_what_is_shown(text):
    shown = visible(text)
    assert visible(shown) == shown
    assert holds_address(shown) == holds_address(text)
    assert holds_address(one_line(shown, 400)) == holds_address(text)


@given(TRICKY)
def test_a_name_with_a_dot_is_parted_before_it_is_a_host(text):
    assert linkless(linkless(visible(text))) == linkless(visible(text))


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("evil.com", "evil. com"),
        ("日.com", "日. com"),
        ("ж.рф", "ж. рф"),
        ("日。com", "日. com"),
        ("日本。語", "日本。語"),
        ("a.b.evil.co.uk", "a.b. evil. co. uk"),
        ("v1.25 z.B. 3.5 kg", "v1.25 z.B. 3.5 kg"),
    ],
)
def test_the_dot_of_a_host_gets_a_space_and_others_do_not(text, parted):
    assert linkless(text) == parted


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("Salz &amp; Pfeffer", "Salz & Pfeffer"),
        ("5&#8243;-Set &#8211; neu", "5″-Set – neu"),
        ("&#x1F381; Box", "🎁 Box"),
        ("A &amp;amp; B", "A &amp; B"),
        ("5 &lt; 6 &amp;lt; 7", "5 < 6 &lt; 7"),
        ("Set <small>neu</small>", "Set neu"),
        ("Set<br />zwei", "Set zwei"),
        ("H<sub>2</sub>O", "H2O"),
        ('<span style="color:red">Rot</span>', "Rot"),
        ("<style>p{}</style>Tuch<!-- x -->", " Tuch "),
        ("<3 Kissen, a < b > c, List<int>", "<3 Kissen, a < b > c, List<int>"),
        ("Black&Decker &copy 2 AT&T;", "Black&Decker &copy 2 AT&T;"),
        ("&lt;b&gt;", "<b>"),
    ],
)
def test_html_is_read_as_a_reader_reads_it(kept, read):
    assert of_html(kept) == read


@given(st.text())
def test_words_without_a_tag_and_an_entity_are_not_touched(text):
    plain = text.replace("<", "").replace("&", "")
    assert of_html(plain) == plain


PERSONS = [
    "Erika",
    "erika",
    "Anna Maria",
    "Maria de la Luz",
    "J. P.",
    "Anna M.",
    "Jean-Luc",
    "D’Arcy",
    "d'Artagnan Karl",
]
PERSONS += [
    "Anne-Sofie O'Neil jr.",
    "प्रिया",
    "Нгок Ань",
    "李雷",
    "Ngọc",
    "ANNA MARIA",
    "Jan van der",
    "Đặng Thị",
    "عبد الله",
]
ADVERTS = [
    "Your account is blocked",
    "Konto gesperrt",
    "KONTO GESPERRT",
    "Visit evil. com",
    "日.com",
    "ä.co",
    "é.link",
]
ADVERTS += [
    "ж.рф",
    "e.vil",
    "evil\u200b.com",
    "日。com",
    "anna.maria",
    "J.P.",
    "Dr.Anna",
    "jetzt kaufen",
    "Klick Hier",
]
ADVERTS += ["a.b", "w.w", "Win now", "anna maria klickt"]
ADVERTS += [
    "A--B",
    "'Anna",
    "Anna@home",
    "1Anna",
    "<b>Anna</b>",
    "one two three four five",
    "e" * 41,
    "🎁",
    ".",
    "",
]


@pytest.mark.parametrize("name", PERSONS)
def test_a_person_is_greeted_by_name(name):
    assert first_name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("name", ADVERTS)
def test_a_sentence_and_a_host_are_no_names(name):
    assert first_name(name) is None


@given(st.text())
def test_a_name_that_passes_passes_again_as_it_is(text):
    name = first_name(text)
    assert name is None or first_name(name) == name
