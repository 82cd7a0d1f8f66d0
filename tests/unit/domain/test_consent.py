"""Consent: no order of words, however doubled or late, makes a yes of a no."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.consent import consent
from cartback.domain.consent.consent import GRANTED, UNTICKED, WITHDRAWN, basis_for, hear, stricter, withdraw
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


# ── edges ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("said", list(permutations([tick(True, 1), tick(False, 1)])))
def test_told_at_the_same_instant_the_empty_box_wins(said):
    assert state(said) == UNTICKED


def test_a_tick_says_nothing_against_a_record_of_the_very_same_place():
    left = after([record(False, 1, "customer 1")])
    assert hear(left, tick(True, 9, "customer 1", made=9)[0], START, "e", START + 9 * HOUR) is left


@pytest.mark.parametrize(
    ("first", "then", "counts"),
    [
        (tick(False, 1, "checkout 1"), tick(True, 2, "checkout 2", made=2), "checkout 2"),
        (tick(False, 1, "checkout 1"), tick(False, 2, "checkout 2", made=2), "checkout 1"),
        (tick(True, 1, "checkout 1"), tick(True, 2, "checkout 2", made=2), "checkout 1"),
    ],
    ids=["a tick after an empty box", "two empty boxes", "two ticks"],
)
def test_of_two_checkouts_only_a_first_tick_replaces_what_is_known(first, then, counts):
    assert after([first, then]).source == counts


def test_a_word_that_nobody_dated_was_told_when_it_was_said():
    seen, _ = tick(True, 7, made=3)
    assert hear(None, seen, START, "e").told_at == START + 3 * HOUR


def test_leaving_counts_now_also_where_the_shops_clock_dated_the_consent_later():
    ahead = after([record(True, 9)])
    left = withdraw(ahead, "email", "leave_link/1", START)
    assert (left.state, left.basis, left.at, left.sticky) == (WITHDRAWN, "opt_out", START, True)


def test_a_word_about_a_topic_stays_one_about_the_topic():
    seen = ConsentSeen("email", True, START, "explicit", "form", sticky=True, purpose="news")
    assert hear(None, seen, START, "e").purpose == "news"


def about(channel_state: str, hours: int, purpose: str = "marketing") -> consent.Consent:
    at = START + hours * HOUR
    return consent.Consent("email", channel_state, "explicit", "form", at, at, "e", purpose=purpose)


def test_leaving_a_channel_at_the_instant_of_agreeing_to_a_topic_is_leaving_the_topic():
    said = {"email": about(WITHDRAWN, 1), "email/news": about(GRANTED, 1, "news")}
    assert [word.state for word in consent.words_for(said, "email", "news")] == [WITHDRAWN]


@pytest.mark.parametrize(
    ("general", "topic"), [(WITHDRAWN, WITHDRAWN), (GRANTED, GRANTED), (UNTICKED, GRANTED), (None, GRANTED)]
)
def test_of_two_rows_only_a_refusal_of_the_channel_reaches_the_topic_of_the_other(general, topic):
    mine = {"email/news": about(GRANTED, 5, "news")}
    theirs = {"email": about(general, 1)} if general else {}
    for words in (consent.united(mine, theirs), consent.united(theirs, mine)):
        assert (words["email/news"].state, words["email/news"].purpose) == (topic, "news")


def test_a_service_word_is_not_touched_by_the_refusal_of_another_row():
    mine = {"email/service": about(GRANTED, 5, "service")}
    words = consent.united(mine, {"email": about(WITHDRAWN, 9)})
    assert words["email/service"].state == GRANTED


def heard_for(address, newest, granted=True, known=None, source="form", at=0):
    seen = ConsentSeen("email", granted, START + at * HOUR, "explicit", source, sticky=True)
    return consent.hear_for(address, newest, known, seen, START + 50 * HOUR, f"told {address}", START)


def test_a_consent_that_is_told_again_with_a_new_address_is_one_for_it_and_says_who_told_so():
    moved = heard_for("h2", True, known=replace(heard_for("h1", True), recorded_at=START))
    assert (moved.address_hash, moved.cause, moved.recorded_at) == ("h2", "told h2", START + 50 * HOUR)


@pytest.mark.parametrize(
    ("newest", "granted"), [(False, True), (True, False)], ids=["older news", "a refusal"]
)
def test_neither_older_news_nor_a_refusal_moves_a_word_to_another_address(newest, granted):
    known = heard_for("h1", True, granted)
    assert heard_for("h2", newest, granted, known).address_hash == "h1"


def test_a_consent_that_stays_with_its_address_keeps_when_and_by_whom_it_was_told():
    known = heard_for("h1", True)
    again = heard_for("h1", True, known=replace(known, cause="first"))
    assert again.cause == "first"


def test_another_consent_than_the_one_that_holds_becomes_the_word_for_the_new_address():
    known = heard_for("h1", True, at=5)
    older = heard_for("h2", True, known=known, source="another form", at=1)
    assert (older.address_hash, older.source, older.at) == ("h2", "another form", START + HOUR)
