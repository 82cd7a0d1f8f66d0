"""What a helpdesk tells: who waits for an answer, by whatever name, in any order, and what is kept of strangers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.observations import Contact, CustomerErased, CustomerSeen, TicketSeen
from cartback.domain.people import customer, tickets
from cartback.domain.people.customer import Person
from cartback.domain.people.tickets import CLOSED, CLOSED_KEPT, OPEN_COUNTS, OPENED, Ticket
from cartback.usecases.batch import Message
from tests.fakes.told import Told, ada, cart
from tests.fakes.world import START, World, plain_hash

HOUR = timedelta(hours=1)
SHE = Contact(customer_ref="1", email="ada@example.com")


@pytest.fixture
def world():
    told = Told()
    world = World(adapter=told)
    world.told = told
    return world


def tell(world: World, name: str, *seen, old: bool = False):
    delivery = replace(world.told.delivery(name, *seen, at=world.clock.now()), replayed=old)
    return world.apply_events([Message(name, "{}", delivery)])


def asked(state: str = OPENED, at=START, ref: str = "t1", contact: Contact | None = None) -> TicketSeen:
    return TicketSeen(ref, at, state, contact or SHE, "o1")


def person(world: World, alias: str = "email:ada@example.com") -> Person:
    person_id = world.records.read("demo", aliases=[plain_hash("demo", alias)]).aliases[
        plain_hash("demo", alias)
    ]
    return world.records.read("demo", persons=[person_id]).persons[person_id]


def facts(world: World) -> list[str]:
    return [fact.name for fact in world.bus.facts if fact.name.startswith("ticket.")]


def test_who_asked_waits_until_the_ticket_is_closed(world: World):
    tell(world, "c", cart(START))
    tell(world, "t", asked())
    assert tickets.waiting(person(world).tickets, START) == Ticket("t1", START, True, "o1")
    tell(world, "u", asked(CLOSED, START + HOUR))
    assert tickets.waiting(person(world).tickets, START + HOUR) is None
    assert facts(world) == ["ticket.opened", "ticket.closed"]


def test_a_ticket_is_closed_in_whatever_order_its_words_come_and_however_often(world: World):
    for number, seen in enumerate((asked(CLOSED, START + HOUR), asked(), asked(CLOSED, START + HOUR))):
        tell(world, f"t{number}", seen)
    assert tickets.waiting(person(world).tickets, START + HOUR) is None
    assert facts(world) == ["ticket.closed", "ticket.closed"], "a word that is out of date is not told"
    assert len({fact.fact_id for fact in world.bus.facts}) == 1


def test_of_a_stranger_who_asks_nothing_is_kept_but_that_somebody_of_that_name_waits(world: World):
    tell(world, "t", asked(contact=Contact(email="ada@example.com", phone="+4915112345678")))
    stranger = person(world)
    assert (stranger.email, stranger.phone, stranger.first_name) == (None, None, None)
    assert tickets.waiting(stranger.tickets, START)
    tell(world, "c", cart(START))
    assert person(world).email == "ada@example.com"
    assert tickets.waiting(person(world).tickets, START), "the cart came after the complaint"


def test_a_ticket_goes_along_when_an_account_turns_out_to_be_a_mailbox(world: World):
    tell(world, "t", asked(contact=Contact(customer_ref="c-1")))
    tell(world, "c", cart(START))
    record = Contact(customer_ref="c-1", email="ada@example.com", account_email="ada@example.com")
    tell(world, "r", cart(START, contact=record))
    assert tickets.waiting(person(world).tickets, START)


def test_whoever_is_told_under_an_account_waits_there_and_at_the_address_that_they_gave(world: World):
    record = Contact(customer_ref="c-1", email="bea@example.com", account_email="bea@example.com")
    tell(world, "c", cart(START, contact=record), cart(START, contact=ada()))
    tell(world, "t", asked(contact=Contact(customer_ref="c-1", email="ada@example.com")))
    for alias in ("customer:c-1", "email:ada@example.com"):
        assert tickets.waiting(person(world, alias).tickets, START), alias


def test_who_was_forgotten_has_no_ticket_and_gets_none_of_a_time_before(world: World):
    tell(world, "c", cart(START))
    tell(world, "t", asked())
    tell(world, "e", CustomerErased(ada(), START + HOUR))
    assert person(world).tickets == ()
    tell(world, "u", asked(ref="t2"))
    assert person(world).tickets == ()


def test_of_a_replay_the_row_learns_and_nothing_is_told(world: World):
    tell(world, "t", asked(), old=True)
    assert tickets.waiting(person(world).tickets, START)
    assert facts(world) == []


def test_a_record_of_a_customer_says_nothing_of_tickets(world: World):
    tell(world, "t", asked())
    tell(world, "r", CustomerSeen(ada(), START + HOUR))
    assert tickets.waiting(person(world).tickets, START)


def test_a_ticket_that_nobody_works_on_any_more_excludes_nobody_for_ever():
    known = (Ticket("t1", START, True),)
    assert tickets.waiting(known, START + OPEN_COUNTS - HOUR)
    assert tickets.waiting(known, START + OPEN_COUNTS) is None


def test_a_ticket_of_another_order_is_not_one_of_this_and_one_of_none_is():
    known = (Ticket("t1", START, True, "o1"), Ticket("t2", START, True))
    assert tickets.waiting(known[:1], START, "o2") is None
    assert tickets.waiting(known[:1], START, "o1")
    assert tickets.waiting(known[1:], START, "o2")


def test_what_is_over_is_dropped_and_of_too_many_the_open_ones_stay():
    old = Ticket("old", START - CLOSED_KEPT, False)
    assert tickets.told([old], Ticket("t", START, False), START) == (Ticket("t", START, False),)
    closed = [Ticket(f"c{n:03}", START, False) for n in range(tickets.MOST_TICKETS)]
    assert Ticket("o", START - HOUR, True) in tickets.told(closed, Ticket("o", START - HOUR, True), START)


WORDS = st.builds(
    Ticket,
    st.sampled_from("ab"),
    st.integers(0, 5).map(lambda hours: START + hours * HOUR),
    st.booleans(),
    st.none(),
)


@given(st.lists(WORDS, max_size=8), st.randoms(use_true_random=False))
def test_the_same_words_come_to_the_same_tickets_in_any_order_and_over_any_two_rows(words, draw):
    shuffled = draw.sample(words, len(words))
    half = len(words) // 2
    one = Person("demo", "p1", tickets=tickets.united((), words))
    rows = [
        Person("demo", f"p{n}", tickets=tickets.united((), part))
        for n, part in ((1, shuffled[:half]), (2, shuffled[half:]))
    ]
    assert customer.merge(*rows)[0].tickets == one.tickets
