"""What shoppers do. One function per kind; a kind's weight is its share among the shoppers of a season.

Kinds that set ``expects`` are promised messages: their number is what a season without faults has to send exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from cartback.domain.observations import Contact
from tests.simulation.provider import FULL, GONE
from tests.simulation.shopper import Doing, NextMail, Shopper, SimCart
from tests.simulation.shops import SHOPIFY

ALL_TOUCHES = 99
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)
A_WHILE = NextMail(timedelta(days=6))

KINDS: dict[str, tuple[int, Callable[[Shopper], Doing]]] = {}


def _kind(weight: int) -> Callable[[Callable[[Shopper], Doing]], Callable[[Shopper], Doing]]:
    def keep(does: Callable[[Shopper], Doing]) -> Callable[[Shopper], Doing]:
        KINDS[does.__name__] = (weight, does)
        return does

    return keep


@_kind(6)
def abandons(s: Shopper) -> Doing:
    cart = yield from s.visit()
    s.expects = (cart, ALL_TOUCHES)


@_kind(2)
def buys_before_the_first_touch(s: Shopper) -> Doing:
    cart = yield from s.visit()
    yield s.minutes(1, 50)
    s.buy(cart)


@_kind(4)
def buys_after_a_touch(s: Shopper) -> Doing:
    cart = yield from s.visit()
    touches = s.rng.randint(1, 2)
    for _ in range(touches):
        if (yield A_WHILE) is None:
            return
    yield s.minutes(0, 300)
    s.buy(cart)


@_kind(2)
def browses_first_and_says_later_who_it_is(s: Shopper) -> Doing:
    cart = yield from s.visit(known=False)
    yield s.minutes(1, 2000)
    s.check_out(cart)
    if s.rng.random() < 0.5:
        yield s.minutes(5, 6000)
        s.buy(cart)


@_kind(3)
def guest_turns_customer_under_another_address(s: Shopper) -> Doing:
    ref, s.customer_ref = s.customer_ref, None
    cart = yield from s.visit()
    yield s.minutes(1, 1500)
    buyer = Contact(ref, f"new-{s.email}")
    s.buy(cart, buyer, refs=cart.refs[-1:] if s.rng.random() < 0.5 else cart.refs)


@_kind(2)
def guest_buys_another_cart_with_the_same_address(s: Shopper) -> Doing:
    s.customer_ref = None
    yield from s.visit()
    yield s.minutes(1, 3000)
    s.buy(s.new_cart(), Contact(email=s.email))


@_kind(3)
def has_two_devices(s: Shopper) -> Doing:
    yield from s.visit()
    yield s.minutes(1, 90)
    second = yield from s.visit()
    yield s.minutes(1, 4000)
    s.buy(second)


@_kind(4)
def fills_many_carts(s: Shopper) -> Doing:
    for _ in range(s.rng.randint(2, 4)):
        yield from s.visit()
        yield s.minutes(5, 1200)


@_kind(3)
def buys_by_telephone(s: Shopper) -> Doing:
    yield from s.visit()
    yield s.minutes(1, 3000)
    s.buy(None, Contact(customer_ref=s.customer_ref) if s.rng.random() < 0.5 else Contact(email=s.email))


@_kind(3)
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


@_kind(2)
def order_comes_before_its_cart(s: Shopper) -> Doing:
    cart = s.new_cart()
    s.fill(cart, late=s.minutes(60, 4000))
    s.check_out(cart, late=s.minutes(30, 4000))
    yield s.minutes(2, 30)
    s.buy(cart, at_once=True)


@_kind(2)
def empties(s: Shopper) -> Doing:
    cart = yield from s.visit()
    yield s.minutes(1, 4000)
    s.empty(cart)
    if s.rng.random() < 0.4:
        yield s.minutes(10, 3000)
        yield from s.visit(cart)


@_kind(3)
def comes_back_after_buying(s: Shopper) -> Doing:
    cart = yield from s.visit()
    yield s.minutes(5, 2000)
    s.buy(cart)
    yield s.minutes(8, 5000)
    yield from s.visit(cart)
    s.expects = (cart, ALL_TOUCHES)


@_kind(3)
def leaves_through_the_page(s: Shopper) -> Doing:
    cart = yield from s.visit()
    mail = yield A_WHILE
    if mail is None:
        return
    yield s.minutes(0, 2000)
    s.leave(mail)
    for _ in range(s.rng.randint(1, 3)):
        yield s.minutes(10, 3000)
        yield from s.visit(cart if s.rng.random() < 0.5 else None)


@_kind(2)
def leaves_and_agrees_again(s: Shopper) -> Doing:
    yield from s.visit()
    mail = yield A_WHILE
    if mail is None:
        return
    yield s.minutes(0, 200)
    s.leave(mail)
    yield s.minutes(20, 3000)
    s.agree(s.now)
    s.update_record()
    yield s.minutes(5, 500)
    yield from s.visit()


@_kind(3)
def withdraws_in_the_shop(s: Shopper) -> Doing:
    s.agree()
    cart = yield from s.visit()
    yield s.minutes(1, 3000)
    s.refuse()
    s.update_record(at_once=s.rng.random() < 0.5)
    yield s.minutes(10, 3000)
    s.ticks = s.ticks and s.rng.random() < 0.5
    yield from s.visit(cart)


@_kind(2)
def withdraws_before_anything_of_his_arrives(s: Shopper) -> Doing:
    """The withdrawal overtakes the cart that still says yes."""
    s.ticks = False
    s.agree()
    cart = s.new_cart()
    s.check_out(cart, late=s.minutes(30, 4000))
    yield s.minutes(2, 20)
    s.refuse()
    s.update_record(at_once=True)


@_kind(1)
def agrees_late(s: Shopper) -> Doing:
    s.ticks, s.word = False, None
    yield from s.visit()
    yield s.minutes(1, 3000)
    s.agree(s.now)
    s.update_record()
    if s.rng.random() < 0.5:
        yield s.minutes(10, 3000)
        yield from s.visit()


@_kind(2)
def never_agreed(s: Shopper) -> Doing:
    s.ticks, s.word = False, None
    yield from s.visit()
    if s.rng.random() < 0.3:
        s.refuse()
        s.update_record()


@_kind(1)
def agreed_on_a_weaker_basis(s: Shopper) -> Doing:
    s.ticks = False
    s.agree(basis="existing_customer")
    yield from s.visit()


@_kind(3)
def wants_to_be_forgotten(s: Shopper) -> Doing:
    cart = s.new_cart()
    if s.rng.random() < 0.4:
        s.check_out(cart, late=s.minutes(30, 4000))
    else:
        yield from s.visit(cart)
    yield s.minutes(1, 3000)
    s.erase()
    if s.rng.random() < 0.3:
        yield s.minutes(3000, 9000)
        s.agree(s.now)
        yield from s.visit()


@_kind(2)
def has_no_mailbox(s: Shopper) -> Doing:
    s.mailbox = GONE if s.rng.random() < 0.7 else FULL
    for _ in range(s.rng.randint(1, 3)):
        yield from s.visit()
        yield s.minutes(100, 4000)


@_kind(2)
def complains(s: Shopper) -> Doing:
    yield from s.visit()
    mail = yield A_WHILE
    if mail is None:
        return
    yield s.minutes(0, 600)
    s.season.provider.tell_of(mail.message, f"fbl-{s.number}", "complained", late=7200)
    yield s.minutes(100, 4000)
    yield from s.visit()


@_kind(2)
def wants_what_is_sold_out(s: Shopper) -> Doing:
    yield from s.visit(variants=2)
    yield s.minutes(1, 40)
    s.stock(0, 0)
    if s.rng.random() < 0.6:
        s.stock(1, 0)
    yield s.minutes(600, 3000)
    s.stock(0, 5)


@_kind(1)
def is_restless(s: Shopper) -> Doing:
    cart = s.new_cart()
    for _ in range(s.rng.randint(6, 12)):
        yield from s.visit(cart)
        yield s.minutes(5, 200)


@_kind(2)
def comes_back_after_each_mail(s: Shopper) -> Doing:
    cart = yield from s.visit()
    for _ in range(3):
        mail = yield A_WHILE
        if mail is None:
            return
        yield s.minutes(0, 400)
        s.click(mail)
        yield from s.visit(cart)


@_kind(2)
def comes_back_when_all_is_over(s: Shopper) -> Doing:
    cart = yield from s.visit()
    yield 8 * DAYS + s.minutes(0, 3000)
    yield from s.visit(cart)


@_kind(1)
def changes_the_address(s: Shopper) -> Doing:
    yield from s.visit()
    yield s.minutes(10, 2000)
    s.email = f"moved-{s.email}"
    s.update_record()
    yield s.minutes(10, 2000)
    yield from s.visit()


@_kind(2)
def two_people_turn_out_to_be_one(s: Shopper) -> Doing:
    """A guest and a customer, each with carts and mails, until one order names both."""
    ref, address = s.customer_ref, s.email
    s.customer_ref = None
    yield from s.visit()
    yield s.minutes(1, 600)
    s.customer_ref, s.email = ref, f"too-{address}"
    yield from s.visit()
    yield s.minutes(30, 3000)
    if s.rng.random() < 0.3:
        s.buy(None, Contact(email=s.rng.choice((s.email, address))))
        yield s.minutes(1, 300)
    if s.rng.random() < 0.3:
        s.refuse()
    s.email = address
    s.update_record()
    yield s.minutes(5, 600)
    yield from s.visit()


@_kind(3)
def one_of_two_who_are_one_had_left(s: Shopper) -> Doing:
    """A guest leaves through the page; later it turns out which customer that was, who once agreed."""
    ref, address, other = s.customer_ref, s.email, f"too-{s.email}"
    for s.customer_ref, s.email in s.rng.choice((((None, address), (ref, other)), ((ref, other), (None, address)))):
        yield from s.visit()
        yield s.minutes(1, 600)
    mail = yield A_WHILE
    if mail is None:
        return
    s.leave(mail)
    yield s.minutes(1, 600)
    s.customer_ref, s.email = ref, address
    s.update_record()
    yield s.minutes(1, 600)
    yield from s.visit()


def _strikes(s: Shopper, act: Callable[[SimCart], None]) -> Doing:
    """Act in the middle of a touch; at the latest after some days."""
    cart = yield from s.visit()

    def strike():
        act(cart)
        yield

    s.strike = strike()
    yield 5 * DAYS
    if s.strike is not None:
        s.strike = None
        act(cart)


@_kind(2)
def buys_while_we_decide(s: Shopper) -> Doing:
    yield from _strikes(s, lambda cart: s.buy(cart, at_once=True))


@_kind(2)
def buys_elsewhere_while_we_decide(s: Shopper) -> Doing:
    yield from _strikes(s, lambda cart: s.buy(None, Contact(email=s.email), at_once=True))


@_kind(2)
def empties_while_we_decide(s: Shopper) -> Doing:
    yield from _strikes(s, lambda cart: s.empty(cart, known=False, at_once=True))


@_kind(2)
def withdraws_while_we_decide(s: Shopper) -> Doing:
    def act(cart: SimCart) -> None:
        s.refuse()
        s.update_record(at_once=True)

    yield from _strikes(s, act)


@_kind(1)
def is_forgotten_while_we_decide(s: Shopper) -> Doing:
    yield from _strikes(s, lambda cart: s.erase(at_once=True))


def prepared(s: Shopper) -> None:
    """Most shoppers agreed before the season, the way in which their shop asks."""
    if s.dated or (s.shop.style == SHOPIFY and s.rng.random() < 0.5):
        s.agree()
    else:
        s.ticks = True
