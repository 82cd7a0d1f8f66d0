"""A line is named as long as its reader has not bought it since it lies in the cart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.context import Context
from cartback.domain.decision import SEND, SKIP, STOP, WAIT
from cartback.domain.goods.bundles import Told as Line
from cartback.domain.goods.bundles import assembled
from cartback.domain.money import Money
from cartback.domain.observations import CartSeen, OrderSeen
from cartback.domain.people import customer, identity
from cartback.domain.people.customer import Person
from cartback.domain.trade import bought_lines, sale
from cartback.domain.trade import cart as carts
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import Item
from cartback.domain.trade.line_names import names_of
from cartback.domain.trade.purchases import heard, told_of
from cartback.flows.cart_recovery import decide
from tests.fakes.world import START, a_policy
from tests.unit.domain.test_touches import ADA, GONE, HOUR, PLAN

DAY = timedelta(days=1)
SHIRT, CUP = Item("v1", "Hemd", product_id="p1"), Item("v2", "Tasse", product_id="p2")
BEGUN = START - 3 * DAY
CART = Cart(
    "demo",
    "c1",
    items=(SHIRT, CUP),
    person_id="p1",
    started_at=START,
    activity_at=START,
    since={"v1": BEGUN, "v2": BEGUN},
)
"""A cart of three days ago that was given up, and filled on today."""
RESTS = a_policy(rest_after_purchase=timedelta(0))
GOES_ON = replace(RESTS, options={"cart_recovery": {"go_on_with_the_rest": True}})


def bought(person: Person, *items: Item, at=START - 2 * DAY, ref="o1", **more) -> Person:
    seen = OrderSeen((), ref, at, more.pop("told_at", at), sale=sale.Sale(items=items, **more))
    return customer.ordered(person, at, at, told_of(seen, "e"))


def decided(cart=CART, person=ADA, stock=None, policy=RESTS, now=START + HOUR):
    return decide(Context(cart, person, stock or {}), PLAN, 0, 1, policy, now)


def named(person: Person, cart=CART, **more) -> list[str]:
    return [item.variant_id for item in decided(cart, person, **more).items]


def test_what_was_bought_since_it_lies_in_the_cart_is_left_out_and_said():
    decision = decided(person=bought(ADA, SHIRT))
    assert (decision.word, [item.variant_id for item in decision.items]) == (SEND, ["v2"])
    assert decision.inputs["owned"] == "v1"
    assert set(decision.named.goods) == names_of([CUP])


def test_what_was_put_in_after_it_was_bought_is_a_wish():
    assert named(bought(ADA, SHIRT, at=BEGUN - DAY)) == ["v1", "v2"]


@pytest.mark.parametrize(
    ("item", "left"),
    [
        (Item("v1", "Hemd", quantity=1), ["v2"]),
        (Item("v9", "Hemd in L", product_id="p1"), ["v2"]),
        (Item("set", "Set", parts=("v1", "v7")), ["v2"]),
        (Item("v8", "Schal", product_id="p8"), ["v1", "v2"]),
        (Item("p1", "ein Name wie der eines Produkts"), ["v1", "v2"]),
    ],
    ids=["fewer pieces", "another variant", "as part of a bundle", "something else", "a variant called so"],
)
def test_what_counts_as_the_same(item, left):
    three = replace(CART, items=(replace(SHIRT, quantity=3), CUP))
    assert named(bought(ADA, item), three) == left


def test_a_bundle_is_not_owned_by_one_of_its_parts():
    bundle = Item("set", "Set", parts=("v1", "v2"))
    in_cart = replace(CART, items=(bundle,), since={"set": BEGUN})
    assert named(bought(ADA, SHIRT), in_cart) == ["set"]


def test_an_order_that_was_called_off_leaves_nothing_owned():
    person = bought(bought(ADA, SHIRT), SHIRT, told_at=START - DAY, standing=sale.CANCELLED)
    assert named(person) == ["v1", "v2"]
    assert named(customer.called_off(bought(ADA, SHIRT), "o1", START)) == ["v1", "v2"]


def test_the_latest_word_of_an_order_says_what_it_holds_in_whatever_order_it_comes():
    words = [
        told_of(OrderSeen((), "o1", BEGUN, BEGUN + hour * HOUR, sale=sale.Sale(items=items)), "e")
        for hour, items in ((0, (SHIRT, CUP)), (1, (SHIRT,)), (2, (CUP,)))
    ]
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)):
        known = ()
        for place in order:
            known = heard(known, words[place], START)
        assert set(known[0].lines) == names_of([CUP])


def test_what_somebody_linked_bought_is_left_out_too():
    seen = OrderSeen((), "o1", START - 2 * DAY, START - 2 * DAY, sale=sale.Sale(items=(SHIRT,)))
    assert named(identity.bought_beside(ADA, told_of(seen, "e"), START)) == ["v2"]


def test_what_the_carts_account_bought_is_left_out_too():
    account = bought(Person("demo", "p2", aliases=("a",)), SHIRT)
    assert named(identity.with_account(ADA, account)) == ["v2"]


def test_who_owns_all_of_it_is_not_written_to_and_it_is_said_why():
    decision = decided(person=bought(ADA, SHIRT, CUP))
    assert (decision.word, decision.reason, decision.inputs) == (STOP, "owned", {"owned": "v1 v2"})


def test_of_what_is_owned_and_what_is_gone_nothing_is_left():
    decision = decided(person=bought(ADA, SHIRT), stock={"v2": GONE["v2"]})
    assert (decision.word, decision.reason) == (SKIP, "nothing_left")
    assert decision.inputs == {"owned": "v1", "gone": "v2"}


def test_whoever_bought_anything_since_is_left_alone_unless_the_shop_wants_the_rest_reminded_of():
    fresh = replace(CART, since={})
    person = bought(ADA, SHIRT, at=START + HOUR / 2)
    assert decided(fresh, person).reason == "bought_elsewhere"
    assert named(person, fresh, policy=GOES_ON) == ["v2"]
    assert decided(fresh, bought(person, CUP, at=START, ref="o2"), policy=GOES_ON).reason == "owned"


def test_the_rest_waits_until_the_rest_after_the_purchase_is_over():
    policy = replace(GOES_ON, rest_after_purchase=DAY)
    person, fresh = bought(ADA, SHIRT, at=START + HOUR / 2), replace(CART, since={})
    decision = decided(fresh, person, policy=policy)
    assert (decision.word, decision.reason, decision.until) == (
        WAIT,
        "bought_recently",
        START + HOUR / 2 + DAY,
    )


@pytest.mark.parametrize(
    "person",
    [
        customer.ordered(ADA, START, START),
        replace(ADA, bought_beside_at=START),
        replace(ADA, last_order_at=START),
        bought(ADA, *(Item(f"w{number}", "x") for number in range(99)), at=START),
        bought(ADA, SHIRT, at=START, further=3),
    ],
    ids=["nobody told", "somebody linked", "a row of before", "too much to remember", "cut off"],
)
def test_a_purchase_of_unknown_content_ends_it_all(person):
    assert decided(replace(CART, since={}), person, policy=GOES_ON).reason == "bought_elsewhere"


# since when a line lies there ------------------------------------------------------------------------------------


def filled(cart: Cart, at, *items: Item) -> Cart:
    seen = CartSeen(("cart:c1",), at, "cart", items, Money(1, "EUR"))
    return carts.see(cart, seen, f"{at}", at)


def ages(cart: Cart) -> dict:
    return bought_lines.ages_of(cart)


def test_a_line_lies_there_since_it_was_put_in_or_last_grew():
    cart = filled(Cart("demo", "c1"), START, SHIRT)
    cart = filled(cart, START + HOUR, SHIRT, CUP)
    assert ages(cart) == {"v1": START, "v2": START + HOUR}
    grown = filled(cart, START + 2 * HOUR, replace(SHIRT, quantity=2), CUP)
    assert ages(grown) == {"v1": START + 2 * HOUR, "v2": START + HOUR}
    assert ages(filled(grown, START + 3 * HOUR, SHIRT, CUP)) == ages(grown)
    again = filled(filled(cart, START + 2 * HOUR, CUP), START + 3 * HOUR, CUP, SHIRT)
    assert ages(again)["v1"] == START + 3 * HOUR


def test_a_cart_that_was_given_up_and_is_filled_on_remembers_since_when_its_lines_lie_there():
    cart = carts.give_up(filled(Cart("demo", "c1"), START, SHIRT), START + HOUR, "bought_elsewhere", "run")
    cart = filled(cart, START + DAY, SHIRT, CUP)
    assert (cart.generation, cart.started_at) == (2, START + DAY)
    assert ages(cart) == {"v1": START, "v2": START + DAY}


def test_after_the_cart_itself_was_bought_all_of_it_is_put_in_anew():
    cart = filled(Cart("demo", "c1"), START, SHIRT)
    cart = carts.order(cart, OrderSeen(("cart:c1",), "o1", START + HOUR, START + HOUR), "o", START + HOUR)
    assert ages(filled(cart, START + DAY, SHIRT)) == {"v1": START + DAY}


def test_an_older_word_of_the_cart_that_comes_late_dates_its_lines_back():
    cart = filled(Cart("demo", "c1"), START + HOUR, SHIRT, CUP)
    assert ages(filled(cart, START, SHIRT)) == {"v1": START, "v2": START + HOUR}
    assert ages(filled(cart, START, replace(SHIRT, quantity=2)))["v1"] == START
    two = filled(Cart("demo", "c1"), START + HOUR, replace(SHIRT, quantity=2))
    assert ages(filled(two, START, SHIRT)) == {"v1": START + HOUR}


def test_what_was_taken_out_again_lies_there_since_it_was_put_in_anew_however_late_the_first_time_is_told():
    emptied = filled(filled(Cart("demo", "c1"), START, SHIRT), START + HOUR)
    again = filled(emptied, START + 2 * HOUR, SHIRT)
    assert ages(filled(again, START, SHIRT)) == {"v1": START + 2 * HOUR}


def test_two_rows_that_are_one_cart_take_the_older_age_of_a_line():
    one = filled(Cart("demo", "c1"), START, SHIRT)
    other = filled(Cart("demo", "c2"), START + HOUR, SHIRT, CUP)
    assert ages(carts.absorb(one, other, "e")) == {"v1": START, "v2": START + HOUR}


def test_a_bundle_knows_its_parts():
    part = Line(CUP, parent="b")
    (bundle,) = assembled([Line(replace(SHIRT, unit_price=Money(100, "EUR")), ("b",)), part]).items
    assert bundle.parts == ("v2",)
