"""An export and an erasure go as far as the time of a call reaches, and then on from there: nothing twice or missed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cartback.domain.observations import Contact, CustomerErased
from cartback.usecases.people import sweep_erased
from cartback.usecases.people.sweep_erased import (
    AGAIN_AFTER,
    ITS_SECOND,
    LASTS,
    RESERVE_MS,
    RUNS_OF_0_1,
    Place,
)
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World, plain_hash

BOB = Contact(customer_ref="2", email="bob@example.com")


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    """Ada and Bob by turns, each event in a batch of its own."""
    world = World(adapter=told)
    for number in range(8):
        whose, ref = (ada(), "cart:a") if number % 2 else (BOB, "cart:b")
        at = START + timedelta(minutes=number)
        world.deliver(told.delivery(f"e{number}", cart(at, SHIRT, ref=ref, contact=whose), at=at))
    return world


def person_of(world: World, mail: str) -> str:
    return world.tables.live("aliases", "demo", plain_hash("demo", f"email:{mail}"))


def in_steps(call, pages: int):
    """Play a machine whose calls have time for so many pages each; gives the answers."""
    answers = [{"next": "more", "cursor": ""}]
    while answers[-1]["next"] == "more":
        left = iter([RESERVE_MS] * (pages - 1) + [RESERVE_MS - 1] * 99)
        place = json.loads(json.dumps(answers[-1]["cursor"]))
        answers.append(call(place, lambda left=left: next(left)))
        assert len(answers) < 60
    return answers[1:]


@pytest.mark.parametrize("pages", [1, 2, 3, 50])
def test_an_export_in_steps_is_the_one_that_is_made_at_once(world, pages: int):
    person = person_of(world, "ada@example.com")
    at_once = world.export("demo", person)
    assert len(at_once["events_of_the_shop"]) == 4
    answers = in_steps(lambda place, left: world.collect_export("demo", person, "run", place, left), pages)
    ((key, kept),) = world.raw_sweep.exports.items()
    assert (key, json.loads(kept)) == (f"demo/{person}", json.loads(json.dumps(at_once)))
    assert (len(answers) > 1) == (pages < 50)


def test_a_step_that_is_repeated_finds_nothing_twice(world):
    person = person_of(world, "ada@example.com")
    place = ""
    while place != "done":
        for _ in range(2):  # the last one, too: its answer may have been lost
            answer = world.collect_export("demo", person, "run", place, lambda: 0)
        place = answer["cursor"]
    (kept,) = world.raw_sweep.exports.values()
    assert len(json.loads(kept)["events_of_the_shop"]) == 4


def test_whoever_is_forgotten_while_it_is_collected_leaves_no_part_behind(world):
    person = person_of(world, "ada@example.com")
    place = ""
    for _ in range(4):
        place = world.collect_export("demo", person, "run", place, lambda: 0)["cursor"]
    assert world.raw_sweep.exports
    del world.tables.rows["persons"]["demo", person]
    assert world.collect_export("demo", person, "run", place)["next"] == "done"
    assert world.raw_sweep.exports == {}


@pytest.mark.parametrize("pages", [1, 2, 50])
def test_an_erasure_stops_when_its_time_is_short_and_goes_on_from_there(world, pages: int):
    person = person_of(world, "ada@example.com")
    world.erase_person.by_id("demo", person)
    answers = in_steps(lambda place, left: world.sweep_erased("demo", person, place, left), pages)
    assert answers[-1]["next"] == "wait"
    kept = [each.key for batch in world.raw.batches.values() for each in batch]
    assert kept == ["e0", "e2", "e4", "e6"]
    assert (len(answers) > 1) == (pages < 50)


def opened(world: World, monkeypatch) -> list[str]:
    """What is opened from now on, by the keys of events."""
    seen: list[str] = []
    really = sweep_erased.mentions
    monkeypatch.setattr(
        sweep_erased, "mentions", lambda one, *rest: seen.append(one.key) or really(one, *rest)
    )
    return seen


def test_what_cannot_be_about_somebody_is_not_even_opened(world, monkeypatch):
    person, seen = person_of(world, "ada@example.com"), opened(world, monkeypatch)
    world.erase_person.by_id("demo", person)
    world.sweep_erased("demo", person, "")
    assert sorted(seen) == ["e1", "e3", "e5", "e7"]


def test_what_was_kept_without_a_sieve_is_opened_and_found(world, monkeypatch):
    """By a release before, or put aside because it fitted into no message."""
    person, seen = person_of(world, "ada@example.com"), opened(world, monkeypatch)
    world.raw.sieves = dict.fromkeys(world.raw.sieves, "")
    world.erase_person.by_id("demo", person)
    world.sweep_erased("demo", person, "")
    assert len(seen) == 8
    assert [each.key for batch in world.raw.batches.values() for each in batch] == ["e0", "e2", "e4", "e6"]


def test_somebody_whom_a_release_before_forgot_is_looked_for_everywhere(world, monkeypatch):
    """It remembered no traces of their carts, so no sieve can say where these are told of."""
    person, seen = person_of(world, "ada@example.com"), opened(world, monkeypatch)
    world.erase_person.by_id("demo", person)
    row = world.tables.live("persons", "demo", person)
    assert row.traces
    world.tables.put("persons", "demo", person, sweep_erased.replace(row, traces=None), None)
    world.sweep_erased("demo", person, "")
    assert len(seen) == 8
    world.erase_person.by_id("demo", person)
    assert world.tables.live("persons", "demo", person).traces is None, "a second wish brings nothing back"


def test_a_late_word_of_a_forgotten_cart_is_found_in_the_second_round(world, told):
    """The row of the cart is empty by then: what its references were is remembered with the person."""
    person = person_of(world, "ada@example.com")
    world.deliver(told.delivery("forget", CustomerErased(ada(), START + timedelta(hours=1)), at=START))
    world.sweep_erased("demo", person, "")
    late = told.delivery("late", cart(START, SHIRT, ref="cart:a", contact=Contact()), at=START)
    world.clock.move(hours=160)
    world.deliver(late)
    world.sweep_erased("demo", person, str(Place(2)))
    assert "late" not in [each.key for batch in world.raw.batches.values() for each in batch]


def test_the_second_round_comes_when_nothing_that_was_accepted_before_can_still_wait_in_the_queue(world):
    person = person_of(world, "ada@example.com")
    world.erase_person.by_id("demo", person)
    for lasts, after in ((LASTS, AGAIN_AFTER), (RUNS_OF_0_1, ITS_SECOND)):
        answer = world.sweep_erased("demo", person, "", lasts=lasts)
        assert answer["wait_seconds"] == after.total_seconds()
        assert after < lasts


def test_an_adapter_that_fails_costs_no_event_its_keeping(world, told):
    """It is kept as about anybody, and the failure is told where the event is applied."""
    odd = told.delivery("odd", cart(START, SHIRT, ref="cart:c", contact=ada()), at=START)
    del told.heard["odd"]
    with pytest.raises(KeyError):
        world.deliver(odd)
    ((batch, kept),) = [each for each in world.raw.batches.items() if odd in each[1]]
    assert (kept, world.raw.sieves[batch]) == ([odd], "")
