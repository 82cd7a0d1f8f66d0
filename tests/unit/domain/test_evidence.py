"""The proof of a consent: whatever is done to it afterwards shows."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from cartback.domain.consent.consent import GRANTED, UNTICKED, WITHDRAWN, Consent
from cartback.domain.consent.evidence import Circumstances, Evidence, chain, fault, seal_of
from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from cartback.domain.people.returning import returned
from tests.fakes.world import START

HOW = Circumstances(wording="Ja.", wording_version="v1", requested_at=START, ip="203.0.113.7")


def said(hours: int, state: str = GRANTED, source: str = "a form") -> Consent:
    at = START + timedelta(hours=hours)
    return Consent("email", state, "double_opt_in", source, at, at, "e1", address_hash="h1")


def person_who_said(*words: Consent) -> Person:
    person = Person("demo", "p1")
    for word in words:
        person = customer.say(person, word, HOW)
    return person


ADA = person_who_said(said(0), said(1, WITHDRAWN), said(2))
ENTRIES = ADA.fresh_evidence


def wrong(entries) -> str | None:
    return fault(entries, ADA.evidence_length, ADA.evidence_head)


def test_every_word_is_an_entry_that_names_the_one_before():
    assert [entry.seq for entry in ENTRIES] == [1, 2, 3]
    assert [entry.previous for entry in ENTRIES] == ["", ENTRIES[0].seal, ENTRIES[1].seal]
    assert chain(reversed(ENTRIES), ADA.evidence_head) == (list(ENTRIES), None)
    assert wrong(ENTRIES) is None


_OTHER = {str: "other", int: 9, type(None): "other"}


@pytest.mark.parametrize("name", [each.name for each in fields(Evidence) if each.name not in ("how", "seal")])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_field_can_be_changed_unseen(name, place):
    entry = ENTRIES[place]
    value = getattr(entry, name)
    other = value + timedelta(days=1) if hasattr(value, "year") else _OTHER[type(value)]
    changed = [replace(entry, **{name: other}) if one is entry else one for one in ENTRIES]
    assert wrong(changed) is not None


@pytest.mark.parametrize("name", [each.name for each in fields(Circumstances)])
def test_no_circumstance_can_be_changed_unseen(name):
    forged = replace(ENTRIES[0], how=replace(HOW, **{name: None if getattr(HOW, name) else START}))
    assert wrong([forged, *ENTRIES[1:]]) == "entry 1 was changed after it was sealed"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_entry_that_was_changed_and_sealed_anew_is_missing_where_the_next_looks_for_it(place):
    forged = replace(ENTRIES[place], state=GRANTED, source="a better form")
    forged = replace(forged, seal=seal_of(forged))
    assert "missing or was replaced" in wrong([*ENTRIES[:place], forged, *ENTRIES[place + 1 :]])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_missing_entry_shows_at_either_end_and_in_between(place):
    assert "missing" in wrong([*ENTRIES[:place], *ENTRIES[place + 1 :]])


def test_a_row_that_counts_otherwise_shows():
    assert fault(ENTRIES, 2, ADA.evidence_head) == "there are 3 entries, and the person's row counts 2"
    assert fault(ENTRIES[:2], 2, ENTRIES[1].seal) is None


def test_an_entry_that_was_added_shows_wherever_it_says_that_it_belongs():
    longer = customer.say(ADA, said(5)).fresh_evidence[-1]
    forks = [
        customer.say(person_who_said(said(0)), said(7), HOW).fresh_evidence[-1],
        person_who_said(said(9)).fresh_evidence[0],
    ]
    for added in (longer, *forks):
        assert wrong([*ENTRIES, added]).startswith("1 beside the chain")
        assert wrong([added, *ENTRIES]).startswith("1 beside the chain")


def test_who_never_said_anything_has_an_empty_and_whole_proof():
    assert fault([], 0, "") is None
    assert fault([], 1, "") is not None


def test_hearing_the_same_again_adds_nothing():
    again = customer.say(ADA, replace(said(2), told_at=START + timedelta(days=3)))
    assert again.evidence_length == ADA.evidence_length


def test_an_empty_box_is_noted_only_where_it_takes_something_back():
    assert person_who_said(said(0, UNTICKED)).evidence_length == 0
    assert person_who_said(said(0), said(1, UNTICKED)).evidence_length == 2


def test_what_two_rows_that_become_one_knew_stays_provable_on_both():
    other = customer.say(Person("demo", "p2"), said(5, WITHDRAWN))
    one, gone = customer.merge(ADA, other, START)
    assert fault(one.fresh_evidence, one.evidence_length, one.evidence_head) is None
    assert fault(gone.fresh_evidence, gone.evidence_length, gone.evidence_head) is None
    assert one.fresh_evidence[-1].state == WITHDRAWN


def test_an_erasure_breaks_no_chain_and_a_return_goes_on_with_it():
    erased = customer.erase(ADA, START, START)
    back = customer.say(returned(erased), said(9), HOW)
    assert fault(back.fresh_evidence, back.evidence_length, back.evidence_head) is None
    assert back.evidence_length == 4
