"""What nobody tells, because nothing happened: who has lapsed, and whose goods are used up, each told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cartback.domain.errors import Conflict, TryLater
from cartback.domain.facts import Fact
from cartback.domain.messaging.due import entry_of
from cartback.domain.money import Money
from cartback.domain.observations import Contact, CustomerErased, CustomerSeen, OrderSeen
from cartback.domain.people import awaited
from cartback.domain.people.awaited import AWAITED, LAPSED, OVERDUE, USED_UP, Lapse
from cartback.domain.people.customer import Person
from cartback.domain.trade import lapse
from cartback.domain.trade.items import Item
from cartback.domain.trade.sale import Sale
from cartback.ports import RowSet
from cartback.usecases.batch import Message
from tests.fakes.told import Told, ada, cart
from tests.fakes.world import START, World, a_policy, plain_hash

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COFFEE = Item("v1", "Coffee", 1, product_id="p1", unit_price=Money(900, "EUR"))


def a_world(**policy) -> World:
    told = Told()
    world = World(adapter=told)
    world.told = told
    world.settings.policies["demo"] = a_policy(**{"expects": frozenset(AWAITED), **policy})
    return world


@pytest.fixture
def world() -> World:
    return a_world()


def tell(world: World, name: str, *seen, old: bool = False):
    delivery = replace(world.told.delivery(name, *seen, at=world.clock.now()), replayed=old)
    return world.apply_events([Message(name, "{}", delivery)])


def bought(ref: str = "o1", at: datetime = START, contact: Contact | None = None, **more) -> OrderSeen:
    return OrderSeen(
        (), ref, at, at, Money(900, "EUR"), contact or ada(), paid=True, sale=Sale(items=(COFFEE,)), **more
    )


def to(world: World, at: datetime) -> None:
    """Let time pass until then, with a sweep of the list each hour."""
    while world.clock.now() < at:
        world.clock.at = min(at, world.clock.now() + HOUR)
        world.start_listed()


def facts(world: World, name: str = LAPSED) -> list[Fact]:
    return [fact for fact in world.bus.facts if fact.name == name]


def person(world: World, alias: str = "email:ada@example.com") -> Person:
    name = plain_hash("demo", alias)
    person_id = world.records.read("demo", aliases=[name]).aliases[name]
    return world.records.read("demo", persons=[person_id]).persons[person_id]


def listed(world: World) -> list[str]:
    return sorted(due.fact for due, _ in world.tables.rows["due"].values())


def test_who_bought_nothing_for_as_long_as_the_shop_says_has_lapsed_once(world: World):
    tell(world, "e1", bought())
    to(world, START + 89 * DAY)
    assert facts(world) == []
    to(world, START + 92 * DAY)
    (told,) = facts(world)
    she = person(world)
    assert told.data == {
        "person_id": she.person_id,
        "generation": lapse.generation_of(START),
        "last_bought_at": START.isoformat(),
        "lapsed_at": (START + 90 * DAY).isoformat(),
    }
    assert she.lapse == Lapse(lapse.generation_of(START), she.person_id, START + 90 * DAY)
    to(world, START + 120 * DAY)
    assert len(facts(world)) == 1
    assert listed(world) == []


def test_the_span_is_the_shops(world: World):
    world.settings.policies["demo"] = a_policy(expects=frozenset({LAPSED}), lapse_after=timedelta(days=30))
    tell(world, "e1", bought())
    to(world, START + 31 * DAY)
    assert len(facts(world)) == 1


def test_nobody_pays_for_a_fact_that_nobody_wants(world: World):
    world.settings.policies["demo"] = a_policy()
    tell(world, "e1", bought())
    assert (listed(world), person(world).waits) == ([], ())


def test_who_buys_again_has_one_entry_and_lapses_after_the_last_purchase(world: World):
    for number in range(4):
        world.clock.at = max(world.clock.at, START + number * 20 * DAY)
        tell(world, f"e{number}", bought(f"o{number}", START + number * 20 * DAY))
    assert listed(world).count(LAPSED) == 1
    to(world, START + 149 * DAY)
    assert facts(world) == []
    to(world, START + 151 * DAY)
    assert [fact.data["last_bought_at"] for fact in facts(world)] == [(START + 60 * DAY).isoformat()]


def test_who_buys_seldom_has_lapsed_after_two_of_their_own_distances(world: World):
    for number in range(3):
        world.clock.at = START + number * 80 * DAY
        tell(world, f"e{number}", bought(f"o{number}", world.clock.at))
    last = START + 160 * DAY
    to(world, last + 150 * DAY)
    assert facts(world) == []
    to(world, last + 161 * DAY)
    assert len(facts(world)) == 1


def test_a_purchase_told_by_the_account_of_somebody_or_beside_them_is_one(world: World):
    tell(world, "e1", bought())
    world.clock.move(days=80)
    tell(world, "e2", bought("o2", world.clock.at, Contact(customer_ref="1")))
    to(world, START + 160 * DAY)
    assert facts(world) == []
    to(world, START + 171 * DAY)
    assert len(facts(world)) == 1


def test_an_order_that_was_called_off_is_no_purchase_and_yet_its_maker_is_not_away(world: World):
    tell(world, "e1", bought())
    world.clock.move(days=80)
    tell(world, "e2", bought("o2", world.clock.at))
    tell(world, "e3", bought("o2", world.clock.at, cancelled_at=world.clock.at + HOUR))
    to(world, START + 169 * DAY)
    assert facts(world) == []


def test_who_never_bought_anything_that_counts_never_lapses(world: World):
    tell(world, "e1", bought(test=True), bought("o2", cancelled_at=START))
    assert LAPSED not in listed(world)
    tell(world, "e3", bought("o3"))
    tell(world, "e4", bought("o3", cancelled_at=START + HOUR))
    to(world, START + 92 * DAY)
    assert (facts(world), listed(world)) == ([], [])


def test_a_replay_and_what_is_heard_when_it_would_be_over_let_nothing_fall_due(world: World):
    tell(world, "e1", bought(), old=True)
    tell(world, "e2", bought("o2", START - 91 * DAY))
    assert LAPSED not in listed(world)


def test_the_same_event_twice_lists_one_entry_and_lists_it_again_if_the_list_failed(world: World):
    puts, put = [], world.due.put

    def failing(due):
        if not puts:
            puts.append(due)
            raise TryLater("DynamoDB")
        put(due)

    world.due.put = failing
    assert tell(world, "e1", bought()).failed == ["e1"]
    assert {"order.placed", "order.paid"} <= {fact.name for fact in world.bus.facts}
    world.clock.move(minutes=5)
    tell(world, "e1", bought())
    assert listed(world) == [LAPSED, USED_UP]


# ── people who turn out to be one, or are forgotten ──────────────────────────────────────────────────────────────────


def test_when_two_rows_become_one_the_lapse_is_that_of_the_one(world: World):
    tell(world, "e1", bought("o1", contact=Contact(customer_ref="c-1")))
    world.clock.move(days=10)
    tell(world, "e2", bought("o2", world.clock.at))
    record = Contact(customer_ref="c-1", email="ada@example.com", account_email="ada@example.com")
    tell(world, "e3", CustomerSeen(record, world.clock.at))
    to(world, START + 99 * DAY)
    assert facts(world) == []
    to(world, START + 102 * DAY)
    assert [fact.data["person_id"] for fact in facts(world)] == [person(world).person_id]
    to(world, START + 200 * DAY)
    assert len(facts(world)) == 1
    assert listed(world) == []


def test_a_lapse_that_was_told_of_an_account_is_not_told_again_of_its_mailbox(world: World):
    tell(world, "e1", bought("o1", contact=Contact(customer_ref="c-1")))
    to(world, START + 92 * DAY)
    assert len(facts(world)) == 1
    record = Contact(customer_ref="c-1", email="ada@example.com", account_email="ada@example.com")
    tell(world, "e2", cart(world.clock.at, contact=record))
    she = person(world)
    assert she.lapse.told_as != she.person_id
    again = awaited.Wait(LAPSED, she.person_id, START + 93 * DAY, START)
    rows = (RowSet(persons={she.person_id: row}) for row in (she, replace(she, waits=(again,))))
    world.records.save("demo", *rows)
    world.due.put(entry_of("demo", again))
    to(world, START + 95 * DAY)
    assert len(facts(world)) == 1


def test_an_account_that_gets_another_mailbox_takes_its_lapse_along(world: World):
    record = Contact(customer_ref="c-1", email="ada@example.com", account_email="ada@example.com")
    tell(world, "e1", bought("o1", contact=record))
    world.clock.move(days=10)
    moved = Contact(customer_ref="c-1", email="new@example.com", account_email="new@example.com")
    tell(world, "e2", cart(world.clock.at, contact=moved), CustomerSeen(moved, world.clock.at))
    to(world, START + 92 * DAY)
    told = [fact.data["person_id"] for fact in facts(world)]
    assert told == [person(world, "email:new@example.com").person_id]


def test_an_entry_goes_with_whoever_is_forgotten(world: World):
    tell(world, "e1", bought())
    assert listed(world) == [LAPSED, USED_UP]
    tell(world, "e2", CustomerErased(ada(), START + HOUR))
    assert listed(world) == []
    assert (person(world).waits, person(world).lapse) == ((), None)


def test_an_entry_goes_with_whoever_an_operator_forgets(world: World):
    tell(world, "e1", bought())
    world.erase_person.by_id("demo", person(world).person_id)
    assert listed(world) == []


def test_an_entry_of_somebody_forgotten_that_was_left_behind_tells_nothing(world: World):
    tell(world, "e1", bought())
    left = [due for due, _ in world.tables.rows["due"].values()]
    tell(world, "e2", CustomerErased(ada(), START + HOUR))
    for due in left:
        world.due.put(due)
    to(world, START + 92 * DAY)
    assert (facts(world), listed(world)) == ([], [])


# ── failing in the midst ─────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_dies_before_telling_tells_the_same_the_next_time(world: World):
    tell(world, "e1", bought())
    to(world, START + 89 * DAY)
    publish, tries = world.bus.publish, []

    def failing(told):
        tries.append(told)
        if len(tries) == 1:
            raise TryLater("EventBridge")
        publish(told)

    world.bus.publish = failing
    world.clock.at = START + 91 * DAY
    with pytest.raises(TryLater):
        world.start_listed()
    to(world, START + 92 * DAY)
    assert len(facts(world)) == 1
    assert tries[0] == tries[1]


def test_a_purchase_in_the_midst_leaves_the_entry_for_the_next_sweep(world: World):
    tell(world, "e1", bought())
    save, tries = world.records.save, []

    def conflicting(shop, before, after):
        tries.append(after)
        if len(tries) == 1:
            raise Conflict("persons")
        save(shop, before, after)

    to(world, START + 2 * DAY)
    world.clock.at = START + 90 * DAY
    world.records.save = conflicting
    world.start_listed()
    assert listed(world) == [LAPSED]
    world.clock.move(minutes=1)
    world.start_listed()
    assert (len(facts(world)), listed(world)) == (1, [])


def test_an_entry_that_was_lost_is_waited_for_no_more(world: World):
    tell(world, "e1", bought())
    world.tables.rows["due"].clear()
    world.clock.at = START + 90 * DAY + OVERDUE
    tell(world, "e2", bought("o2", world.clock.at))
    assert LAPSED in listed(world)


def test_what_a_shop_does_not_want_any_more_is_let_go_of(world: World):
    tell(world, "e1", bought())
    world.settings.policies["demo"] = a_policy()
    to(world, START + 92 * DAY)
    assert (facts(world), facts(world, USED_UP), listed(world), person(world).waits) == ([], [], [], ())


# ── what is used up ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_bought_three_times_is_due_again_in_its_rhythm_once(world: World):
    for number in range(3):
        to(world, START + number * 20 * DAY)
        tell(world, f"e{number}", bought(f"o{number}", world.clock.at))
    to(world, START + 59 * DAY)
    assert facts(world, USED_UP) == []
    to(world, START + 75 * DAY)
    (told,) = facts(world, USED_UP)
    assert (told.data["product_id"], told.at) == ("p1", START + 60 * DAY)


def test_what_was_bought_again_before_it_was_used_up_is_due_later(world: World):
    for number in range(4):
        to(world, START + number * 20 * DAY - (number == 3) * 5 * DAY)
        tell(world, f"e{number}", bought(f"o{number}", world.clock.at))
    to(world, START + 74 * DAY)
    assert facts(world, USED_UP) == []
    to(world, START + 80 * DAY)
    assert len(facts(world, USED_UP)) == 1


def test_three_orders_of_one_day_are_no_rhythm(world: World):
    for number in range(3):
        tell(world, f"e{number}", bought(f"o{number}", START + number * HOUR))
    to(world, START + 20 * DAY)
    assert facts(world, USED_UP) == []
