"""The proof of a consent ends when nothing can stand on it any more, and not before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.observations import CustomerErased
from cartback.domain.people.customer import Person, say, sent
from cartback.ports import RowSet
from cartback.usecases.consent.end_proofs import PARTS, PERSON_KEPT
from cartback.usecases.people.sweep_erased import PROOF_KEPT
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World
from tests.unit.domain.test_permission import word

DAY = timedelta(days=1)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def ended(world: World) -> dict[tuple[str, str], object]:
    """Every day of a whole round: what is given an end, and when that is."""
    for _ in range(PARTS):
        world.end_proofs()
        world.clock.move(days=1)
    return world.end_proofs.tables.faded


def left_a_cart(world: World, told: Told) -> str:
    world.deliver(told.delivery("e1", cart(START, SHIRT, contact=ada()), at=START))
    [(person, _)] = world.tables.rows["persons"].values()
    assert world.tables.rows["evidence"]
    return person.person_id


def test_while_the_person_is_there_the_proof_has_no_end(world, told):
    left_a_cart(world, told)
    world.clock.at = START + PERSON_KEPT - (PARTS + 1) * DAY
    assert ended(world) == {}


def test_the_proof_of_somebody_who_is_gone_ends_three_years_after_the_last_that_was_heard_of_them(
    world, told
):
    person_id = left_a_cart(world, told)
    world.clock.at = START + PERSON_KEPT + DAY
    (until,) = ended(world).values()
    assert START + PROOF_KEPT <= until <= START + PROOF_KEPT + (PARTS + 1) * DAY
    assert set(world.end_proofs.tables.faded) == {("demo", person_id)}
    assert world.metrics.counts["ProofsEnding"] == 1


def test_an_end_that_was_set_is_not_put_off(world, told):
    left_a_cart(world, told)
    world.clock.at = START + PERSON_KEPT + DAY
    first = dict(ended(world))
    world.clock.move(days=100)
    assert ended(world) == first


def test_a_message_after_the_cart_lets_the_proof_last_longer(world, told):
    person_id = left_a_cart(world, told)
    world.clock.at = START + 300 * DAY
    page = world.records.read("demo", persons=[person_id])
    messaged = sent(page.persons[person_id], world.clock.now())
    world.records.save("demo", page, RowSet(persons={person_id: messaged}))
    world.clock.at = START + PERSON_KEPT + DAY
    assert ended(world) == {}
    world.clock.at = START + 300 * DAY + PERSON_KEPT + DAY
    assert list(ended(world)) == [("demo", person_id)]


def test_a_proof_is_relied_on_by_whoever_has_its_address_now(world):
    """Two rows that turn out to be one leave the proof under the name of the row that is given up."""
    old = say(Person("demo", "p-old", email_hash="h1"), replace(word(), address_hash="h1"))
    world.records.save("demo", RowSet(), RowSet(persons={"p-old": old}, aliases={"h1": "p-new"}))
    world.clock.at = START + PERSON_KEPT - DAY
    world.records.save(
        "demo",
        RowSet(),
        RowSet(persons={"p-new": Person("demo", "p-new", email_hash="h1")}, aliases={"h1": "p-new"}),
    )
    world.clock.move(days=2)
    assert ended(world) == {}
    world.clock.move(days=PERSON_KEPT.days)
    assert list(ended(world)) == [("demo", "p-old")]


def test_somebody_who_asked_to_be_forgotten_keeps_the_end_that_this_gave(world, told):
    person_id = left_a_cart(world, told)
    world.deliver(told.delivery("x", CustomerErased(ada(consents=()), START), at=START))
    answer = {"cursor": "", "next": "more"}
    while answer["next"] != "done":
        answer = world.sweep_erased("demo", person_id, answer["cursor"])
    before = dict(world.end_proofs.tables.faded)
    assert before == {("demo", person_id): START + PROOF_KEPT}
    world.clock.at = START + PERSON_KEPT + DAY
    assert ended(world) == before
