"""A purchase is dated by its making and by its payment, and no later word of it moves the date for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from cartback.domain.trade.purchases import REMEMBERED, Purchase, Told, heard, united
from tests.fakes.world import START

DAY = timedelta(days=1)
ADA = Person("demo", "p1")
MADE, PAID, EDITED = START, START + 2 * DAY, START + 5 * DAY


def said(at, *, paid=False, paid_at=None, ref="o1", placed_at=MADE) -> Told:
    return Told(placed_at, ref, paid, paid_at, at, f"event {at}")


def after(*words: Told, person: Person = ADA) -> Person:
    for word in words:
        person = customer.ordered(person, word.placed_at, word.at, word)
    return person


def test_whoever_pays_long_after_ordering_has_bought_on_both_days():
    person = after(said(MADE), said(PAID, paid=True, paid_at=PAID))
    assert person.last_order_at == PAID
    assert person.purchases == (Purchase(MADE, MADE, "o1", PAID, PAID, f"event {PAID}", True),)


def test_without_a_date_the_first_word_that_it_is_paid_counts_and_is_remembered_by_its_event():
    person = after(said(MADE), said(PAID, paid=True))
    assert (person.last_order_at, person.purchases[0].paid_by) == (PAID, f"event {PAID}")


@pytest.mark.parametrize("dated", [True, False])
def test_an_order_that_was_paid_is_edited_for_weeks_and_nobody_pays_again(dated):
    paid = said(PAID, paid=True, paid_at=PAID if dated else None)
    person = after(said(MADE), paid)
    assert after(*(said(EDITED + n * DAY, paid=True) for n in range(5)), person=person) == person


def test_the_shops_own_date_of_a_payment_outweighs_the_day_on_which_it_was_first_said():
    (one,) = after(said(EDITED, paid=True), said(EDITED + DAY, paid=True, paid_at=PAID)).purchases
    assert (one.paid_at, one.dated) == (PAID, True)


def test_a_second_payment_that_the_shop_dates_is_a_payment_too():
    person = after(said(PAID, paid=True, paid_at=PAID), said(EDITED, paid=True, paid_at=EDITED))
    assert (person.last_order_at, person.purchases[0].paid_recorded_at) == (EDITED, EDITED)


def test_words_of_one_order_in_any_order_end_in_the_same_payment():
    words = (said(MADE), said(PAID, paid=True), said(EDITED, paid=True))
    assert {after(*told).purchases[0].paid_at for told in permutations(words)} == {PAID}


def test_an_order_that_made_room_for_others_is_not_paid_anew_when_it_is_told_again():
    others = [
        said(MADE + n * DAY, ref=f"n{n}", placed_at=MADE + n * DAY, paid=True)
        for n in range(1, 1 + REMEMBERED)
    ]
    person = after(*others)
    assert after(said(EDITED + 30 * DAY, paid=True), person=person) == person


def test_two_orders_of_one_instant_are_two_and_a_nameless_word_belongs_to_either():
    known = heard(heard((), said(MADE, ref="a"), MADE), said(MADE, ref="b"), MADE)
    assert [one.ref for one in known] == ["a", "b"]
    assert len(heard(known, said(PAID, ref="", paid=True), PAID)) == 2


def test_a_purchase_that_was_kept_without_a_name_takes_the_name_that_it_is_told_under():
    assert heard((Purchase(MADE, MADE),), said(EDITED), EDITED) == (Purchase(MADE, MADE, "o1"),)


def test_two_rows_of_one_person_know_each_others_payments_from_when_they_became_one():
    paid = heard((), said(PAID, paid=True), PAID)
    (one,) = united((), paid, EDITED)
    assert (one.paid_at, one.recorded_at, one.paid_recorded_at) == (PAID, EDITED, EDITED)
    assert united(paid, tuple(replace(each, ref="") for each in paid), EDITED) == paid


def test_an_unpaid_order_stays_unpaid_whatever_else_is_told_of_it():
    assert after(said(MADE), said(EDITED)).last_order_at == MADE
