"""A checkout is used once: what was ordered with it stays bought, whatever is told of it later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from cartback.domain.observations import CartSeen, OrderSeen
from cartback.domain.people.customer import Person
from cartback.domain.trade import cart as carts
from cartback.domain.trade.cart import BOUGHT, GIVEN_UP, OPEN, Cart
from cartback.domain.trade.spending import MOST_SPENT
from cartback.flows import cart_recovery as touches
from tests.fakes.told import CUP, SHIRT
from tests.fakes.world import START, a_policy

DAY = timedelta(days=1)
NEW = Cart("demo", "c1")


def checkout(days: float, *items, ref="checkout:k1", **more) -> CartSeen:
    refs = (ref, "cart:c1")
    return CartSeen(refs, START + days * DAY, "checkout", items or (SHIRT,), stage="checkout", **more)


def filled(days: float, *items) -> CartSeen:
    return CartSeen(("cart:c1",), START + days * DAY, "cart", items)


def bought(days: float, *refs: str) -> OrderSeen:
    at = START + days * DAY
    return OrderSeen(refs or ("checkout:k1", "cart:c1"), "o1", at, at)


def fold(*told, cart: Cart = NEW) -> Cart:
    for seen in told:
        cart = (carts.see if isinstance(seen, CartSeen) else carts.order)(cart, seen, "e")
    return cart


@pytest.mark.parametrize("told", list(permutations((checkout(0), bought(1), checkout(3)))))
def test_a_finished_checkout_that_is_told_again_stays_bought_in_whatever_order(told):
    cart = fold(*told)
    assert (cart.status, cart.generation) == (BOUGHT, 1)


def test_a_checkout_that_said_that_it_was_completed_stays_bought_when_it_forgets_to_say_so():
    cart = fold(checkout(0), checkout(1, completed_at=START + DAY), checkout(3, CUP))
    assert (cart.status, cart.generation) == (BOUGHT, 1)


def test_the_cart_behind_a_finished_checkout_can_be_filled_again_and_taken_to_another():
    cart = fold(checkout(0), bought(1), filled(3, CUP))
    assert (cart.status, cart.generation, cart.items) == (OPEN, 2, (CUP,))
    again = fold(checkout(4, CUP, ref="checkout:k2"), checkout(5), cart=cart)
    assert (again.status, again.generation, again.items) == (OPEN, 2, (CUP,))
    over = fold(bought(6, "checkout:k2"), checkout(7, ref="checkout:k2"), cart=again)
    assert (over.status, over.spent) == (BOUGHT, ("checkout:k1", "checkout:k2"))


def test_a_row_of_an_earlier_version_takes_its_checkouts_for_spent():
    old = replace(fold(checkout(0), bought(1)), spent=())
    assert fold(checkout(3), cart=old).status == BOUGHT
    assert fold(checkout(3, CUP, ref="checkout:k2"), cart=old).status == OPEN


@pytest.mark.parametrize("because", ["bought_elsewhere", "bought_recently"])
def test_a_checkout_whose_shopper_bought_by_an_order_that_names_none_is_not_opened_by_its_echo(because):
    ended = carts.give_up(fold(checkout(0)), START + DAY, because, "run")
    assert fold(checkout(3), cart=ended).status == GIVEN_UP
    assert fold(filled(3, CUP), cart=ended).status == OPEN


def test_a_checkout_that_was_given_up_for_another_reason_can_be_taken_up_again():
    ended = carts.give_up(fold(checkout(0)), START + DAY, "all_sent", "run")
    assert fold(checkout(3), cart=ended).status == OPEN


def test_two_rows_that_are_one_cart_have_spent_what_either_has():
    other = replace(fold(checkout(0, ref="checkout:k2"), bought(1, "checkout:k2")), cart_id="c2")
    one = carts.absorb(fold(filled(0, SHIRT)), other, "e")
    assert fold(checkout(3, ref="checkout:k2"), cart=one).status == BOUGHT


def test_a_cart_remembers_so_many_spent_checkouts_and_no_more():
    cart = fold(*(bought(n, f"checkout:{n}") for n in range(1, 50)))
    assert len(cart.spent) == MOST_SPENT
    assert cart.spent[-1] == "checkout:49"


def test_a_checkout_that_is_taken_up_again_is_no_younger_than_it_was_begun():
    ended = carts.give_up(fold(checkout(0)), START + DAY, "all_sent", "run")
    again = fold(checkout(3, begun_at=START), cart=ended)
    assert (again.status, again.generation, again.started_at) == (OPEN, 2, START)
    assert touches.over(again, Person("demo", "p", last_order_at=START + 2 * DAY), 2, a_policy()).reason == (
        "bought_elsewhere"
    )
