"""What a shop's word teaches of a person, for which address a consent was given, and what two rows bring together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.consent.consent import GRANTED, Consent
from cartback.domain.messaging.budget import Intent
from cartback.domain.observations import ConsentSeen, Contact
from cartback.domain.people import customer
from cartback.domain.people.customer import REMEMBERED_CARTS, Person
from cartback.domain.trade.purchases import Purchase
from tests.fakes.world import START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW = Person("demo", "p1")


def seen(channel: str, at=START, **more) -> ConsentSeen:
    return ConsentSeen(channel, True, at, "explicit", "form", sticky=True, **more)


def met(person: Person = NEW, email_hash="h1", phone_hash="n1", at=START, **said) -> Person:
    return customer.meet(person, Contact(**said), [], email_hash, at, START + DAY, "e", phone_hash)


def test_number_and_place_are_learnt_and_kept_where_the_next_word_says_nothing_of_them():
    first = met(phone="+15550001111", country="US", region="FL")
    later = met(first, None, None, START + HOUR)
    for person in (first, later):
        kept = (person.phone, person.phone_hash, person.country, person.region)
        assert kept == ("+15550001111", "n1", "US", "FL")
    assert later.seen_at == START + HOUR


def test_news_of_the_same_instant_is_news():
    assert met(met(first_name="Ada"), first_name="Ada L.").first_name == "Ada L."


def test_a_consent_is_one_for_the_address_of_its_own_channel():
    person = met(email="a@example.com", phone="+15550001111", consents=(seen("email"), seen("sms")))
    assert (person.consent("email").address_hash, person.consent("sms").address_hash) == ("h1", "n1")


def test_a_consent_that_comes_without_an_address_is_one_for_the_address_that_is_known():
    known = met(email="a@example.com", phone="+15550001111")
    person = met(known, None, None, START + HOUR, consents=(seen("email"), seen("sms")))
    assert (person.consent("email").address_hash, person.consent("sms").address_hash) == ("h1", "n1")


def test_a_consent_that_comes_with_an_older_address_is_one_for_that_address():
    known = met(email="new@example.com", email_hash="h2", at=START + HOUR)
    person = met(known, "h1", None, START, email="old@example.com", consents=(seen("email"),))
    assert (person.email_hash, person.consent("email").address_hash) == ("h2", "h1")


def test_the_wording_that_was_agreed_to_is_part_of_the_proof_and_a_repetition_is_no_second_one():
    person = met(email="a@example.com", consents=(seen("email", wording="Ja, gern"),))
    (entry,) = person.fresh_evidence
    assert (entry.how.wording, entry.cause) == ("Ja, gern", "e")
    again = met(person, at=START + HOUR, email="a@example.com", consents=(seen("email", wording="Ja, gern"),))
    assert again.fresh_evidence == (entry,)


def test_carts_are_counted_by_when_they_were_begun_the_newest_twenty():
    person = NEW
    for number in range(REMEMBERED_CARTS + 5):
        person = customer.owns(person, f"c{number}", START + number * HOUR)
    assert person.carts_at == tuple(START + number * HOUR for number in range(5, 25))
    assert len(person.cart_ids) == 20


@pytest.mark.parametrize(
    "marks",
    [{"forgotten_at": START}, {"erased_at": START}, {"forgotten_at": START, "erased_at": START + DAY}],
)
def test_what_was_said_at_the_very_instant_of_the_wish_is_forgotten_with_it(marks):
    person = replace(NEW, **marks)
    assert customer.is_forgotten(person, START)
    assert not customer.is_forgotten(person, START + HOUR)
    assert not customer.is_forgotten(NEW, START)


def test_nobody_is_reached_after_an_erasure():
    assert not replace(NEW, email="a@example.com", erased_at=START).reachable


def test_two_rows_bring_together_all_that_protects_and_the_proof_says_where_a_word_came_from():
    yes = Consent("email", GRANTED, "explicit", "form", START, START, "e", address_hash="h1")
    one = replace(NEW, intents=(Intent("c1", "cart_recovery", START),), purchases=(Purchase(START, START),))
    other = customer.say(replace(NEW, person_id="p2", email="a@example.com", email_hash="h1"), yes)
    other = replace(
        other,
        intents=(Intent("c2", "cart_recovery", START),),
        purchases=(Purchase(START + DAY, START + DAY),),
    )
    both, gone = customer.merge(one, other, START + 9 * DAY)
    assert (both.email, both.email_hash) == ("a@example.com", "h1")
    assert [intent.subject for intent in both.intents] == ["c1", "c2"]
    assert [bought.recorded_at for bought in both.purchases] == [START, START + 9 * DAY]
    (entry,) = both.fresh_evidence
    assert (entry.how.page, entry.recorded_at, entry.said_at) == ("person p2", START + 9 * DAY, START)
    assert (gone.evidence_head, gone.evidence_length) == (other.evidence_head, 1)
    assert gone.fresh_evidence == other.fresh_evidence


def test_a_word_that_joins_without_an_instant_keeps_when_it_was_heard():
    yes = Consent("email", GRANTED, "explicit", "form", START, START + HOUR, "e")
    both, _ = customer.merge(NEW, customer.say(replace(NEW, person_id="p2"), yes))
    assert both.consent("email").recorded_at == START + HOUR
