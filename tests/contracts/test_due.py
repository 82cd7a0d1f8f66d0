"""The list of carts that wait, on the fake and on the real table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.messaging.due import Due, entry_of
from cartback.domain.money import Money
from cartback.domain.people.awaited import Wait
from cartback.store.messaging.due import SHARDS, DynamoDue
from cartback.store.shop.settings import NAMES_FRESH_FOR, Remembered
from tests.fakes.memory import MemoryDue, MemoryTables
from tests.fakes.world import START, HandClock

DUE = Due("demo", "cart_recovery", "c1", 1, START, "p1", Money(4900, "EUR"))
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "dynamo"])
def index(request):
    if request.param == "memory":
        return MemoryDue(MemoryTables(HandClock()))
    return DynamoDue(request.getfixturevalue("stack").clients, "Ledger")


def test_what_is_due_comes_oldest_first_and_what_is_not_does_not(index):
    dues = [replace(DUE, cart_id=f"c{n}", due_at=START + n * MINUTE) for n in range(20)]
    for due in reversed(dues):
        index.put(due)
    assert index.until("demo", START + 12 * MINUTE) == dues[:13]
    assert index.until("demo", START + 13 * MINUTE - timedelta(seconds=1)) == dues[:13]
    assert index.until("demo", START - timedelta(seconds=1)) == []


def test_the_same_entry_put_twice_is_one_and_another_generation_is_another(index):
    other = replace(DUE, generation=2)
    for due in (DUE, DUE, other):
        index.put(due)
    assert sorted(due.generation for due in index.until("demo", START)) == [1, 2]


def test_one_shop_never_sees_the_list_of_another(index):
    index.put(DUE)
    index.put(replace(DUE, shop="demo2"))
    assert index.until("demo", START) == [DUE]
    index.drop([replace(DUE, shop="demo2")])
    assert index.until("demo", START) == [DUE]
    assert index.until("demo2", START) == []


def test_dropping_what_is_gone_is_no_error(index):
    dues = [replace(DUE, cart_id=f"c{n}") for n in range(60)]
    for due in dues:
        index.put(due)
    index.drop(dues)
    index.drop([*dues, *dues])
    assert index.until("demo", START) == []


def test_the_list_is_spread_over_its_parts(stack):
    index = DynamoDue(stack.clients, "Ledger")
    for n in range(40):
        index.put(replace(DUE, cart_id=f"c{n}"))
    assert len({row["pk"]["S"] for row in stack.rows("Ledger")}) == SHARDS


def test_the_names_of_the_shops_are_asked_for_once_in_five_minutes():
    clock, asked = HandClock(), []

    def names():
        asked.append(1)
        return ["demo"]

    remembered = Remembered(names, clock)
    assert (remembered(), remembered()) == (["demo"], ["demo"])
    clock.move(seconds=NAMES_FRESH_FOR.total_seconds())
    assert (remembered(), len(asked)) == (["demo"], 2)


def test_what_a_fact_waits_for_is_an_entry_of_its_own_beside_that_of_a_flow(index):
    awaited = entry_of("demo", Wait("person.lapsed", "c1", START, START))
    other = entry_of("demo", Wait("replenishment.due", "c1", START, START))
    for due in (DUE, awaited, other, awaited):
        index.put(due)
    assert sorted(index.until("demo", START), key=lambda due: due.fact) == [DUE, awaited, other]
    index.drop([awaited])
    assert sorted(index.until("demo", START), key=lambda due: due.fact) == [DUE, other]
