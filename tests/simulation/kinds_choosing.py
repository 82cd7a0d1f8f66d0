"""Shoppers who say on the page of their preferences what they want: a pause, fewer messages, another language."""

from __future__ import annotations

from datetime import timedelta

from tests.simulation.choosing import Wish, choose, try_bad_tokens
from tests.simulation.kinds import A_WHILE, DAYS, kind
from tests.simulation.shopper import Doing, Shopper


@kind(2)
def pauses(s: Shopper) -> Doing:
    """A pause of some length, ended early by some, and carts in the midst of it."""
    cart = yield from s.visit()
    mail = yield A_WHILE
    if mail is None:
        return
    yield s.minutes(0, 2000)
    choose(s, mail, Wish(pause=s.rng.choice(("7", "30", "90"))))
    for _ in range(s.rng.randint(1, 2)):
        yield s.minutes(10, 9000)
        yield from s.visit(cart if s.rng.random() < 0.5 else None)
    if s.rng.random() < 0.3:
        choose(s, mail, Wish(pause="none"))
        yield s.minutes(10, 3000)
        yield from s.visit()


@kind(1)
def is_reminded_again_after_a_pause(s: Shopper) -> Doing:
    first = yield from s.visit()
    mail = yield A_WHILE
    if mail is None:
        return
    s.buy(first)
    kept = choose(s, mail, Wish(pause="7"))
    yield timedelta(days=7) + s.minutes(-300, 3000)
    cart = yield from s.visit()
    if kept:
        s.expects = cart


@kind(1)
def pauses_while_we_decide(s: Shopper) -> Doing:
    cart = yield from s.visit()
    mail = yield A_WHILE
    if mail is None:
        return
    s.strike = lambda: choose(s, mail, Wish(pause="30"))
    yield 5 * DAYS
    s.strike = None
    yield from s.visit(cart)


@kind(2)
def wants_no_reminders(s: Shopper) -> Doing:
    """Switches reminders off; a shop that says "subscribed" once more does not switch them on again, the page does."""
    yield from s.visit()
    mail = yield A_WHILE
    if mail is None:
        return
    yield s.minutes(0, 300)
    choose(s, mail, Wish(reminders=False))
    yield s.minutes(20, 2000)
    if s.word is not None and s.rng.random() < 0.5:
        s.agree(s.now)
        s.update_record()
    yield from s.visit()
    if s.rng.random() < 0.3:
        yield s.minutes(100, 3000)
        choose(s, mail, Wish(reminders=True))
        yield from s.visit()


@kind(2)
def wants_fewer(s: Shopper) -> Doing:
    yield from s.visit()
    mail = yield A_WHILE
    if mail is None:
        return
    yield s.minutes(0, 300)
    choose(s, mail, Wish(frequency=s.rng.choice(("weekly", "weekly", "monthly"))))
    for _ in range(s.rng.randint(1, 3)):
        yield s.minutes(30, 6000)
        yield from s.visit()


@kind(1)
def is_written_to_once_a_week(s: Shopper) -> Doing:
    """A wish is kept, and is no reason to write nothing at all."""
    first = yield from s.visit()
    mail = yield A_WHILE
    if mail is None:
        return
    s.buy(first)
    kept = choose(s, mail, Wish(frequency="weekly"))
    yield 4 * DAYS + s.minutes(0, 4000)
    cart = yield from s.visit()
    if kept:
        s.expects = cart


@kind(1)
def leaves_everything(s: Shopper) -> Doing:
    cart = yield from s.visit()
    mail = yield A_WHILE
    if mail is None:
        return
    yield s.minutes(0, 2000)
    choose(s, mail, Wish(leave=True))
    yield s.minutes(10, 3000)
    yield from s.visit(cart if s.rng.random() < 0.5 else None)


@kind(1)
def reads_another_language(s: Shopper) -> Doing:
    cart = yield from s.visit()
    mail = yield A_WHILE
    if mail is None:
        return
    choose(s, mail, Wish(language="en"))
    yield s.minutes(10, 3000)
    yield from s.visit(cart)


@kind(1)
def tries_what_is_no_link(s: Shopper) -> Doing:
    """Tokens that are forged, or of another shop or page, change nothing: what was promised still comes."""
    cart = yield from s.visit()
    s.expects = cart
    mail = yield A_WHILE
    if mail is not None:
        try_bad_tokens(s, mail)


@kind(2)
def two_who_are_one_wished_differently(s: Shopper) -> Doing:
    """A guest wants a pause and a customer wants fewer messages, until it turns out that they are one."""
    ref, address = s.customer_ref, s.email
    names = [(None, address), (ref, f"too-{address}")]
    wishes = s.rng.choice(
        ([Wish(pause="30"), Wish(frequency="weekly")], [Wish(pause="7"), Wish(frequency="monthly")])
    )
    s.rng.shuffle(names)
    for (name, written), wish in zip(names, wishes, strict=True):
        s.customer_ref, s.email = name, written
        yield from s.visit()
        mail = yield A_WHILE
        if mail is not None:
            choose(s, mail, wish)
        yield s.minutes(1, 600)
    s.customer_ref, s.email = ref, address
    s.update_record()
    yield 8 * DAYS + s.minutes(0, 3000)
    yield from s.visit()
