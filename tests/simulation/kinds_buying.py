"""Shoppers who fill carts, buy, empty and come back."""

from __future__ import annotations

from cartback.domain.observations import Contact
from tests.simulation.kinds import A_WHILE, DAYS, kind
from tests.simulation.shopper import Doing, Shopper


@kind(6)
def abandons(s: Shopper) -> Doing:
    cart = yield from s.visit()
    s.expects = cart


@kind(2)
def buys_before_the_first_touch(s: Shopper) -> Doing:
    cart = yield from s.visit()
    yield s.minutes(1, 50)
    s.buy(cart)


@kind(4)
def buys_after_a_touch(s: Shopper) -> Doing:
    cart = yield from s.visit()
    touches = s.rng.randint(1, 2)
    for _ in range(touches):
        if (yield A_WHILE) is None:
            return
    yield s.minutes(0, 300)
    s.buy(cart)


@kind(2)
def browses_first_and_says_later_who_it_is(s: Shopper) -> Doing:
    cart = yield from s.visit(known=False)
    yield s.minutes(1, 2000)
    s.check_out(cart)
    if s.rng.random() < 0.5:
        yield s.minutes(5, 6000)
        s.buy(cart)


@kind(3)
def guest_turns_customer_under_another_address(s: Shopper) -> Doing:
    ref, s.customer_ref = s.customer_ref, None
    cart = yield from s.visit()
    yield s.minutes(1, 1500)
    buyer = Contact(ref, f"new-{s.email}")
    s.buy(cart, buyer, refs=cart.refs[-1:] if s.rng.random() < 0.5 else cart.refs)


@kind(2)
def guest_buys_another_cart_with_the_same_address(s: Shopper) -> Doing:
    s.customer_ref = None
    yield from s.visit()
    yield s.minutes(1, 3000)
    s.buy(s.new_cart(), Contact(email=s.email))


@kind(3)
def has_two_devices(s: Shopper) -> Doing:
    yield from s.visit()
    yield s.minutes(1, 90)
    second = yield from s.visit()
    yield s.minutes(1, 4000)
    s.buy(second)


@kind(4)
def fills_many_carts(s: Shopper) -> Doing:
    for _ in range(s.rng.randint(2, 4)):
        yield from s.visit()
        yield s.minutes(5, 1200)


@kind(3)
def buys_by_telephone(s: Shopper) -> Doing:
    yield from s.visit()
    yield s.minutes(1, 3000)
    s.buy(None, Contact(customer_ref=s.customer_ref) if s.rng.random() < 0.5 else Contact(email=s.email))


@kind(3)
def is_joined_late(s: Shopper) -> Doing:
    """Cart and checkout are told as two things, until an event names both."""
    cart = s.new_cart()
    s.fill(cart, refs=(f"cart:{cart.name}",))
    yield s.minutes(1, 20)
    s.check_out(cart, refs=(f"checkout:{cart.name}",))
    yield s.minutes(10, 3000)
    if s.rng.random() < 0.5:
        s.check_out(cart)
    else:
        s.buy(cart)


@kind(2)
def order_comes_before_its_cart(s: Shopper) -> Doing:
    cart = s.new_cart()
    s.fill(cart, late=s.minutes(60, 4000))
    s.check_out(cart, late=s.minutes(30, 4000))
    yield s.minutes(2, 30)
    s.buy(cart, at_once=True)


@kind(2)
def empties(s: Shopper) -> Doing:
    cart = yield from s.visit()
    yield s.minutes(1, 4000)
    s.empty(cart)
    if s.rng.random() < 0.4:
        yield s.minutes(10, 3000)
        yield from s.visit(cart)


@kind(3)
def comes_back_after_buying(s: Shopper) -> Doing:
    cart = yield from s.visit()
    yield s.minutes(5, 2000)
    s.buy(cart)
    yield s.minutes(8, 5000)
    yield from s.visit(cart)
    s.expects = cart


@kind(2)
def wants_what_is_sold_out(s: Shopper) -> Doing:
    yield from s.visit(variants=2)
    yield s.minutes(1, 40)
    s.stock(0, 0)
    if s.rng.random() < 0.6:
        s.stock(1, 0)
    yield s.minutes(600, 3000)
    s.stock(0, 5)


@kind(1)
def is_restless(s: Shopper) -> Doing:
    cart = s.new_cart()
    for _ in range(s.rng.randint(6, 12)):
        yield from s.visit(cart)
        yield s.minutes(5, 200)


@kind(2)
def comes_back_after_each_mail(s: Shopper) -> Doing:
    cart = yield from s.visit()
    for _ in range(3):
        mail = yield A_WHILE
        if mail is None:
            return
        yield s.minutes(0, 400)
        s.click(mail)
        yield from s.visit(cart)


@kind(2)
def comes_back_when_all_is_over(s: Shopper) -> Doing:
    cart = yield from s.visit()
    yield 8 * DAYS + s.minutes(0, 3000)
    yield from s.visit(cart)
