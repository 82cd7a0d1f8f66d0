"""A bucket never gives more than its rate, and a breaker lets one call at a time try whether the other side is back."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.connectors.limits import (
    FAILURES,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    LOST_PAUSE,
    PROBE,
    AccountState,
    Rate,
    failed,
    lost,
    succeeded,
    take,
)
from tests.fakes.world import START

STATE = AccountState("demo", "slack", "main")
RATE = Rate(10, timedelta(seconds=5), burst=3)
SECOND = timedelta(seconds=1)


@given(st.lists(st.floats(0, 30), max_size=80), st.integers(1, 20), st.integers(1, 5))
def test_no_window_of_time_holds_more_calls_than_rate_and_burst_allow(gaps, calls: int, burst: int):
    rate, state, now, taken = Rate(calls, timedelta(seconds=5), burst), STATE, START, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        state, wait = take(state, rate, now)
        if not wait:
            taken.append(now)
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            span = (taken[last] - taken[first]).total_seconds()
            assert last - first + 1 <= burst + span * rate.a_second + 1e-6


@given(st.floats(0, 100))
def test_whoever_waits_as_long_as_told_is_let_through(pause: float):
    state, now = STATE, START + timedelta(seconds=pause)
    for _ in range(RATE.burst):
        state, wait = take(state, RATE, now)
        assert wait == 0
    _, wait = take(state, RATE, now)
    assert wait > 0
    assert take(state, RATE, now + timedelta(seconds=wait))[1] == 0


def test_a_time_that_the_vendor_named_counts_for_all_and_opens_no_breaker():
    state = STATE
    for _ in range(9):
        state = failed(state, START, 120)
    assert not state.is_open
    assert take(state, RATE, START + 119 * SECOND)[1] == 1
    assert take(state, RATE, START + 120 * SECOND)[1] == 0


def test_the_breaker_opens_after_five_failures_in_a_row_and_waits_longer_each_time():
    state, pauses = STATE, []
    for number in range(FAILURES + 12):
        state = failed(state, START)
        assert state.is_open == (number + 1 >= FAILURES)
        if state.open_until:
            pauses.append(state.open_until - START)
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE


def test_an_answer_in_between_begins_the_count_anew():
    state = STATE
    for _ in range(FAILURES - 1):
        state = failed(state, START)
    for _ in range(FAILURES - 1):
        state = failed(succeeded(state), START)
        state = succeeded(state)
    assert not state.is_open


def test_while_it_is_open_one_call_tries_and_all_others_wait_for_it():
    state = STATE
    for _ in range(FAILURES):
        state = failed(state, START)
    now = START + FIRST_PAUSE
    probing, wait = take(state, RATE, now)
    assert wait == 0
    assert take(probing, RATE, now)[1] == PROBE.total_seconds()
    closed = succeeded(probing)
    assert not closed.is_open
    assert take(closed, RATE, now)[1] == 0


def test_access_that_is_lost_is_remembered_since_when_and_tried_every_quarter_of_an_hour():
    first = lost(STATE, START, "401")
    again = lost(first, START + SECOND, "401")
    assert (first.lost_at, again.lost_at) == (START, START)
    assert take(again, RATE, START + LOST_PAUSE)[1] == 1
    assert take(again, RATE, START + SECOND + LOST_PAUSE)[1] == 0
    assert succeeded(again).lost_at is None


def test_an_answer_that_changes_nothing_writes_nothing():
    state, _ = take(STATE, RATE, START)
    assert succeeded(state) is state
