"""Rows that an earlier version made one: used for nothing until they are parted, and parted from the kept events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.consent.consent import Consent
from cartback.domain.observations import ConsentSeen, Contact, CustomerErased, CustomerSeen
from cartback.domain.people.customer import Person
from cartback.usecases.people.part_people import PartPeople
from tests.fakes.shelf import MemoryShelf
from tests.fakes.sweeps import MemoryTableSweep
from tests.fakes.told import CUP, SHIRT, Told, cart, order
from tests.fakes.world import START, World, plain_hash
from tests.unit.usecases.runs_of import play

ANNA, BERND, NUMBER = "anna@example.com", "bernd@example.com", "+498955501420"
AGREED_AT = START - timedelta(days=90)


def hashed(name: str) -> str:
    return plain_hash("demo", name)


def guest(email: str) -> Contact:
    words = (ConsentSeen("email", True, AGREED_AT, "double_opt_in", f"form of {email}", sticky=True),)
    return Contact(email=email, phone=NUMBER, consents=words)


@pytest.fixture
def world() -> World:
    """Anna and Bernd share a number; an earlier version has made one row of them, with Bernd's address."""
    told = Told()
    world = World(adapter=told)
    seen = [
        cart(START, SHIRT, ref="cart:a", contact=guest(ANNA)),
        cart(START + timedelta(minutes=1), CUP, ref="cart:b", contact=guest(BERND)),
    ]
    world.clock.move(minutes=1)
    world.deliver(*(told.delivery(f"e{i}", one, at=START) for i, one in enumerate(seen)))
    rows = world.tables.rows
    one = Person(
        "demo",
        "the-one",
        version=1,
        aliases=(hashed(f"email:{ANNA}"), hashed(f"phone:{NUMBER}"), hashed(f"email:{BERND}")),
        email=BERND,
        email_hash=hashed(f"email:{BERND}"),
        phone=NUMBER,
        phone_hash=hashed(f"phone:{NUMBER}"),
        seen_at=START + timedelta(minutes=1),
        consents={
            "email": Consent(
                "email",
                "granted",
                "double_opt_in",
                "form",
                AGREED_AT,
                START,
                "e1",
                address_hash=hashed(f"email:{BERND}"),
            )
        },
        cart_ids=tuple(row.cart_id for row, _ in rows["carts"].values()),
    )
    rows["persons"].clear()
    world.tables.put("persons", "demo", "the-one", one, None)
    for alias in one.aliases:
        world.tables.put("aliases", "demo", alias, "the-one", None)
    for (shop, cart_id), (row, ends) in list(rows["carts"].items()):
        old = replace(row, person_id="the-one", address_hash=None, account=None)
        rows["carts"][shop, cart_id] = (old, ends)
    return world


def part(world: World) -> PartPeople:
    return PartPeople(
        world.records,
        MemoryTableSweep(world.tables),
        MemoryShelf(world.raw),
        plain_hash,
        world.adapter,
        world.clock,
    )


def sent(world: World) -> set[tuple[str, bool]]:
    play(world, START + timedelta(days=9))
    return {(mail.address, "Leinenhemd" in mail.text) for mail in world.outbox.sent}


def reasons(world: World) -> set[str]:
    lines = [line for (_, line), _ in world.tables.rows["lines"].values()]
    return {line.data["reason"] for line in lines if line.kind == "decision"}


def test_a_row_that_may_hold_two_people_is_used_for_no_message(world):
    assert sent(world) == set()
    assert reasons(world) == {"owner_in_doubt"}


def test_it_is_first_said_what_would_be_done_and_nothing_is(world):
    before = {part: dict(rows) for part, rows in world.tables.rows.items()}
    found = part(world)("demo")
    assert (found.people, len(found.carts), found.in_doubt) == ({"the-one"}, 2, [])
    assert world.tables.rows == before


def test_whoever_is_parted_is_reminded_of_their_own_and_of_nothing_else(world):
    told = len(world.bus.facts)
    part(world)("demo", apply=True)
    assert len(world.bus.facts) == told, "parting starts nothing"
    again = part(world)("demo", apply=True)
    assert (again.people, again.carts, again.in_doubt) == (set(), set(), [])
    assert sent(world) == {(ANNA, True), (BERND, False)}


def test_carts_whose_events_are_kept_no_more_stay_unused(world):
    world.raw.batches.clear()
    found = part(world)("demo", apply=True)
    assert len(found.in_doubt) == 2
    assert sent(world) == set()


def test_news_of_the_one_part_them_by_itself_and_keep_what_protects_the_other(world):
    at = world.clock.now()
    row = world.tables.live("persons", "demo", "the-one")
    world.tables.put("persons", "demo", "the-one", replace(row, blocked="complained", last_order_at=at), None)
    seen = cart(at + timedelta(minutes=1), SHIRT, ref="cart:a", contact=guest(ANNA))
    world.deliver(world.adapter.delivery("later", seen, at=at))
    anna = world.tables.live("persons", "demo", world.tables.live("aliases", "demo", hashed(f"email:{ANNA}")))
    assert (anna.email, anna.blocked, anna.bought_beside_at, anna.last_order_at) == (
        ANNA,
        "complained",
        at,
        None,
    )
    assert sent(world) == set()


def test_what_was_known_of_an_account_before_its_mailbox_is_given_out_and_forgotten_with_it():
    told = Told()
    world = World(adapter=told)
    carts = [cart(START, SHIRT, ref=f"cart:{n}", contact=Contact("7")) for n in range(25)]
    world.deliver(*(told.delivery(f"c{n}", one, at=START) for n, one in enumerate(carts)))
    record = CustomerSeen(Contact("7", ANNA, consents=guest(ANNA).consents), START)
    world.deliver(told.delivery("r", record, at=START))
    person_id = world.tables.live("aliases", "demo", hashed(f"email:{ANNA}"))
    assert len(world.export("demo", person_id)["carts"]) == 25
    world.deliver(told.delivery("x", CustomerErased(Contact("7"), START + timedelta(minutes=1)), at=START))
    answer = {"cursor": ""}
    for _ in range(50):
        answer = world.sweep_erased("demo", person_id, answer["cursor"])
        if answer["next"] == "done":
            break
    assert {row.status for row, _ in world.tables.rows["carts"].values()} == {"erased"}


def test_an_erasure_finds_a_person_by_the_id_of_a_row_that_was_merged_away():
    told = Told()
    world = World(adapter=told)
    world.deliver(told.delivery("c", cart(START, SHIRT, ref="cart:1", contact=Contact("7")), at=START))
    (old,) = [row.person_id for row, _ in world.tables.rows["persons"].values()]
    world.deliver(told.delivery("r", CustomerSeen(Contact("7", ANNA), START), at=START))
    world.erase_person.by_id("demo", old)
    assert world.sweep_erased("demo", old, "")["next"] == "wait", "not done at once, with nothing swept"


def test_an_order_under_a_name_that_was_told_with_an_account_ends_the_accounts_carts():
    told = Told()
    world = World(adapter=told)
    one = Contact("7", ANNA, consents=guest(ANNA).consents)
    world.deliver(told.delivery("c", cart(START, SHIRT, ref="cart:1", contact=one), at=START))
    at = world.clock.move(minutes=5)
    world.deliver(told.delivery("o", order(at, contact=Contact("7", BERND)), at=at))
    assert sent(world) == set()
