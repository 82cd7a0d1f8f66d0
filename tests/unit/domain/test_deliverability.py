"""When a shop's mail has to stop, and how a new sender begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cartback.domain.claims import BOUNCED, CLAIMED, COMPLAINED, DELIVERED, SENT, UNKNOWN, Claim
from cartback.domain.deliverability import FEWEST, WINDOW, Tally, hurts, news, overdone
from cartback.domain.messaging.warm_up import NO_CEILING_FROM, WarmUp, next_day
from tests.fakes.world import START

CLAIM = Claim("demo", "c", "cart", 1, "reminder", "email", "p", "h", "email", 1, START)


def at(state: str) -> Claim:
    return replace(CLAIM, state=state)


@pytest.mark.parametrize(
    ("before", "after", "permanent", "added"),
    [
        (CLAIMED, SENT, False, Tally()),
        (SENT, DELIVERED, False, Tally(1)),
        (UNKNOWN, DELIVERED, False, Tally(1)),
        (SENT, BOUNCED, True, Tally(1, 1)),
        (SENT, BOUNCED, False, Tally(1)),
        (DELIVERED, BOUNCED, True, Tally(0, 1)),
        (DELIVERED, COMPLAINED, False, Tally(0, 0, 1)),
        (SENT, COMPLAINED, False, Tally(1, 0, 1)),
        (DELIVERED, DELIVERED, False, Tally()),
    ],
)
def test_each_message_is_counted_once_whatever_the_order_of_news(before, after, permanent, added):
    assert news(at(before), at(after), permanent) == added


def test_what_was_asked_for_is_not_counted_as_marketing():
    service = replace(CLAIM, purpose="service")
    assert news(service, replace(service, state=BOUNCED), True) == Tally()


@pytest.mark.parametrize(
    ("state", "permanent", "does"),
    [(BOUNCED, True, True), (BOUNCED, False, False), (COMPLAINED, False, True), (DELIVERED, True, False)],
)
def test_a_final_bounce_or_a_complaint_about_marketing_hurts(state, permanent, does):
    assert hurts(at(state), permanent) == does
    assert not hurts(replace(at(state), purpose="service"), permanent)


@pytest.mark.parametrize(
    ("lately", "because"),
    [
        (Tally(FEWEST, 5, 0), "bounces"),
        (Tally(FEWEST, 4, 0), None),
        (Tally(FEWEST - 1, 50, 50), None),
        (Tally(FEWEST, 0, 1), None),
        (Tally(FEWEST, 0, 2), "complaints"),
        (Tally(2000, 0, 2), "complaints"),
        (Tally(2001, 0, 2), None),
        (Tally(), None),
    ],
)
def test_marketing_stops_at_the_limits_and_not_before(lately, because):
    assert overdone(lately) == because


@pytest.mark.parametrize(
    ("days", "ceiling"), [(-3, 50), (0, 50), (1, 100), (5, 1600), (10, 51_200), (11, None), (999, None)]
)
def test_a_new_sender_doubles_every_day_until_there_is_no_ceiling(days, ceiling):
    warm_up = WarmUp(date(2026, 9, 1), 50)
    assert warm_up.ceiling(datetime(2026, 9, 1, 12, tzinfo=UTC) + timedelta(days=days)) == ceiling
    assert ceiling is None or ceiling < NO_CEILING_FROM


def test_what_found_no_room_looks_again_within_the_first_hour_of_the_next_day():
    late = datetime(2026, 9, 1, 23, 59, 59, tzinfo=UTC)
    for spread in (0, 3599, 3600, 10**30):
        assert timedelta(0) <= next_day(late, spread) - datetime(2026, 9, 2, tzinfo=UTC) < timedelta(hours=1)


def test_the_first_day_is_the_first_and_the_second_has_room_for_twice_as_many():
    warm_up = WarmUp(date(2026, 9, 1), 7)
    days = [datetime(2026, 9, day, hour, tzinfo=UTC) for day, hour in ((1, 0), (1, 23), (2, 0), (3, 0))]
    assert [warm_up.ceiling(day) for day in days] == [7, 7, 14, 28]


def test_a_day_of_a_hundred_thousand_has_no_ceiling():
    assert WarmUp(date(2026, 9, 1), 99_999).ceiling(datetime(2026, 9, 1, tzinfo=UTC)) == 99_999
    assert WarmUp(date(2026, 9, 1), 100_000).ceiling(datetime(2026, 9, 1, tzinfo=UTC)) is None


def test_a_complaint_is_no_bounce_even_where_the_provider_calls_it_permanent():
    assert news(at(SENT), at(COMPLAINED), True) == Tally(1, 0, 1)


def test_what_waits_for_the_next_day_is_spread_over_its_first_hour():
    late = datetime(2026, 9, 1, 23, 59, 59, 999, tzinfo=UTC)
    midnight = datetime(2026, 9, 2, tzinfo=UTC)
    for spread, seconds in ((0, 0), (90, 90), (3599, 3599), (3601, 1)):
        assert next_day(late, spread) == midnight + timedelta(seconds=seconds)


def test_a_week_is_looked_at_and_its_days_add_up():
    assert timedelta(days=7) == WINDOW
    assert Tally(100, 3, 2) + Tally(50, 2, 1) == Tally(150, 5, 3)
