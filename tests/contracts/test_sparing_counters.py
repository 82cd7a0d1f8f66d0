"""Counting against floods without a call for everybody: too low by a few, never by much."""

from __future__ import annotations

from datetime import timedelta

from cartback.store.messaging.counters import SparingCounters
from tests.fakes.memory import MemoryCounters, MemoryTables
from tests.fakes.world import HandClock

MINUTE = timedelta(minutes=1)


class Lambdas:
    """Several processes that share one table."""

    def __init__(self, number: int) -> None:
        self.clock = HandClock()
        self.tables = MemoryTables(self.clock)
        self.each = [SparingCounters(MemoryCounters(self.tables), self.clock) for _ in range(number)]

    @property
    def written(self) -> int:
        return sum(count for count, _ in self.tables.rows["counts"].values())


def test_the_first_few_of_a_window_are_counted_without_a_call():
    here = Lambdas(1)
    free = 10
    assert [here.each[0].count("demo", "c", MINUTE) for _ in range(free)] == list(range(1, free + 1))
    assert here.written == 0
    assert here.each[0].count("demo", "c", MINUTE) == free + 1
    assert here.written == 1


def test_processes_know_of_each_other_what_goes_beyond_the_first_few():
    here = Lambdas(3)
    free = SparingCounters.FREE
    counted = [one.count("demo", "c", MINUTE) for _ in range(free + 5) for one in here.each]
    assert max(counted) == free + 3 * 5
    assert 3 * (free + 5) - max(counted) == 2 * free


def test_names_shops_and_windows_are_counted_apart():
    here = Lambdas(1)
    (one,) = here.each
    for _ in range(3):
        one.count("demo", "c", MINUTE)
    assert [one.count("demo", "d", MINUTE), one.count("other", "c", MINUTE)] == [1, 1]
    here.clock.move(seconds=59)
    assert one.count("demo", "c", MINUTE) == 4
    here.clock.move(seconds=1)
    assert one.count("demo", "c", MINUTE) == 1


def test_a_flood_of_names_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(SparingCounters, "MOST_NAMES", 5)
    (one,) = Lambdas(1).each
    for number in range(50):
        one.count("demo", str(number), MINUTE)
        assert len(one._seen) <= 5
