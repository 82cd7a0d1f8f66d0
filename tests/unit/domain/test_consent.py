"""Consent: no order of words, however doubled or late, makes a yes of a no."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain import consent
from cartback.domain.consent import GRANTED, UNTICKED, WITHDRAWN, basis_for, hear, stricter, withdraw
from cartback.domain.observations import ConsentSeen
from tests.fakes.world import START

HOUR = timedelta(hours=1)


def record(granted: bool, hours: int, source: str = "customer 1") -> tuple[ConsentSeen, int]:
    """A word that the shop dated itself, told at once."""
    return ConsentSeen("email", granted, START + hours * HOUR, "explicit", source, sticky=True), hours


def tick(granted: bool, told: int, checkout: str = "checkout 1", made: int = 0) -> tuple[ConsentSeen, int]:
    """A tick box: its date is its checkout's, whenever it is told."""
    return ConsentSeen("email", granted, START + made * HOUR, "explicit", checkout), told


def after(words) -> consent.Consent | None:
    known = None
    for number, (seen, told) in enumerate(words):
        known = hear(known, seen, START + 100 * HOUR, f"e{number}", START + told * HOUR)
    return known


def state(words) -> str | None:
    known = after(words)
    return known.state if known else None


hours = st.integers(0, 5)
records = st.builds(record, st.booleans(), hours)
ticks_of_one = st.builds(tick, st.booleans(), hours)
ticks = st.builds(tick, st.booleans(), hours, st.sampled_from(["checkout 1", "checkout 2", "checkout 3"]))


@given(
    st.lists(records | ticks_of_one, min_size=1, max_size=5).flatmap(
        lambda said: st.tuples(st.just(said), st.permutations(said))
    )
)
def test_any_order_of_records_and_of_the_ticks_of_one_checkout_ends_the_same(orders):
    said, mixed = orders
    assert state(said) == state(mixed)


@given(st.lists(records | ticks, min_size=1, max_size=6))
def test_hearing_everything_twice_changes_nothing(said):
    once, twice = after(said), after([word for pair in zip(said, said, strict=True) for word in pair])
    assert (once.state, once.at, once.source) == (twice.state, twice.at, twice.source)


@given(st.lists(records | ticks, max_size=6), st.data())
def test_a_refusal_that_nobody_took_back_later_is_never_followed_by_a_consent(said, data):
    newest = max([seen.at for seen, _ in said if seen.sticky], default=START)
    refusal = record(False, (newest - START) // HOUR)
    place = data.draw(st.integers(0, len(said)))
    assert state([*said[:place], refusal, *said[place:]]) == WITHDRAWN


@given(st.lists(records | ticks, max_size=5), st.lists(ticks, max_size=5))
def test_after_our_own_opt_out_no_tick_box_means_anything(before, later):
    known = withdraw(after(before), "email", "leave_link/1", START + 50 * HOUR)
    for seen, told in later:
        known = hear(known, seen, START + 200 * HOUR, "e", START + told * HOUR)
    assert known.state == WITHDRAWN


def test_after_our_own_opt_out_only_a_later_record_of_the_shop_counts():
    known = withdraw(None, "email", "leave_link/1", START + 2 * HOUR)
    for hours_later, expected in ((1, WITHDRAWN), (2, WITHDRAWN), (3, GRANTED)):
        seen, _ = record(True, hours_later)
        assert hear(known, seen, START, "e", seen.at).state == expected


@pytest.mark.parametrize("said", list(permutations([tick(True, 1), tick(False, 2), tick(True, 1)])))
def test_a_tick_that_was_taken_back_does_not_return_when_it_is_delivered_late(said):
    assert state(said) == UNTICKED


@pytest.mark.parametrize("said", list(permutations([tick(True, 1), tick(False, 2), tick(True, 3)])))
def test_a_box_that_was_ticked_again_counts(said):
    assert state(said) == GRANTED


@pytest.mark.parametrize("said", list(permutations([record(True, 0), tick(False, 3)])))
def test_a_checkout_without_the_tick_takes_back_no_consent_given_elsewhere(said):
    assert state(said) == GRANTED


@pytest.mark.parametrize(
    "said", list(permutations([tick(True, 1, "checkout 1"), tick(False, 2, "checkout 2")]))
)
def test_a_checkout_without_the_tick_takes_back_no_tick_of_another_checkout(said):
    assert state(said) == GRANTED


@pytest.mark.parametrize("said", list(permutations([record(False, 0), tick(True, 5, made=5)])))
def test_a_dated_opt_out_outweighs_a_newer_tick(said):
    assert state(said) == WITHDRAWN


@pytest.mark.parametrize("said", list(permutations([record(True, 1), record(False, 1, "customer 2")])))
def test_at_the_same_instant_a_refusal_wins(said):
    assert state(said) == WITHDRAWN


def test_leaving_twice_is_leaving_once():
    once = withdraw(None, "email", "leave_link/1", START)
    assert withdraw(once, "email", "leave_link/1", START) is once


def test_a_consent_from_between_two_refusals_does_not_win_by_arriving_late():
    once = withdraw(None, "email", "leave_link/1", START)
    twice = withdraw(once, "email", "leave_link/2", START + 2 * HOUR)
    seen, _ = record(True, 1)
    assert hear(twice, seen, START, "e", seen.at).state == WITHDRAWN


@pytest.mark.parametrize(
    ("said", "accepted", "reason"),
    [
        ([], {"explicit"}, "no_basis"),
        ([tick(False, 1)], {"explicit"}, "no_basis"),
        ([record(False, 1)], {"explicit"}, "opted_out"),
        ([record(True, 1)], {"double_opt_in"}, "basis_not_sufficient"),
        ([record(True, 1)], {"explicit"}, None),
        ([record(True, 1)], set(), "basis_not_sufficient"),
    ],
)
def test_no_basis_no_mail_and_the_reason_is_told(said, accepted, reason):
    assert basis_for(after(said), frozenset(accepted)) == reason


@given(st.lists(records | ticks, max_size=4), st.lists(records | ticks, min_size=1, max_size=4))
def test_of_two_rows_that_become_one_any_refusal_holds_whichever_is_named_first(ones, others):
    one, other = after(ones), after(others)
    held = stricter(one, other)
    refused = WITHDRAWN in {word.state for word in (one, other) if word is not None}
    assert (held.state == WITHDRAWN) == refused
    if one is not None:
        assert stricter(other, one).state == held.state


def test_an_empty_box_of_one_row_takes_nothing_from_the_other():
    agreed, empty = after([record(True, 1)]), after([tick(False, 4, made=4)])
    assert stricter(agreed, empty).state == stricter(empty, agreed).state == GRANTED


def test_a_consent_quotes_channel_basis_source_and_instant():
    assert after([record(True, 1)]).reference == "email/explicit/customer 1/2026-03-02T11:00:00+00:00"
