"""How well a shop is heard, as the table keeps it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cartback.domain.shop.health import Health, Pulse
from cartback.store.shop.health import DynamoHealth
from cartback.store.shop.refusals import DynamoRefusals
from tests.contracts.stack import Stack
from tests.fakes.world import START, HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def book(stack: Stack, clock: HandClock) -> DynamoHealth:
    return DynamoHealth(stack.clients, "Insights", clock)


def test_what_was_kept_is_read_and_a_shop_that_nobody_compared_has_nothing(book):
    health = Health(
        "demo",
        until=START,
        began_at=START,
        since=START,
        cursors={"orders": "c"},
        gaps_ever=3,
        unread={"a1": START},
    )
    book.keep(health)
    assert book.read("demo") == health
    assert book.read("other") is None


def test_a_pulse_tells_the_last_event_and_its_lag(book, clock):
    clock.move(seconds=7)
    book.beat("demo", START)
    assert book.pulse("demo") == Pulse(START, 7)
    assert book.pulse("other") is None


def test_a_pulse_is_written_once_a_minute_and_not_with_every_batch(book, clock):
    book.beat("demo", START)
    book.beat("demo", clock.move(seconds=30))
    assert book.pulse("demo").last_event_at == START
    later = clock.move(seconds=30)
    book.beat("demo", later)
    assert book.pulse("demo").last_event_at == later


def test_what_is_told_once_is_told_by_the_first_for_ever(book, clock):
    assert book.first("demo", "d1", "a")
    assert book.first("demo", "d1", "a")
    clock.move(days=4000)
    assert not book.first("demo", "d1", "b")
    assert book.first("demo", "d2", "b")
    assert book.first("other", "d1", "b")


def test_a_stranger_is_counted_by_kind_and_name_until_it_was_not_heard_for_a_month(book, clock):
    book.note("demo", "source", "staging.demo.example", 2)
    first = clock.now()
    clock.move(days=20)
    book.note("demo", "source", "staging.demo.example", 1)
    book.note("demo", "link", "neu.example", 5)
    book.note("other", "source", "dritte.example", 1)
    clock.move(minutes=1)
    book.note("demo", "source", "#odd#name", 1)
    odd, *two = book.strangers("demo")
    assert odd.name == "#odd#name"
    assert {(one.kind, one.name, one.count) for one in two} == {
        ("source", "staging.demo.example", 3),
        ("link", "neu.example", 5),
    }
    (again,) = (one for one in two if one.count == 3)
    assert (again.first_at, again.last_at) == (first, first + timedelta(days=20))
    clock.move(days=31)
    assert book.strangers("demo") == []


def test_a_refused_signature_is_seen_at_once_and_further_ones_are_written_together_a_minute_later(
    stack, clock
):
    book, seen = (DynamoRefusals(stack.clients, "Insights", clock) for _ in range(2))
    book.refused("demo")
    assert seen.lately("demo") == 1
    for _ in range(500):
        book.refused("demo")
        book.refused("-")
    assert seen.lately("demo") == 1, "a flood is no flood of writings"
    clock.move(minutes=1)
    book.refused("other")
    assert (seen.lately("demo"), seen.lately("-"), seen.lately("other")) == (501, 500, 1)
    clock.move(minutes=75)
    assert seen.lately("demo") == 0
