"""Messages without a layout: a few words, a card, a letter. What is missing, too long or cannot be left is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartback import texts
from cartback.domain.errors import Refused
from cartback.ports import Card, Letter, Mail, Text
from cartback.texts import brief
from tests.unit.texts.samples import LAMP, LEAVE, RESTORE, SHOP, fields


@pytest.fixture
def says(monkeypatch):
    """Lets a text say what a test wants it to."""

    def put(**blocks):
        monkeypatch.setattr(brief, "words", lambda text, facts, form: blocks)

    return put


def write(kind, **changes):
    return texts.write(kind, "cart_recovery", "reminder", "en", fields(**changes))


def test_a_text_is_a_few_words_with_the_links_in_them():
    said = write("text")
    assert isinstance(said, Text)
    assert "Leselampe Nora" in said.text
    assert RESTORE in said.text
    assert LEAVE in said.text
    assert said.text.startswith("Lumen & Holz: ")


def test_a_mail_is_written_as_ever():
    assert write("mail") == Mail(*texts.email("cart_recovery", "reminder", "en", fields()))


def test_a_card_opens_what_it_is_about(says):
    says(title="Your basket", text="It is still there.", leave="No more")
    assert write("card") == Card("Your basket", "It is still there.", RESTORE, "No more")


def test_a_letter_has_a_subject_and_paragraphs(says):
    says(subject="Your basket", text=f"It is still there.\n\nNo more: {LEAVE}")
    assert write("letter") == Letter("Your basket", f"It is still there.\n\nNo more: {LEAVE}")


@pytest.mark.parametrize("kind", ["text", "letter"])
def test_words_that_do_not_say_how_to_leave_are_refused(says, kind):
    says(text="It is still there.", subject="Your basket")
    with pytest.raises(Refused, match="does not say how to leave"):
        write(kind)


@pytest.mark.parametrize(
    ("kind", "missing"), [("text", "text"), ("card", "title"), ("card", "leave"), ("letter", "subject")]
)
def test_a_text_without_one_of_its_parts_is_refused_by_its_name(says, kind, missing):
    says(**{name: LEAVE for name in brief.BLOCKS[kind] if name != missing})
    with pytest.raises(Refused, match=f"reminder.{kind}.en: has no {missing}"):
        write(kind)


@pytest.mark.parametrize("kind", brief.BLOCKS)
def test_what_is_too_long_for_its_kind_is_refused_with_its_length(says, kind):
    says(title="a", subject="a", leave="b", button="c", text=LEAVE + "x" * brief.LONGEST[kind])
    with pytest.raises(Refused, match=f"and at most {brief.LONGEST[kind]} are carried"):
        write(kind)


def test_the_longest_names_of_a_shop_and_its_goods_still_fit():
    long = replace(LAMP, title="x" * 200, variant_title="Messing, 42 cm")
    link = "https://abcdefghij.execute-api.eu-central-1.amazonaws.com/prod/r/" + "l" * 40 + "." + "x" * 43
    shop = replace(SHOP, name="n" * 120)
    for touch in texts.written("cart_recovery", "text"):
        for lang in texts.LANGUAGES:
            given = fields(items=(long,), restore_url=link, leave_url=link, shop=shop)
            assert texts.write("text", "cart_recovery", touch, lang, given)


def test_a_text_that_there_is_not_is_refused():
    with pytest.raises(Refused, match=r"there is no text cart_recovery/reminder\.letter\.en"):
        write("letter")
