"""What no message says, whoever wrote it."""

import pytest

from cartback.domain.language import DU, SIE
from cartback.domain.wording.tone import (
    addresses_somebody,
    in_another_form,
    pretends_an_answer,
    shouts,
    untrue,
)

UNTRUE = """
    Ihr Warenkorb läuft ab | läuft heute ab | läuft in 3 Stunden ab | nur noch 2 Stück | letzte Chance | fast weg
    | fast ausverkauft | sehr beliebt | gute Bewertungen | mit Rabatt | garantiert gut | solange der Vorrat reicht
    | solange Vorrat | bis Mitternacht | noch heute | endet bald | endet morgen | 3 Stunden übrig | Countdown
    | jetzt oder nie | it expires soon | hurry up | only 2 left | only a few | only today | last chance | selling fast
    | going fast | almost gone | so popular | good reviews | a discount | we guarantee | while stocks last
    | until midnight | ends soon | ends tonight | 2 hours left | the deadline | jetzt 20 % sparen | 15% less
"""
TRUE = """
    Ihr Warenkorb ist noch da | our only wish | the commonly asked | Ihre Auswahl | wir haben ihn aufgehoben
    | eine Stunde Ruhe | Lieferung in 3 Tagen | an order of 20 pieces | er läuft nicht weg | we kept your basket
"""


@pytest.mark.parametrize("words", [each.strip() for each in UNTRUE.split("|")])
def test_urgency_and_praise_that_nobody_can_know_to_be_true_are_found(words):
    assert untrue(f"Guten Tag. {words.upper()}, bitte.") is not None
    assert untrue(words) is not None


@pytest.mark.parametrize("words", [each.strip() for each in TRUE.split("|")])
def test_words_that_promise_nothing_are_let_through(words):
    assert untrue(words) is None


@pytest.mark.parametrize(
    "words",
    ["Dann brauchen Sie nichts.", "Ihr Warenkorb", "Wir schreiben Ihnen.", "Sie müssen nichts.", "Gut! Sie haben es."],
)  # fmt: skip
def test_formal_words_are_found_in_a_familiar_text(words):
    assert in_another_form(words, DU) is not None
    assert in_another_form(words, SIE) is None
    assert addresses_somebody(words)


@pytest.mark.parametrize(
    "words", ["Dann brauchst du nichts.", "Dein Warenkorb", "Für Dich.", "Wir schreiben dir."]
)
def test_familiar_words_are_found_in_a_formal_text(words):
    assert in_another_form(words, SIE) is not None
    assert in_another_form(words, DU) is None
    assert addresses_somebody(words)


@pytest.mark.parametrize(
    "words",
    ["Der Warenkorb ist noch da.", "Die Lampe? Sie liegt noch hier.", "sie und wir", "Duft", "direkt"],
)
def test_words_about_somebody_else_address_nobody(words):
    assert not addresses_somebody(words)


@pytest.mark.parametrize("words", ["Ihre Auswahl!!", "Wirklich?!", "ALLES NOCH DA", "WHERE ARE YOU"])
def test_a_loud_text_is_one(words):
    assert shouts(words)


@pytest.mark.parametrize("words", ["Noch da!", "Noch da?", "LED-Lampe", "USB C", ""])
def test_a_calm_text_is_none(words):
    assert not shouts(words)


@pytest.mark.parametrize(
    "subject", ["Re: Ihr Warenkorb", "AW: Ihr Warenkorb", "fwd: your basket", "WG : hallo"]
)
def test_a_subject_that_pretends_to_answer_is_found(subject):
    assert pretends_an_answer(subject)


def test_a_subject_with_a_colon_pretends_nothing():
    assert not pretends_an_answer("Noch in Ihrem Warenkorb: Rega Planar")
