"""What an operator may do to a shop's words, and what becomes of what was there before."""

from __future__ import annotations

import pytest

from cartback.domain.errors import Conflict, Refused
from cartback.domain.shop.settings import ShopSettings
from cartback.domain.wording.own import LARGEST, changed
from cartback.domain.wording.parts import named
from cartback.store.shop.settings import face
from cartback.texts import judging
from cartback.usecases.shop.edit_texts import EditTexts
from tests.unit.settings.shop import TextsInMemory, Ticking, document

SHOP = "lamp-shop"
REMINDER, ANSWERS = named("cart_recovery/reminder.email.de"), named("cart_recovery/answers.email.de")
LAST = named("cart_recovery/last_note.email.de")


def desk(**changes) -> EditTexts:
    settings = {SHOP: ShopSettings.parse(document(**changes))}

    def of(shop: str) -> ShopSettings:
        if shop not in settings:
            raise Refused(f"shop: {shop} is not known", 404)
        return settings[shop]

    return EditTexts(TextsInMemory(), judging, of, face, Ticking())


def test_one_part_is_changed_and_the_rest_is_the_house_s():
    edit = desk()
    change = edit.edit(SHOP, REMINDER, {"subject": "Noch da: {{ item.brief }}"}, "mia")
    assert (change.version, change.changed_by, change.before) == (1, "mia", {})
    assert edit.own(SHOP, REMINDER) == {"subject": "Noch da: {{ item.brief }}"}
    assert edit.whole(SHOP, REMINDER)["button"] == "Zurück zum Warenkorb"


def test_a_part_is_given_back_to_the_house():
    edit = desk()
    edit.edit(SHOP, REMINDER, {"subject": "Eins", "button": "Los"}, "mia")
    edit.edit(SHOP, REMINDER, {"subject": None}, "mia")
    assert edit.own(SHOP, REMINDER) == {"button": "Los"}


def test_what_changes_nothing_makes_no_version():
    edit = desk()
    edit.edit(SHOP, REMINDER, {"subject": "Eins"}, "mia")
    assert edit.edit(SHOP, REMINDER, {"subject": " Eins\n"}, "mia") is None
    assert edit.replace(SHOP, ANSWERS, {}, "mia") is None


def test_words_of_the_house_to_the_letter_are_no_own_ones():
    edit = desk()
    whole = edit.whole(SHOP, REMINDER)
    edit.replace(SHOP, REMINDER, {**whole, "button": "Los"}, "mia")
    assert edit.own(SHOP, REMINDER) == {"button": "Los"}


def test_every_fault_is_told_and_nothing_is_kept():
    edit = desk()
    with pytest.raises(Refused) as refused:
        edit.edit(SHOP, REMINDER, {"subject": "Nur noch heute!!", "closing": "{{ price }}"}, "mia")
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == [
        "subject",
        "subject",
        "closing",
    ]
    assert edit.own(SHOP, REMINDER) == {}


def test_who_says_that_nothing_follows_says_it_in_the_last_message():
    edit = desk()
    words = {"closing": "Dies ist unsere letzte Nachricht zu diesem Warenkorb."}
    with pytest.raises(Refused, match="closing: says that nothing follows, and another message does"):
        edit.edit(SHOP, REMINDER, words, "mia")
    assert edit.edit(SHOP, LAST, words, "mia") is None or edit.own(SHOP, LAST) == words


def test_an_undo_takes_back_the_last_change_and_the_next_the_one_before():
    edit = desk()
    edit.edit(SHOP, REMINDER, {"subject": "Eins"}, "mia")
    edit.edit(SHOP, ANSWERS, {"button": "Los"}, "mia")
    edit.edit(SHOP, REMINDER, {"subject": "Zwei"}, "mia")
    assert (edit.undo(SHOP, "jo").version, edit.own(SHOP, REMINDER)) == (4, {"subject": "Eins"})
    edit.undo(SHOP, "jo")
    assert (edit.own(SHOP, ANSWERS), edit.own(SHOP, REMINDER)) == ({}, {"subject": "Eins"})
    edit.undo(SHOP, "jo")
    assert edit.own(SHOP, REMINDER) == {}
    with pytest.raises(Refused, match="no change to take back"):
        edit.undo(SHOP, "jo")


def test_an_undo_of_one_text_leaves_the_others():
    edit = desk()
    edit.edit(SHOP, REMINDER, {"subject": "Eins"}, "mia")
    edit.edit(SHOP, ANSWERS, {"button": "Los"}, "mia")
    edit.undo(SHOP, "jo", REMINDER)
    assert (edit.own(SHOP, REMINDER), edit.own(SHOP, ANSWERS)) == ({}, {"button": "Los"})


def test_a_change_after_an_undo_is_undone_first():
    edit = desk()
    edit.edit(SHOP, REMINDER, {"subject": "Eins"}, "mia")
    edit.undo(SHOP, "jo")
    edit.edit(SHOP, REMINDER, {"subject": "Zwei"}, "mia")
    edit.undo(SHOP, "jo")
    assert edit.own(SHOP, REMINDER) == {}
    with pytest.raises(Refused, match="no change to take back"):
        edit.undo(SHOP, "jo")


def test_words_that_the_law_no_longer_allows_do_not_come_back():
    edit = desk()
    texts, change = changed(
        edit.book.read(SHOP), REMINDER, {"subject": "Nur noch heute"}, edit.clock.now(), "x"
    )
    edit.book.put(texts, change)
    edit.edit(SHOP, REMINDER, {"subject": "Eins"}, "mia")
    with pytest.raises(Refused, match="Nur noch"):
        edit.undo(SHOP, "jo")


def test_of_two_who_change_at_once_the_later_is_told(monkeypatch):
    edit = desk()
    before = edit.book.read(SHOP)
    edit.edit(SHOP, ANSWERS, {"button": "Los"}, "jo")
    monkeypatch.setattr(edit.book, "read", lambda shop: before)
    with pytest.raises(Conflict, match="somebody else changed a text of lamp-shop"):
        edit.edit(SHOP, REMINDER, {"subject": "Eins"}, "mia")


def test_all_texts_are_listed_in_the_shop_s_form_and_those_of_another_wait():
    edit = desk(form_of_address="du", languages=["de"])
    edit.edit(SHOP, REMINDER, {"subject": "Noch da"}, "mia")
    states = {str(state.name): state for state in edit.states(SHOP)}
    assert states["cart_recovery/answers.email.de-du"].own == {}
    assert not any(name.endswith(".en") for name in states)
    waiting = [name for name, state in states.items() if state.at_rest]
    assert waiting == ["cart_recovery/reminder.email.de"]


def test_all_own_texts_are_checked_at_once():
    edit = desk()
    edit.edit(SHOP, ANSWERS, {"button": "Los"}, "mia")
    texts, change = changed(edit.book.read(SHOP), REMINDER, {"subject": "{{ gone }}"}, edit.clock.now(), "x")
    edit.book.put(texts, change)
    assert list(edit.check_all(SHOP)) == [REMINDER]


def test_a_shop_s_texts_have_a_largest_size():
    edit = desk()
    texts = edit.book.read(SHOP)
    with pytest.raises(Refused, match="all texts of a shop together"):
        changed(texts, REMINDER, {"closing": "x" * (LARGEST + 1)}, edit.clock.now(), "x")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("reminder", "cart_recovery/reminder.email.de"),
        ("reminder.en", "cart_recovery/reminder.email.en"),
        ("reminder.email", "cart_recovery/reminder.email.de"),
        ("cart_recovery/reminder", "cart_recovery/reminder.email.de"),
        ("cart_recovery/reminder.email.de-du", "cart_recovery/reminder.email.de-du"),
        ("confirm.de-du", "double_opt_in/confirm.email.de-du"),
    ],
)
def test_a_text_is_named_by_as_much_as_tells_it_apart(said, name):
    assert str(desk().meant(SHOP, said)) == name


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("nothing", "nothing: there is no such text; there are cart_recovery/answers, "),
        ("other/reminder", "other/reminder: there is no such text"),
        ("reminder.fr", "reminder.fr: the shop does not speak fr; it speaks de, de-du, en"),
        ("reminder.en-du", "the shop does not speak en-du"),
        ("reminder.sms", "reminder.sms: there is no text for sms; there are those for email"),
        ("", "there is no such text"),
        ("../../etc/passwd", "there is no such text"),
    ],
)
def test_a_text_that_there_is_not_is_answered_with_those_that_there_are(said, why):
    with pytest.raises(Refused) as refused:
        desk().meant(SHOP, said)
    assert why in str(refused.value)


def test_a_shop_that_is_not_known_has_no_texts():
    with pytest.raises(Refused, match="not known"):
        desk().states("other-shop")
