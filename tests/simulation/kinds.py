"""The kinds of shoppers. One function per kind; a kind's weight is its share among the shoppers of a season.

A shopper who ``expects`` something of a cart is promised every touch: exactly, in a season without faults.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.simulation.shopper import Doing, NextMail, Shopper
from tests.simulation.shops import SHOPIFY

DAYS = timedelta(days=1)
A_WHILE = NextMail(timedelta(days=6))

KINDS: dict[str, tuple[int, Callable[[Shopper], Doing]]] = {}


def kind(weight: int) -> Callable[[Callable[[Shopper], Doing]], Callable[[Shopper], Doing]]:
    """Enter what a kind of shopper does under its function's name, with its share of the shoppers."""

    def keep(does: Callable[[Shopper], Doing]) -> Callable[[Shopper], Doing]:
        KINDS[does.__name__] = (weight, does)
        return does

    return keep


def prepared(s: Shopper) -> None:
    """Most shoppers agreed before the season, the way in which their shop asks."""
    if s.dated or (s.shop.style == SHOPIFY and s.rng.random() < 0.5):
        s.agree()
    else:
        s.ticks = True
