"""One shopper, one story: which cart is reminded of, and what is not said again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from cartback.domain.trade import visits
from cartback.domain.trade.cart import Cart, give_up
from cartback.domain.trade.items import Item
from cartback.domain.trade.visits import EXACT_TO, MOST_VISITS
from tests.fakes.world import START

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WITHIN = 5 * DAY
ADA = Person("demo", "p1")
SHIRT, CUP, LAMP = (Item(f"v{n}", n, product_id=f"p{n}") for n in ("Hemd", "Tasse", "Lampe"))


def cart(name: str, at=START, *items: Item, **more) -> Cart:
    given = {"items": items or (SHIRT,), "started_at": at, "activity_at": at, "opened_by": "e", **more}
    return Cart("demo", name, **given)


def owner(*carts: Cart, person: Person = ADA, now=START) -> Person:
    for one in carts:
        person = replace(person, visits=visits.seen(person.visits, one, now))
    return person


def told(person: Person, about: Cart) -> Person:
    said = visits.saying(person.visits, about, "reminder", START + MINUTE)
    return replace(person, visits=said)


def said_before(person: Person, about: Cart, generation: int, now) -> tuple[visits.Said, ...]:
    return visits.said_before(person.visits, person.last_order_at, about, generation, now)


def reminded(person: Person, *carts: Cart, within=WITHIN) -> list[str]:
    return [one.cart_id for one in carts if visits.newer(person.visits, one, within) is None]


def test_of_carts_with_the_same_goods_the_newest_is_reminded_of_and_the_others_point_to_it():
    three = [cart(f"c{n}", START + n * 20 * MINUTE) for n in range(3)]
    person = owner(*three)
    assert reminded(person, *three) == ["c2"]
    assert {visits.newer(person.visits, one, WITHIN).cart_id for one in three[:2]} == {"c2"}


@pytest.mark.parametrize(
    ("later", "goods", "one_story"),
    [
        (4 * DAY, (LAMP,), True),
        (5 * DAY, (LAMP,), False),
        (20 * DAY, (LAMP, SHIRT), True),
        (20 * DAY, (LAMP,), False),
        (30 * DAY, (SHIRT,), False),
    ],
)
def test_carts_that_overlap_or_were_begun_within_some_days_are_one_story(later, goods, one_story):
    first, second = cart("c1", START, SHIRT, CUP), cart("c2", START + later, *goods)
    assert reminded(owner(first, second), first, second) == (["c2"] if one_story else ["c1", "c2"])


def test_a_cart_about_which_all_was_said_stays_what_it_was_when_it_is_told_again():
    first, second = cart("c1"), cart("c2", START + MINUTE)
    person = owner(first, second)
    said = give_up(second, START + 4 * DAY, "all_sent", "run")
    assert owner(said, person=person, now=START + 5 * DAY) == person
    joined = give_up(second, START + 4 * DAY, "joined", "e")
    assert [one.open for one in owner(joined, person=person).visits] == [True, False]


def test_without_days_only_the_goods_decide():
    first, second = cart("c1"), cart("c2", START + MINUTE, LAMP)
    assert reminded(owner(first, second), first, second, within=timedelta(0)) == ["c1", "c2"]


@pytest.mark.parametrize("more", [{"items": ()}, {"status": "bought"}, {"status": "erased"}])
def test_a_cart_that_is_over_takes_nobodys_place(more):
    first, second = cart("c1"), cart("c2", START + MINUTE)
    person = owner(first, second, replace(second, **more))
    assert reminded(person, first) == ["c1"]


def test_a_cart_that_never_was_announced_takes_nobodys_place():
    first = cart("c1")
    assert owner(first, cart("c2", START + MINUTE, opened_by=None)) == owner(first)


def test_a_cart_that_the_shopper_comes_back_to_is_the_newest_again():
    first, second = cart("c1"), cart("c2", START + MINUTE)
    again = replace(first, activity_at=START + EXACT_TO)
    assert reminded(owner(first, second, again), again, second) == ["c1"]


@pytest.mark.parametrize("minutes", [0, 3, 9])
def test_of_two_carts_exactly_one_is_the_newest_however_roughly_the_row_has_them(minutes):
    first, second = cart("c1"), cart("c2", START + 3 * MINUTE)
    again = replace(first, activity_at=START + minutes * MINUTE)
    assert len(reminded(owner(first, second, again), again, second)) == 1


def test_whoever_goes_on_filling_one_cart_does_not_change_the_row_each_time():
    one = cart("c1")
    person = owner(one)
    assert owner(replace(one, activity_at=START + EXACT_TO - MINUTE), person=person) == person
    assert owner(replace(one, items=(SHIRT, CUP), activity_at=START + MINUTE), person=person) != person


def test_what_was_said_about_the_same_goods_is_not_said_again_under_another_name():
    first, second, other = cart("c1"), cart("c2", START + DAY, SHIRT, CUP), cart("c3", START + DAY, LAMP)
    person = told(owner(first), first)
    assert [word.touch for word in said_before(person, second, 1, START + DAY)] == ["reminder"]
    assert said_before(person, other, 1, START + DAY) == ()
    assert said_before(person, first, 1, START + DAY) == (), "the claim itself knows of its own generation"
    assert len(said_before(person, first, 2, START + DAY)) == 1


def test_a_purchase_and_a_month_begin_a_new_story():
    first, second = cart("c1"), cart("c2", START + DAY)
    person = told(owner(first), first)
    bought = replace(person, last_order_at=START + 2 * MINUTE)
    assert said_before(bought, second, 1, START + DAY) == ()
    assert said_before(person, second, 1, START + MINUTE + 30 * DAY) == ()


def test_what_provably_did_not_go_out_was_not_said():
    first = cart("c1")
    person = owner(first)
    said = visits.saying(person.visits, first, "reminder", START + MINUTE)
    assert visits.unsaid(said, START + MINUTE) == person.visits


def test_a_row_keeps_so_many_carts_and_no_more():
    person = owner(*(cart(f"c{n}", START + n * MINUTE, Item(f"v{n}", "x")) for n in range(40)))
    assert [one.cart_id for one in person.visits] == [f"c{n}" for n in range(40 - MOST_VISITS, 40)]


def test_two_rows_of_one_person_have_one_story():
    first, second = cart("c1"), cart("c2", START + MINUTE)
    united, _ = customer.merge(owner(first), owner(second, person=Person("demo", "p2")), START)
    assert reminded(united, first, second) == ["c2"]


def test_a_cart_that_went_to_somebody_else_takes_nobodys_place():
    first, second = cart("c1"), cart("c2", START + MINUTE)
    person = owner(first, second)
    gone = replace(person, visits=visits.left(person.visits, ["c2"]))
    assert reminded(gone, first) == ["c1"]
