"""A shop's own words: filled in in a sandbox, judged in every situation, over the house's part by part."""

import time

import pytest

from cartback import texts
from cartback.domain.errors import Refused
from cartback.domain.wording.own import OwnTextBroken
from cartback.domain.wording.parts import PARTS, named
from cartback.texts import house, judging, sandbox
from tests.unit.texts.samples import SHOP, Read, fields, many
from tests.unit.wording.test_template import BAD

REMINDER = named("cart_recovery/reminder.email.de")
FAMILIAR = named("cart_recovery/reminder.email.de-du")


def write(parts, **changes):
    return texts.email("cart_recovery", "reminder", "de", fields(**changes), parts)


def faults(parts, name=REMINDER, shop=SHOP):
    return judging.faults(name, parts, shop)


def test_own_parts_stand_in_the_place_of_the_house_s_and_the_rest_stays():
    subject, html, text = write({"subject": "Noch da: {{ item.name }}", "button": "Zum Korb"})
    assert subject == "Noch da: Leselampe Nora"
    assert "Zum Korb" in Read(html).shown
    assert "haben wir Ihren Warenkorb für Sie aufgehoben" in text
    assert "Zurück zum Warenkorb" not in text


def test_own_words_are_escaped_and_their_paragraphs_kept():
    _, html, text = write({"paragraphs": "Eins & <b>zwei</b>\nzwei\n\n\n\nDrei"})
    assert "Eins &amp; &lt;b&gt;zwei&lt;/b&gt; zwei</p>" in html
    assert "Eins & <b>zwei</b> zwei\n\nDrei\n" in text


@pytest.mark.parametrize("source", BAD)
def test_whatever_stands_in_a_row_only_facts_and_choices_are_filled_in(source):
    with pytest.raises(OwnTextBroken, match="subject"):
        write({"subject": f"Noch da {source}"})


@pytest.mark.parametrize(
    "source",
    ["{{ self }}", "{{ cycler }}", "{{ range }}", "{{ item._name }}", "{{ wording }}", "x" * 3001, " ", ""],
)
def test_what_the_sandbox_does_not_know_breaks_the_text_and_nothing_else(source):
    with pytest.raises(OwnTextBroken):
        write({"headline": source})


def test_the_longest_text_is_filled_in_within_a_tenth_of_a_second_however_it_is_nested():
    deep = "{% if others %}x" * 30 + "{% endif %}" * 30
    wide = "{{ item.full }}" * 60
    start = time.process_time()
    write({"paragraphs": deep, "closing": wide}, items=many(2))
    assert time.process_time() - start < 0.5
    start = time.process_time()
    write({"paragraphs": deep, "closing": wide}, items=many(2))
    assert time.process_time() - start < 0.1


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"subject": "{{ item.preis }}"}, "subject: {{ item.preis }}: there is no item.preis; there are "),
        ({"subject": "{{ wording }}"}, "subject: {{ wording }}: there is no wording"),
        ({"subject": "Hallo {{ first_name }}"}, "subject: {{ first_name }} is not always known; put it between"),
        ({"subject": "{% if first_name %}{{ first_name }}{% endif %}"}, "subject: is empty where a fact is missing"),
        ({"subject": "Nur noch {{ others }} da"}, 'subject: "Nur noch" is nothing that we can know'),
        ({"subject": "{% if others > 99 %}Nur noch heute{% endif %}Hallo"}, 'subject: "Nur noch" is nothing'),
        ({"subject": "AW: Ihr Warenkorb"}, "subject: looks like an answer"),
        ({"subject": "IHR WARENKORB WARTET"}, "subject: is loud"),
        ({"subject": "Dein Warenkorb"}, 'subject: "Dein" is not how de speaks'),
        ({"subject": "x" * 201}, "subject: has 201 characters"),
        ({"headline": "Eins\n\nZwei"}, "headline: may have 1 paragraph at most"),
        ({"button": "Kaufen Sie jetzt alles, was in Ihrem Warenkorb liegt"}, "button: has 52 characters"),
        ({"closing": "Mehr auf https://lumen.example/"}, "closing: holds an address"),
        ({"closing": "Mehr auf lumen.example"}, "closing: holds an address"),
        ({"closing": "Schreiben Sie an hallo@lumen.example"}, "closing: holds an address"),
        ({"closing": "<b>Fett</b>"}, "closing: < begins no markup"),
        ({"closing": "a\u202eb"}, "closing: holds characters that nobody sees"),
        ({"closing": " \n"}, "closing: is empty; leave it out"),
        ({"closing": "x" * 3001}, "closing: is longer than 3000"),
        ({"reason": "Weil wir es wollen."}, "reason: cart_recovery/reminder has no such part; it has subject"),
        ({"steps": "Eins"}, "steps: cart_recovery/reminder has no such part"),
    ],
)  # fmt: skip
def test_what_may_not_be_said_is_refused_with_the_part_and_what_would_do(parts, said):
    (first, *_) = faults(parts)
    assert first.startswith(said)


def test_an_answer_has_its_question_and_the_words_of_its_link():
    (line,) = faults({"answer_support": "Fragen?\n\nAntwort"}, named("cart_recovery/answers.email.de"))
    assert line == "answer_support: must have 3 paragraphs: question, answer, words of the link"


def test_a_fact_that_may_be_missing_is_shown_where_a_text_asks_for_it():
    assert faults({"subject": "{% if first_name %}{{ first_name }}, noch{% else %}Noch{% endif %} da"}) == []


def test_a_familiar_text_speaks_familiarly():
    assert faults({"subject": "Noch in deinem Korb"}, FAMILIAR) == []
    assert faults({"subject": "Noch in Ihrem Korb"}, FAMILIAR)[0].startswith('subject: "Ihrem" is not how')


def test_the_question_after_a_sign_up_knows_its_own_facts_only():
    asked = named("double_opt_in/confirm.email.de")
    assert set(judging.known_facts(asked, SHOP)) == {"shop.name", "shop.reply_to", "lang", "wording"}
    assert set(house.parts(asked)) == {"subject", "preheader", "headline", "paragraphs", "button", "closing"}


def test_no_own_word_takes_the_imprint_the_reason_or_the_way_to_leave_away():
    assert faults({"closing": "Bis bald."}) == []
    assert {"reason", "terms", "why", "leave", "imprint_title"}.isdisjoint(PARTS)


def test_a_text_that_there_is_not_has_no_parts():
    with pytest.raises(Refused, match="there is no such text"):
        house.parts(named("cart_recovery/nothing.email.de"))


def test_a_mail_on_its_way_shows_nothing_in_the_place_of_a_missing_fact():
    words = sandbox.filled({"headline": "Hallo {{ first_name }}!"}, {"first_name": None}, "x")
    assert words == {"headline": "Hallo !"}
