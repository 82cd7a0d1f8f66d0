"""Shoppers who sign up with the shop's form: in time, too late, twice, never, or only by a mail filter."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulation.choosing import Wish, choose
from tests.simulation.kinds import A_WHILE, DAYS, kind
from tests.simulation.shopper import Doing, NextMail, Shopper
from tests.simulation.signing import confirm, never_asked, sign_up

if TYPE_CHECKING:
    from tests.simulation.questions import Request

TWO_DAYS = NextMail(timedelta(hours=49))


def _agrees_nowhere_else(s: Shopper) -> None:
    s.signs_up, s.ticks, s.word = True, False, None


def _asks(s: Shopper) -> Request | None:
    """Nobody but the form says that this shopper agrees."""
    _agrees_nowhere_else(s)
    request = sign_up(s)
    if request is not None and s.rng.random() < 0.3:
        sign_up(s)
    return request


def _question(s: Shopper, request: Request | None) -> Doing:
    """The mail that asks for the yes."""
    mail = yield TWO_DAYS
    if mail is None and request is not None:
        never_asked(s)
    return mail


@kind(2)
def signs_up_and_confirms(s: Shopper) -> Doing:
    request = _asks(s)
    mail = yield from _question(s, request)
    if request is None or mail is None:
        return
    if s.rng.random() < 0.3:
        mail = (yield TWO_DAYS) or mail
    yield s.minutes(0, 1000)
    said = not request.is_over(s.now) and confirm(s, request, mail)
    yield s.minutes(1, 4000)
    cart = yield from s.visit()
    if said:
        s.expects = cart


@kind(1)
def confirms_too_late(s: Shopper) -> Doing:
    request = _asks(s)
    mail = yield from _question(s, request)
    if request is None or mail is None:
        return
    yield request.asked_at + timedelta(hours=49) + s.minutes(0, 9000) - s.now
    confirm(s, request, mail)
    yield s.minutes(1, 1000)
    yield from s.visit()


@kind(2)
def never_confirms(s: Shopper) -> Doing:
    """Somebody typed the address, or thought better of it. Mail filters open the links all the same."""
    _agrees_nowhere_else(s)
    if s.rng.random() < 0.5:
        yield from s.visit()
    request = _asks(s)
    while request is not None and not request.is_over(s.now):
        mail = yield TWO_DAYS
        if mail is None:
            break
        yield s.minutes(0, 600)
        for path in mail.links:
            s.season.pages.open(path, mail.token(path))
        yield s.minutes(1, 600)
        yield from s.visit()
    yield s.minutes(1, 3000)
    yield from s.visit()


@kind(1)
def confirms_twice(s: Shopper) -> Doing:
    request = _asks(s)
    mail = yield from _question(s, request)
    if request is None or mail is None:
        return
    confirm(s, request, mail)
    yield s.minutes(0, 8)
    confirm(s, request, mail)
    cart = yield from s.visit()
    if request.yes_at is not None:
        s.expects = cart


@kind(1)
def signs_up_again_after_all(s: Shopper) -> Doing:
    """The first request is over when somebody asks once more: at once, or when even its row is swept away."""
    if _asks(s) is None:
        return
    yield timedelta(hours=49) + s.minutes(0, s.rng.choice((3000, 20_000)))
    request = sign_up(s)
    mail = yield from _question(s, request)
    if request is None or mail is None:
        return
    said = confirm(s, request, mail)
    cart = yield from s.visit()
    if said:
        s.expects = cart


@kind(1)
def confirms_while_we_ask_again(s: Shopper) -> Doing:
    """The yes comes between our look at the request and our claim of the reminder."""
    request = _asks(s)
    mail = yield from _question(s, request)
    if request is None or mail is None:
        return
    yield s.minutes(30, 40)
    s.strike = lambda: confirm(s, request, mail)
    yield 2 * DAYS
    s.strike = None
    yield from s.visit()


@kind(1)
def signs_up_and_leaves(s: Shopper) -> Doing:
    request = _asks(s)
    mail = yield from _question(s, request)
    if request is None or mail is None or not confirm(s, request, mail):
        return
    yield from s.visit()
    reminder = yield A_WHILE
    if reminder is None:
        return
    yield s.minutes(30, 300)
    if s.rng.random() < 0.5:
        s.leave(reminder)
    else:
        choose(s, reminder, Wish(leave=True))
    yield s.minutes(10, 3000)
    yield from s.visit()
