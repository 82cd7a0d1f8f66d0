"""Quiet hours on days that are an hour too short or too long, and the caps."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.deadlines import Deadline
from cartback.domain.messaging.timing import Caps, QuietHours, after_caps, after_quiet

MINUTE = timedelta(minutes=1)
# Both days on which the clocks change; Cairo skips midnight itself, Lord Howe changes by half an hour.
CHANGES = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Africa/Cairo", "2026-04-24"),
    ("Africa/Cairo", "2026-10-30"),
    ("Asia/Kolkata", "2026-06-01"),
]
WINDOWS = [
    ("21:00", "08:00"),
    ("22:00", "02:30"),
    ("23:30", "00:30"),
    ("00:00", "02:15"),
    ("02:10", "02:50"),
    ("13:00", "15:00"),
]


def minutes_of(zone: ZoneInfo, day: str):
    """Every minute from noon before to noon after the day, so that both nights are whole."""
    start = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=zone).astimezone(UTC) - timedelta(hours=12)
    return [start + number * MINUTE for number in range(49 * 60)]


@pytest.mark.parametrize("window", WINDOWS, ids="-".join)
@pytest.mark.parametrize(("name", "day"), CHANGES)
def test_no_minute_of_a_day_on_which_clocks_change_leads_into_quiet_hours(name, day, window):
    zone, quiet = ZoneInfo(name), QuietHours(*map(time.fromisoformat, window))
    minutes = minutes_of(zone, day)
    first_free: datetime | None = None
    forward = minutes[-1].astimezone(zone).utcoffset() > minutes[0].astimezone(zone).utcoffset()
    for instant in reversed(minutes):
        loud = not quiet.covers(instant.astimezone(zone).time())
        if loud:
            first_free = instant
        free = after_quiet(instant, zone, quiet)
        assert not quiet.covers(free.astimezone(zone).time()), instant
        assert free == instant if loud else free > instant
        if first_free is not None:
            # An end that is skipped is where the clock lands; one that comes twice, or its start, is the later one.
            assert first_free <= free <= first_free + (0 if forward else 90) * MINUTE, instant


@pytest.mark.parametrize("window", WINDOWS, ids="-".join)
def test_away_from_changes_of_clocks_the_first_free_minute_is_taken(window):
    zone, quiet = ZoneInfo("Europe/Berlin"), QuietHours(*map(time.fromisoformat, window))
    following = None
    for instant in reversed(minutes_of(zone, "2026-06-01")):
        if not quiet.covers(instant.astimezone(zone).time()):
            following = instant
        if following is not None:
            assert after_quiet(instant, zone, quiet) == following


def test_quiet_hours_that_start_when_they_end_are_none():
    assert not any(QuietHours(time(8), time(8)).covers(time(hour)) for hour in range(24))


def test_without_quiet_hours_any_instant_is_free():
    instant = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert after_quiet(instant, ZoneInfo("Europe/Berlin"), None) == instant


NOW = datetime(2026, 3, 20, tzinfo=UTC)
pasts = st.lists(st.integers(0, 40 * 24 * 60).map(lambda ago: NOW - ago * MINUTE), max_size=12)
caps = st.builds(
    Caps,
    st.integers(1, 3),
    st.integers(1, 5),
    st.integers(1, 9),
    st.integers(0, 600).map(lambda minutes: minutes * MINUTE),
)


def keeps(caps: Caps, sends: list[datetime], at: datetime) -> bool:
    """Whether one more message at this instant keeps every cap, counted from scratch."""
    if any(at - then < caps.min_gap for then in sends):
        return False
    return all(sum(1 for then in sends if at - then < window) < limit for window, limit in caps.windows())


@given(pasts, caps)
def test_the_instant_that_the_caps_allow_keeps_them_and_no_earlier_one_does(sends, caps):
    free = after_caps(NOW, sends, caps)
    assert keeps(caps, sends, free)
    if free > NOW:
        assert not keeps(caps, sends, free - timedelta(microseconds=1))


@pytest.mark.parametrize("none", [Caps(per_day=0), Caps(per_week=0), Caps(per_month=0)])
def test_a_cap_of_zero_allows_nothing_ever(none):
    assert after_caps(NOW, [], none) is None


def test_the_order_of_past_messages_does_not_matter():
    sends = [NOW - timedelta(hours=hours) for hours in (2, 30, 5)]
    assert after_caps(NOW, sends, Caps()) == after_caps(NOW, sends[::-1], Caps())


DAY = timedelta(days=1)
NO_GAP = timedelta(0)


@pytest.mark.parametrize(
    ("caps", "window"),
    [
        (Caps(1, 9, 9, NO_GAP), DAY),
        (Caps(9, 1, 9, NO_GAP), 7 * DAY),
        (Caps(9, 9, 1, NO_GAP), 30 * DAY),
        (Caps(9, 9, 9, 4 * 60 * MINUTE), 4 * 60 * MINUTE),
    ],
    ids=["a day", "a week", "thirty days", "the gap"],
)
def test_a_spent_cap_is_free_again_when_its_window_is_over_and_not_before(caps, window):
    sent = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert after_caps(sent + MINUTE, [sent], caps) == sent + window
    assert after_caps(sent + window, [sent], caps) == sent + window


def test_where_nothing_is_said_two_messages_a_day_four_a_week_and_eight_in_thirty_days_are_the_most():
    assert Caps().windows() == ((DAY, 2), (7 * DAY, 4), (30 * DAY, 8))
    assert Caps().min_gap == timedelta(hours=4)


def test_a_deadline_shows_the_minute_that_is_safe_on_the_readers_wall():
    ends = datetime(2026, 3, 2, 10, 15, 59, 999_999, tzinfo=UTC)
    shown = Deadline.until(ends, "Europe/Berlin", ends - MINUTE).wall
    assert shown.isoformat() == "2026-03-02T11:15:00+01:00"


def test_an_end_that_is_here_is_no_deadline():
    ends = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert Deadline.until(ends, "Europe/Berlin", ends) is None
    assert Deadline.until(None, "Europe/Berlin", ends) is None
