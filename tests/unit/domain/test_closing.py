"""Until when a message that rings may arrive: the first quiet hour on any wall on which it was allowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.messaging.send_window import closing, opening
from cartback.domain.messaging.timing import QuietHours, after_quiet, until_quiet
from cartback.domain.people.customer import Person
from tests.fakes.world import a_policy

YEAR = st.integers(0, 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
BERLIN, NIGHT = ZoneInfo("Europe/Berlin"), QuietHours(time(21), time(8))
ADA = Person("demo", "p1", phone="+491701234567", country="DE")


def wall(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "quiet", "ends"),
    [
        (wall(2, 10), NIGHT, wall(2, 21)),
        (wall(2, 20, 59), NIGHT, wall(2, 21)),
        (wall(2, 21), NIGHT, wall(2, 21)),
        (wall(3, 3), NIGHT, wall(3, 3)),
        (wall(2, 10), QuietHours(time(2), time(6)), wall(3, 2)),
        (wall(2, 10), QuietHours(time(9), time(9)), None),
        # On the day on which the clocks jump from two to three, half past two never comes.
        (wall(28, 20), QuietHours(time(2, 30), time(6)), wall(29, 3)),
    ],
)
def test_quiet_begins_on_the_wall(now, quiet, ends):
    assert until_quiet(now, BERLIN, quiet) == ends


def test_the_shops_hours_and_the_laws_count_on_every_wall_and_the_first_ends_it():
    policy = a_policy(quiet=NIGHT)
    assert closing(wall(2, 10), ADA, "sms", policy) == wall(2, 21)
    by_law = replace(policy, pack="us")
    assert closing(wall(2, 10), ADA, "sms", by_law) == wall(2, 20)
    assert closing(wall(2, 10), ADA, "sms", replace(policy, quiet=None)) is None
    # A number of New York beside an address in Berlin: at eight in the evening there it is two in the morning here.
    both = replace(ADA, phone="+12125550100", region=None)
    assert closing(wall(2, 15), both, "sms", replace(policy, quiet=None)) == wall(2, 20)


@given(
    YEAR,
    st.times(),
    st.times(),
)
def test_up_to_that_instant_it_is_allowed_and_at_it_no_more(now, start, end):
    quiet = QuietHours(start, end)
    ends = until_quiet(now, BERLIN, quiet)
    if ends is None:
        assert start == end
        return
    assert now <= ends <= now + timedelta(days=2)
    almost = ends - timedelta(seconds=1)
    assert almost < now or after_quiet(almost, BERLIN, quiet) == almost
    assert (
        quiet.covers(ends.astimezone(BERLIN).time())
        or (ends - timedelta(hours=1)).astimezone(BERLIN).utcoffset() != ends.astimezone(BERLIN).utcoffset()
    )


@given(YEAR)
def test_an_allowed_instant_is_never_after_its_own_end(now):
    policy = a_policy(quiet=NIGHT, pack="us")
    person = replace(ADA, phone="+12125550100")
    at = opening(now, person, "sms", policy).at
    ends = closing(at, person, "sms", policy)
    assert ends is not None
    assert ends > at
