"""Shoppers who act in the very middle of a touch, between the decision and its claim."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cartback.domain.observations import Contact
from tests.simulation.kinds import DAYS, kind
from tests.simulation.shopper import Doing, Shopper, SimCart


def _strikes(s: Shopper, act: Callable[[SimCart], None]) -> Doing:
    """Act in the middle of a touch; at the latest after some days."""
    cart = yield from s.visit()
    s.strike = partial(act, cart)
    yield 5 * DAYS
    if s.strike is not None:
        s.strike = None
        act(cart)


@kind(2)
def buys_while_we_decide(s: Shopper) -> Doing:
    yield from _strikes(s, lambda cart: s.buy(cart, at_once=True))


@kind(2)
def buys_elsewhere_while_we_decide(s: Shopper) -> Doing:
    yield from _strikes(s, lambda cart: s.buy(None, Contact(email=s.email), at_once=True))


@kind(2)
def empties_while_we_decide(s: Shopper) -> Doing:
    yield from _strikes(s, lambda cart: s.empty(cart, known=False, at_once=True))


@kind(2)
def withdraws_while_we_decide(s: Shopper) -> Doing:
    def act(cart: SimCart) -> None:
        s.refuse()
        s.update_record(at_once=True)

    yield from _strikes(s, act)


@kind(1)
def is_forgotten_while_we_decide(s: Shopper) -> Doing:
    yield from _strikes(s, lambda cart: s.erase(at_once=True))
