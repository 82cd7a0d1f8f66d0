"""When virtual time may go on, and how far."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.pace import Pace, next_instant

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
INSTANTS = st.integers(-100_000, 100_000).map(lambda seconds: NOW + timedelta(seconds=seconds))


def test_time_stands_while_anything_is_under_way():
    assert next_instant(NOW, NOW + HOUR, [], ["function ApplyEvents"]) is None
    assert next_instant(NOW, NOW + HOUR, [NOW], ["1 messages in the intake"]) is None


def test_time_goes_as_far_as_the_pace_allows_if_nothing_is_due_before():
    assert next_instant(NOW, NOW + HOUR, []) == NOW + HOUR
    assert next_instant(NOW, NOW + HOUR, [NOW + 2 * HOUR]) == NOW + HOUR


def test_time_stops_at_the_first_thing_that_is_due():
    assert next_instant(NOW, NOW + 9 * HOUR, [NOW + 2 * HOUR, NOW + HOUR]) == NOW + HOUR


def test_what_is_overdue_is_due_now():
    assert next_instant(NOW, NOW + HOUR, [NOW - HOUR]) == NOW


@given(goal=INSTANTS, due=st.lists(INSTANTS, max_size=4), busy=st.lists(st.text(max_size=3), max_size=2))
def test_time_never_goes_back_nor_past_what_is_due_nor_faster_than_agreed(
    goal: datetime, due: list[datetime], busy: list[str]
):
    to = next_instant(NOW, goal, due, busy)
    assert (to is None) == bool(busy)
    if to is not None:
        assert to >= NOW
        assert to <= max(NOW, goal)
        assert all(to <= max(NOW, each) for each in due)


def test_what_was_lost_by_standing_is_made_up_for():
    pace = Pace(3600.0, 100.0, NOW)
    assert pace.goal(100.0) == NOW
    assert pace.goal(101.0) == NOW + HOUR
    assert pace.goal(160.0) == NOW + 60 * HOUR


@pytest.mark.parametrize(("speed", "waits"), [(0.5, False), (1.0, False), (1.5, True), (3600.0, True)])
def test_only_time_that_is_faster_than_life_waits_for_work(speed: float, waits: bool):
    assert Pace(speed, 0.0, NOW).waits is waits
