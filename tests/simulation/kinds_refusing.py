"""Shoppers who agree, refuse, leave, complain, are forgotten, or turn out to be somebody else."""

from __future__ import annotations

from cartback.domain.observations import Contact
from tests.simulation.kinds import A_WHILE, kind
from tests.simulation.provider import FULL, GONE
from tests.simulation.shopper import Doing, Shopper


@kind(3)
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


@kind(2)
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


@kind(3)
def withdraws_in_the_shop(s: Shopper) -> Doing:
    s.agree()
    cart = yield from s.visit()
    yield s.minutes(1, 3000)
    s.refuse()
    s.update_record(at_once=s.rng.random() < 0.5)
    yield s.minutes(10, 3000)
    s.ticks = s.ticks and s.rng.random() < 0.5
    yield from s.visit(cart)


@kind(2)
def withdraws_before_anything_of_his_arrives(s: Shopper) -> Doing:
    """The withdrawal overtakes the cart that still says yes."""
    s.ticks = False
    s.agree()
    cart = s.new_cart()
    s.check_out(cart, late=s.minutes(30, 4000))
    yield s.minutes(2, 20)
    s.refuse()
    s.update_record(at_once=True)


@kind(1)
def agrees_late(s: Shopper) -> Doing:
    s.ticks, s.word = False, None
    yield from s.visit()
    yield s.minutes(1, 3000)
    s.agree(s.now)
    s.update_record()
    if s.rng.random() < 0.5:
        yield s.minutes(10, 3000)
        yield from s.visit()


@kind(2)
def never_agreed(s: Shopper) -> Doing:
    s.ticks, s.word = False, None
    yield from s.visit()
    if s.rng.random() < 0.3:
        s.refuse()
        s.update_record()


@kind(1)
def agreed_on_a_weaker_basis(s: Shopper) -> Doing:
    s.ticks = False
    s.agree(basis="existing_customer")
    yield from s.visit()


@kind(3)
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


@kind(2)
def has_no_mailbox(s: Shopper) -> Doing:
    s.mailbox = GONE if s.rng.random() < 0.7 else FULL
    for _ in range(s.rng.randint(1, 3)):
        yield from s.visit()
        yield s.minutes(100, 4000)


@kind(2)
def complains(s: Shopper) -> Doing:
    yield from s.visit()
    mail = yield A_WHILE
    if mail is None:
        return
    yield s.minutes(0, 600)
    s.season.provider.complain(mail.message)
    yield s.minutes(100, 4000)
    yield from s.visit()


@kind(1)
def changes_the_address(s: Shopper) -> Doing:
    yield from s.visit()
    yield s.minutes(10, 2000)
    s.email = f"moved-{s.email}"
    s.update_record()
    yield s.minutes(10, 2000)
    yield from s.visit()


@kind(2)
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


@kind(3)
def one_of_two_who_are_one_had_left(s: Shopper) -> Doing:
    """A guest leaves through the page; later it turns out which customer that was, who once agreed."""
    ref, address = s.customer_ref, s.email
    names = [(None, address), (ref, f"too-{address}")]
    s.rng.shuffle(names)
    for name, written in names:
        s.customer_ref, s.email = name, written
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
