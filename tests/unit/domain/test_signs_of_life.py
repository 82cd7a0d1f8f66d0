"""Since when somebody was silent, and since when we knew of a purchase: what outlives the day on which it was said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.consent.consent import GRANTED, UNTICKED, WITHDRAWN, Consent
from cartback.domain.messaging.engagement import engaged_at
from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from cartback.domain.trade import purchases
from cartback.domain.trade.purchases import REMEMBERED, Purchase, Told
from tests.fakes.world import START

DAY = timedelta(days=1)
NOBODY = Person("demo", "p1")
LONG_AGO = START - 400 * DAY


def said(state: str, at=START) -> dict[str, Consent]:
    return {"email": Consent("email", state, "explicit", "form", at, at, "e")}


@pytest.mark.parametrize(
    ("person", "active_at"),
    [
        (replace(NOBODY, last_order_at=START), None),
        (replace(NOBODY, clicked_at=START), None),
        (replace(NOBODY, carts_at=(START, LONG_AGO)), None),
        (NOBODY, START),
        (replace(NOBODY, consents=said(GRANTED)), None),
    ],
    ids=["an order", "a click", "a cart", "this cart", "a yes"],
)
def test_each_trace_in_the_shop_is_a_sign_of_life_and_the_newest_counts(person, active_at):
    assert engaged_at(person, active_at) == START
    if person.last_order_at is None:
        assert engaged_at(replace(person, last_order_at=LONG_AGO), active_at) == START


@pytest.mark.parametrize("state", [WITHDRAWN, UNTICKED])
def test_a_no_is_no_sign_of_wanting_more(state):
    assert engaged_at(replace(NOBODY, consents=said(state)), None) is None


def test_of_somebody_without_a_trace_nothing_is_known():
    assert engaged_at(NOBODY) is None


def order(days: int, recorded: int) -> Purchase:
    return Purchase(START + days * DAY, START + recorded * DAY)


def test_a_purchase_that_is_told_again_was_known_before():
    once = purchases.heard((), Told(START), START + DAY)
    assert once == (order(0, 1),)
    assert purchases.heard(once, Told(START), START + 2 * DAY) is once


def test_the_latest_purchases_are_remembered_in_their_order():
    known: tuple[Purchase, ...] = ()
    for days in (3, 0, *range(5, 1 + REMEMBERED), 1, 4, 2):
        known = purchases.heard(known, Told(START + days * DAY), START + 9 * DAY)
    assert known == tuple(order(days, 9) for days in range(1, 1 + REMEMBERED))


def test_what_another_row_had_bought_is_known_of_this_person_from_now_on():
    mine, theirs = (order(0, 1),), (order(0, 2), order(3, 4))
    assert purchases.united(mine, theirs, START + 9 * DAY) == (order(0, 1), order(3, 9))
    assert purchases.united(mine, theirs, None) == (order(0, 1), order(3, 4))


# ── two rows of one person ───────────────────────────────────────────────────────────────────────────────────────

ADA = Person(
    "demo", "p1", email="ada@example.com", phone="+4915112345678", phone_hash="n1", first_name="Ada", locale="de",
    country="US", region="FL", seen_at=START, carts_at=(START,), clicked_at=START, forgotten_at=START,
)  # fmt: skip


@pytest.mark.parametrize("hours", [-1, 1], ids=["the other is older", "the other is newer"])
def test_a_row_that_knows_nothing_takes_nothing_away(hours):
    empty = Person("demo", "p2", seen_at=START + timedelta(hours=hours))
    for one, other in ((ADA, empty), (empty, ADA)):
        both, _ = customer.merge(one, other)
        kept = (
            both.email,
            both.phone,
            both.phone_hash,
            both.first_name,
            both.locale,
            both.country,
            both.region,
        )
        assert kept == ("ada@example.com", "+4915112345678", "n1", "Ada", "de", "US", "FL")
        assert (both.carts_at, both.clicked_at, both.forgotten_at) == ((START,), START, START)


def test_of_two_rows_the_newer_one_says_who_it_is_and_the_latest_instants_count():
    newer = replace(
        ADA, person_id="p2", phone="+4915187654321", phone_hash="n2", first_name="Ada L.", locale="en",
        country="DE", region=None, seen_at=START + DAY, clicked_at=START + DAY, forgotten_at=START + DAY,
    )  # fmt: skip
    for one, other in ((ADA, newer), (newer, ADA)):
        both, _ = customer.merge(one, other)
        kept = (both.phone, both.phone_hash, both.first_name, both.locale, both.country, both.region)
        assert kept == ("+4915187654321", "n2", "Ada L.", "en", "DE", None)
        assert (both.seen_at, both.clicked_at, both.forgotten_at) == (START + DAY,) * 3


def test_who_asks_twice_to_be_forgotten_is_forgotten_up_to_the_later_wish():
    erased = customer.erase(customer.erase(ADA, START + DAY, START + DAY), START, START + 2 * DAY)
    assert (erased.forgotten_at, erased.erased_at) == (START + DAY, START + DAY)
