"""Where a person may be, and the first hour that is allowed on every clock there."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest

from cartback.domain.deadlines import Deadline
from cartback.domain.messaging.send_window import opening
from cartback.domain.messaging.timing import QuietHours, after_all_quiet
from cartback.domain.people.customer import Person
from cartback.domain.people.zone_tables import COUNTRIES, PREFIXES, REGIONS
from cartback.domain.people.zones import countries_of, of_address, plausible, region_of
from tests.fakes.world import a_policy

MINUTE = timedelta(minutes=1)
NIGHT = QuietHours(time(21), time(8))
# Each with the days on which a clock of the group changes; Lord Howe changes by half an hour.
TOGETHER = [
    (("Europe/Berlin", "America/New_York"), "2026-03-08"),
    (("Europe/Berlin", "America/New_York"), "2026-03-29"),
    (("Europe/Berlin", "America/New_York"), "2026-10-25"),
    (("Australia/Lord_Howe", "Asia/Tokyo", "Australia/Sydney"), "2026-04-05"),
    (("Australia/Lord_Howe", "Europe/London"), "2026-10-04"),
    (("America/New_York", "America/Los_Angeles", "Pacific/Honolulu"), "2026-11-01"),
]


def person(**told) -> Person:
    return Person("demo", "p1", email="ada@example.com", **told)


def walls(opened) -> list[time]:
    return [opened.at.astimezone(ZoneInfo(zone)).time() for zone in opened.zones]


def rules(zone: str) -> tuple[timedelta, ...]:
    """What a zone's clock shows, twice a day for three years."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return tuple(
        (start + timedelta(hours=12 * n)).astimezone(ZoneInfo(zone)).utcoffset() for n in range(2200)
    )


def test_the_table_has_every_country_and_every_clock_of_the_time_zone_database():
    listed: dict[str, set[str]] = {}
    for line in (resources.files("tzdata.zoneinfo") / "zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            listed.setdefault(country, set()).add(zone)
    assert set(COUNTRIES) == set(listed)
    for country, zones in listed.items():
        if len(zones) > 1 or set(COUNTRIES[country]) != zones:
            assert {rules(zone) for zone in COUNTRIES[country]} == {rules(zone) for zone in zones}, country


def test_the_zones_of_regions_are_zones_of_their_country():
    for country, lying in REGIONS.items():
        assert {rules(zone) for zone in lying} <= {rules(zone) for zone in COUNTRIES[country]}, country


def test_every_beginning_of_a_number_leads_to_countries_of_the_table():
    assert {place for places in PREFIXES.values() for place in places} <= set(COUNTRIES)


@pytest.mark.parametrize(
    ("number", "country"),
    [("+4915112345678", "DE"), ("+12125550123", "US"), ("+14165550123", "CA"), ("+18765550123", "JM"),
     ("+77015550123", "KZ"), ("+79161234567", "RU"), ("+351912345678", "PT")],
)  # fmt: skip
def test_the_longest_beginning_of_a_number_tells_its_country(number, country):
    assert countries_of(number) == (country,)


def test_a_region_narrows_a_country_of_many_zones_and_one_between_two_zones_has_both():
    assert of_address("US", "CA") == ("America/Los_Angeles",)
    assert of_address("US", "FL") == ("America/New_York", "America/Chicago")
    assert len(of_address("US")) == 8
    assert of_address("US", "ZZ") == of_address("US")
    assert of_address("ES", "GC") == ("Atlantic/Canary",)
    assert of_address("ES", "M") == ("Europe/Madrid",)


def test_a_region_is_kept_only_where_it_tells_the_time():
    told = [
        region_of("US", "us-fl"),
        region_of("DE", "BY"),
        region_of(None, "FL"),
        region_of("US", "no state"),
    ]
    assert told == ["FL", None, None, None]


def test_a_number_of_the_country_of_the_address_adds_nothing_and_one_from_abroad_does():
    assert plausible("US", "NY", "+13105550123", "America/New_York") == (("America/New_York",),)
    assert plausible("DE", None, "+81312345678", "Europe/Berlin")[0] == ("Europe/Berlin", "Asia/Tokyo")


@pytest.mark.parametrize(("names", "day"), TOGETHER, ids=str)
def test_no_minute_of_a_day_on_which_clocks_change_leads_into_the_night_of_any_of_several_zones(names, day):
    zones = [ZoneInfo(name) for name in names]
    start = datetime.fromisoformat(f"{day}T00:00+00:00") - timedelta(hours=12)
    loud_until: datetime | None = None
    for instant in [start + number * MINUTE for number in range(49 * 60)][::-1]:
        loud = not any(NIGHT.covers(instant.astimezone(zone).time()) for zone in zones)
        loud_until = instant if loud else loud_until
        free = after_all_quiet(instant, zones, [NIGHT])
        assert not any(NIGHT.covers(free.astimezone(zone).time()) for zone in zones), instant
        if loud_until is not None:
            assert free == loud_until, instant


def test_walls_without_a_common_hour_have_none():
    apart = [ZoneInfo("Pacific/Auckland"), ZoneInfo("Europe/London"), ZoneInfo("America/Los_Angeles")]
    assert after_all_quiet(datetime(2026, 6, 1, tzinfo=UTC), apart, [NIGHT]) is None


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_a_message_goes_only_when_it_is_allowed_at_the_shop_and_at_the_person(hour):
    at = datetime(2026, 6, 1, hour, tzinfo=UTC)
    opened = opening(at, person(country="JP"), "email", a_policy(quiet=NIGHT))
    assert (opened.common, set(opened.zones)) == (True, {"Asia/Tokyo", "Europe/Berlin"})
    assert not any(NIGHT.covers(wall) for wall in walls(opened))


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_without_a_common_hour_the_shops_clock_is_given_up_first_and_the_person_is_still_left_in_peace(hour):
    at = datetime(2026, 6, 1, hour, tzinfo=UTC)
    narrow = a_policy(quiet=QuietHours(time(17), time(10)))
    opened = opening(at, person(country="JP"), "email", narrow)
    assert (opened.common, opened.zones) == (False, ("Asia/Tokyo",))
    assert not any(narrow.quiet.covers(wall) for wall in walls(opened))


def test_hours_of_the_shop_that_leave_none_to_the_law_give_way_to_the_law():
    only_at_night = a_policy(quiet=QuietHours(time(8), time(20)), pack="us", time_zone="America/New_York")
    opened = opening(datetime(2026, 6, 1, 3, tzinfo=UTC), person(), "sms", only_at_night)
    assert (opened.common, walls(opened)) == (False, [time(8)])


def test_the_law_of_the_persons_own_country_counts_beside_that_of_the_shop():
    at = datetime(2026, 6, 2, 0, 30, tzinfo=UTC)
    here = person(country="US", region="NY", phone="+12125550123")
    policy = a_policy(pack="dach", time_zone="America/New_York")
    assert walls(opening(at, here, "sms", policy)) == [time(8)]
    assert opening(at, here, "email", policy).at == at


def test_a_deadline_is_told_on_the_readers_wall_and_never_later_than_it_is():
    ends = datetime(2026, 3, 29, 1, 0, 59, tzinfo=UTC)
    deadline = Deadline.until(ends, "Europe/Berlin", ends - timedelta(days=1))
    assert deadline.wall.isoformat() == "2026-03-29T03:00:00+02:00"
    assert Deadline.until(ends, "Asia/Tokyo", ends - MINUTE).wall.hour == 10


@pytest.mark.parametrize("ends", [None, datetime(2026, 3, 1, tzinfo=UTC)])
def test_what_does_not_expire_or_has_expired_has_no_deadline(ends):
    assert Deadline.until(ends, "Europe/Berlin", datetime(2026, 3, 1, tzinfo=UTC)) is None
