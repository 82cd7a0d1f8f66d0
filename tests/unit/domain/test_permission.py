"""Who may be written to: per channel, purpose, address and market, and as the person wishes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.consent.consent import GRANTED, TOPICS, UNTICKED, WITHDRAWN, Consent, united, words_for
from cartback.domain.consent.jurisdiction import (
    CUSTOMER,
    DOUBLE,
    EXPLICIT,
    NO_CONSENT_NEEDED,
    PACKS,
    STRICTEST,
)
from cartback.domain.consent.permission import permission
from cartback.domain.consent.preferences import Preferences
from cartback.domain.context import Context
from cartback.domain.decision import SEND, SKIP, STOP, WAIT
from cartback.domain.observations import ConsentSeen, Contact
from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from cartback.domain.policy import plan_for
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import Item
from cartback.flows.cart_recovery import decide
from tests.fakes.world import START, a_policy

DAY = timedelta(days=1)
EVERY_BASIS = frozenset({DOUBLE, EXPLICIT, CUSTOMER})


def word(state=GRANTED, purpose="marketing", days=0, basis=DOUBLE, address="h1", channel="email") -> Consent:
    at = START - 100 * DAY + days * DAY
    return Consent(channel, state, basis, "a form", at, at, "e1", purpose=purpose, address_hash=address)


def ada(*words: Consent, **changes) -> Person:
    person = Person("demo", "p1", email="ada@example.com", email_hash="h1")
    for each in words:
        person = customer.say(person, each)
    return replace(person, **changes)


def reason(person: Person, purpose="cart_reminders", **policy) -> str | None:
    given = {"accepted_bases": EVERY_BASIS, "pack": "eu", **policy}
    return permission(person, "email", purpose, a_policy(**given)).reason


# ── purposes ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("topic", TOPICS)
def test_a_general_consent_covers_every_topic_of_marketing(topic):
    assert reason(ada(word()), topic) is None


def test_a_general_consent_covers_no_purpose_that_is_not_marketing():
    assert words_for(ada(word()).consents, "email", "service") == ()


def test_a_consent_for_one_topic_covers_no_other():
    person = ada(word(purpose="news"))
    assert (reason(person, "news"), reason(person, "cart_reminders")) == (None, "topic_not_covered")


def test_who_agreed_to_other_topics_is_told_apart_from_who_agreed_to_nothing():
    offers = word(purpose="offers")
    assert reason(ada()) == "no_basis"
    assert reason(ada(offers, word(UNTICKED))) == "topic_not_covered"
    assert reason(ada(word(purpose="news", channel="sms"))) == "no_basis"
    assert reason(ada(word(WITHDRAWN, "offers"))) == "no_basis"
    assert reason(ada(offers, word(WITHDRAWN, days=1))) == "opted_out"
    assert reason(ada(offers, word(basis=EXPLICIT)), pack=STRICTEST) == "basis_not_sufficient"


def test_a_word_for_the_topic_overrides_the_general_one():
    person = ada(word(), word(WITHDRAWN, "cart_reminders", days=1))
    assert (reason(person), reason(person, "offers")) == ("topic_off", None)


def test_a_general_consent_that_comes_later_does_not_bring_a_refused_topic_back():
    assert reason(ada(word(WITHDRAWN, "cart_reminders"), word(days=1))) == "topic_off"


def test_who_leaves_a_channel_leaves_it_for_every_topic():
    assert reason(ada(word(purpose="cart_reminders"), word(WITHDRAWN, days=1))) == "opted_out"


def test_who_agrees_to_a_topic_after_leaving_is_written_to_about_it_alone():
    person = ada(word(WITHDRAWN), word(purpose="cart_reminders", days=1))
    assert (reason(person), reason(person, "offers")) == (None, "opted_out")


def test_of_two_rows_that_become_one_the_refusal_of_a_channel_outlives_an_agreement_to_a_topic():
    mine, theirs = ada(word(purpose="offers", days=5)).consents, ada(word(WITHDRAWN)).consents
    for words in (united(mine, theirs), united(theirs, mine)):
        assert reason(Person("demo", "p1", email="a@example.com", email_hash="h1", consents=words), "offers")


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_consent_for_another_address_is_no_basis():
    assert reason(ada(word(address="h2"))) == "other_address"
    assert reason(ada(word(address=None))) == "other_address"


def told(
    person: Person, address: str, hours: int, *, granted=True, source="customer 1", sticky=True
) -> Person:
    seen = ConsentSeen("email", granted, START - 9 * DAY, EXPLICIT, source, sticky=sticky)
    contact = Contact(email=f"{address}@example.com", consents=(seen,))
    return customer.meet(person, contact, [], address, START + timedelta(hours=hours), START, "e")


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_record_that_the_shop_tells_with_a_new_address_counts_for_the_new_one_in_any_order(order):
    person = Person("demo", "p1")
    for hours in order:
        person = told(person, f"h{hours}", hours)
    assert (person.email_hash, reason(person)) == ("h2", None)


def test_a_double_opt_in_does_not_move_to_an_address_that_was_typed_at_a_checkout():
    person = customer.say(Person("demo", "p1", email="a@example.com", email_hash="h1"), word())
    moved = told(person, "h2", 1, source="checkout 1", sticky=False)
    assert moved.consent("email").basis == EXPLICIT
    assert reason(moved, accepted_bases=frozenset({DOUBLE})) == "basis_not_sufficient"


def test_a_refusal_holds_whatever_the_address():
    person = customer.opt_out(ada(word()), ["email"], "leave_link/1", START)
    assert reason(replace(person, email_hash="h2")) == "opted_out"


# ── markets ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("pack", "basis", "topic", "suffices"),
    [
        ("dach", DOUBLE, "cart_reminders", True),
        ("dach", EXPLICIT, "cart_reminders", False),
        ("dach", CUSTOMER, "cart_reminders", True),
        ("dach", CUSTOMER, "news", False),
        ("eu", EXPLICIT, "cart_reminders", True),
        ("eu", CUSTOMER, "news", False),
        ("uk", CUSTOMER, "news", True),
        ("us", CUSTOMER, "offers", True),
    ],
)
def test_the_law_of_the_market_says_which_basis_suffices(pack, basis, topic, suffices):
    person = ada(word(basis=basis), last_order_at=START - 50 * DAY)
    assert reason(person, topic, pack=pack) == (None if suffices else "basis_not_sufficient")


def test_a_cart_reminder_by_text_message_needs_a_double_opt_in_in_the_usa():
    assert PACKS["us"].bases("sms", "cart_reminders") == {DOUBLE}


def test_what_suffices_for_the_strictest_pack_suffices_for_every_pack_and_every_rule_has_its_source():
    strict = PACKS[STRICTEST]
    for pack in PACKS.values():
        assert all(strict.bases(*about) <= pack.bases(*about) for about in pack.rules)
        assert all(rule.source for rule in pack.rules.values())


def test_every_pack_speaks_about_every_channel_and_topic():
    for pack in PACKS.values():
        assert set(pack.rules) == {
            (channel, topic) for channel in ("email", "sms", "whatsapp", "push") for topic in TOPICS
        }
        assert not {purpose for _, purpose in pack.rules} & NO_CONSENT_NEEDED


def test_a_shop_may_ask_for_more_than_the_law_and_never_for_less():
    explicit = ada(word(basis=EXPLICIT))
    assert reason(explicit, accepted_bases=frozenset({DOUBLE})) == "basis_not_sufficient"
    assert reason(explicit, pack="dach") == "basis_not_sufficient"


def test_an_abandoned_first_order_is_no_sale():
    person = ada(word(basis=CUSTOMER))
    assert reason(person) == "never_bought"
    assert reason(replace(person, last_order_at=START - 60 * DAY)) is None


# ── wishes ───────────────────────────────────────────────────────────────────────────────────────────────────────

CART = Cart(
    "demo",
    "c1",
    items=(Item("v1", "Hemd"),),
    person_id="p1",
    started_at=START,
    activity_at=START,
    generation=1,
)


def decided(person: Person, **policy):
    rules = a_policy(**policy)
    return decide(Context(CART, person), plan_for(rules), 0, 1, rules, START + timedelta(hours=1))


def test_nothing_goes_out_during_a_pause_and_the_touch_waits_if_it_still_may():
    until = START + 3 * DAY
    decision = decided(ada(word(), prefs=Preferences(paused_until=until)))
    assert (decision.word, decision.reason, decision.until) == (WAIT, "paused", until)


def test_a_touch_that_a_pause_outlasts_is_left_out():
    decision = decided(ada(word(), prefs=Preferences(paused_until=START + 30 * DAY)))
    assert (decision.word, decision.reason) == (SKIP, "paused")


def test_a_pause_that_is_over_stops_nothing():
    assert decided(ada(word(), prefs=Preferences(paused_until=START))).word == SEND


@pytest.mark.parametrize(
    ("frequency", "days", "expected"),
    [
        ("all", 1, (SEND, "due")),
        ("weekly", 2, (WAIT, "too_often_for_person")),
        ("weekly", 7, (SEND, "due")),
        ("monthly", 2, (SKIP, "too_often_for_person")),
        ("monthly", 30, (SEND, "due")),
    ],
)
def test_nobody_hears_more_often_than_they_wish(frequency, days, expected):
    person = ada(word(), prefs=Preferences(frequency=frequency), sends=(START - days * DAY,))
    decision = decided(person)
    assert (decision.word, decision.reason) == expected


def test_a_topic_that_is_off_ends_the_reminding():
    decision = decided(ada(word(), word(WITHDRAWN, "cart_reminders", days=1)))
    assert (decision.word, decision.reason) == (STOP, "topic_off")


def test_an_empty_box_is_no_basis():
    assert reason(ada(word(UNTICKED))) == "no_basis"


def test_a_consent_that_names_no_number_is_none_for_somebody_without_a_number():
    person = ada(word(channel="sms", address=None))
    assert person.phone_hash is None
    told = permission(person, "sms", "cart_reminders", a_policy(pack="eu", accepted_bases=EVERY_BASIS))
    assert (told.word, told.reason) == (None, "other_address")
