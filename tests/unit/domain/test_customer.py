"""The person: what is learnt, what is kept when two become one, and what is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.consent.consent import GRANTED, WITHDRAWN, Consent
from cartback.domain.consent.preferences import Preferences
from cartback.domain.observations import Contact
from cartback.domain.people import customer
from cartback.domain.people.customer import REMEMBERED_CARTS, REMEMBERED_SENDS, Person, merge
from tests.fakes.world import START

HOUR = timedelta(hours=1)
NEW = Person("demo", "p1")


def meet(person: Person, hours: int, **said) -> Person:
    contact = Contact(**said)
    email_hash = f"hash of {contact.email}" if contact.email else None
    return customer.meet(person, contact, contact.aliases(), email_hash, START + hours * HOUR, START, "e")


def test_newer_news_replaces_what_was_known_and_says_nothing_by_silence():
    person = meet(meet(NEW, 1, email="ada@example.com", first_name="Ada"), 2, email="new@example.com")
    assert (person.email, person.email_hash, person.first_name) == (
        "new@example.com",
        "hash of new@example.com",
        "Ada",
    )


def test_older_news_fills_gaps_and_replaces_nothing():
    person = meet(
        meet(NEW, 5, email="ada@example.com"), 1, email="old@example.com", first_name="Ada", locale="de"
    )
    assert (person.email, person.first_name, person.locale) == ("ada@example.com", "Ada", "de")
    assert person.seen_at == START + 5 * HOUR
    assert "email:old@example.com" in person.aliases


def test_an_erased_person_learns_nothing():
    gone = customer.erase(meet(NEW, 1, email="ada@example.com"), START, START)
    assert meet(gone, 9, email="ada@example.com") == gone
    assert (gone.email, gone.first_name, gone.consents, gone.reachable) == (None, None, {}, False)


def word(state: str, hours: int) -> Consent:
    return Consent("email", state, "explicit", "form", START + hours * HOUR, START, "e")


people = st.builds(
    Person,
    shop=st.just("demo"),
    person_id=st.sampled_from(["p1", "p2"]),
    aliases=st.lists(st.sampled_from("abcd"), unique=True).map(tuple),
    email=st.sampled_from([None, "ada@example.com"]),
    email_hash=st.none(),
    seen_at=st.none() | st.integers(0, 9).map(lambda hours: START + hours * HOUR),
    consents=st.dictionaries(
        st.just("email"), st.builds(word, st.sampled_from([GRANTED, WITHDRAWN]), st.integers(0, 9))
    ),
    blocked=st.sampled_from([None, "bounced", "complained"]),
    last_order_at=st.none() | st.integers(0, 9).map(lambda hours: START + hours * HOUR),
    sends=st.lists(st.integers(0, 99).map(lambda hours: START + hours * HOUR), max_size=4).map(
        lambda sends: tuple(sorted(sends))
    ),
    cart_ids=st.lists(st.sampled_from(["c1", "c2", "c3"]), unique=True).map(tuple),
)


@given(people, people)
def test_merging_keeps_everything_that_protects_from_both(one, other):
    united, gone = merge(one, other)
    both = (one, other)
    assert set(united.aliases) == set(one.aliases) | set(other.aliases)
    assert set(united.cart_ids) == set(one.cart_ids) | set(other.cart_ids)
    assert sorted(united.sends) == sorted([*one.sends, *other.sends])
    assert bool(united.blocked) == any(person.blocked for person in both)
    orders = [person.last_order_at for person in both if person.last_order_at]
    assert united.last_order_at == (max(orders) if orders else None)
    refused = any(
        person.consents.get("email") and person.consents["email"].state == WITHDRAWN for person in both
    )
    assert not refused or united.consents["email"].state == WITHDRAWN
    assert (gone.merged_into, gone.person_id, gone.reachable) == (one.person_id, other.person_id, False)
    assert (gone.email, gone.consents) == (None, {})


def test_two_who_are_one_keep_the_longer_pause_and_the_rarer_frequency_of_both():
    until = START + timedelta(days=30)
    one = replace(NEW, prefs=Preferences("weekly", START + timedelta(days=7), "en"))
    other = replace(NEW, person_id="p2", prefs=Preferences("monthly", until))
    for winner, loser in ((one, other), (other, one)):
        assert merge(winner, loser, START)[0].prefs == Preferences("monthly", until, "en")


def test_merging_two_whom_nothing_blocks_notes_no_block():
    united, _ = merge(NEW, replace(NEW, person_id="p2"), START)
    assert (united.blocked, united.blocked_recorded_at) == (None, None)


def test_a_block_of_the_other_is_known_from_the_merge_on():
    united, _ = merge(NEW, customer.block(replace(NEW, person_id="p2"), "bounced", START - HOUR), START)
    assert (united.blocked, united.blocked_recorded_at) == ("bounced", START)


def test_messages_older_than_a_month_leave_the_budget_and_those_of_the_month_stay():
    person = NEW
    for days in (0, 10, 20, 40):
        person = customer.sent(person, START + timedelta(days=days))
    assert person.sends == tuple(START + timedelta(days=days) for days in (10, 20, 40))
    assert timedelta(days=30) < REMEMBERED_SENDS


def test_a_message_that_never_went_out_is_given_back_once():
    person = customer.sent(customer.sent(NEW, START), START)
    once = customer.unsent(person, START)
    assert once.sends == (START,)
    assert customer.unsent(customer.unsent(once, START), START).sends == ()


def test_the_first_reason_of_a_block_stays():
    assert customer.block(customer.block(NEW, "bounced"), "complained").blocked == "bounced"


@pytest.mark.parametrize("hours", [(1, 5), (5, 1), (5, 5)])
def test_the_latest_purchase_is_remembered_whatever_is_heard_first(hours):
    person = NEW
    for each in hours:
        person = customer.ordered(person, START + each * HOUR)
    assert person.last_order_at == START + max(hours) * HOUR


def test_the_newest_carts_are_remembered_each_once():
    person = NEW
    for number in range(REMEMBERED_CARTS + 5):
        person = customer.owns(customer.owns(person, f"c{number}"), f"c{number}")
    assert person.cart_ids == tuple(f"c{number}" for number in range(5, REMEMBERED_CARTS + 5))


def test_nobody_is_reachable_without_an_address():
    assert not NEW.reachable
    assert replace(NEW, email="ada@example.com").reachable
    assert not replace(NEW, email="ada@example.com", merged_into="p2").reachable
