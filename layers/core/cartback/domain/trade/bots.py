"""Who is no shopper: rules as data, for carts that no person filled.

A cart that a shopping agent filled for a customer (AI-20) is no bot's: the agent has the customer's own address and
consent, an amount that a household buys, and makes no ten carts an hour. So no rule looks at what program filled a
cart, only at whether what is in it, and whose it is, makes sense.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cartback.domain.money import exponent
from cartback.domain.people.customer import Person
from cartback.domain.policy import Crowd
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import total_of

if TYPE_CHECKING:
    from cartback.domain.money import Money

MOST_LINES, MOST_OF_ONE, MOST_PIECES = Crowd().lines, Crowd().of_one, Crowd().pieces
MOST_EVER = 100_000
"""Pieces of one thing that nobody takes along, whatever they cost and whatever a shop allows below that."""

MOST_CARTS, WITHIN = 10, timedelta(hours=1)


# Domains of which everybody may read every mailbox, and those that exist for examples and tests (RFC 2606, RFC 6761).
DISPOSABLE = frozenset(
    """
    10minutemail.com discard.email dispostable.com fakeinbox.com getnada.com guerrillamail.com maildrop.cc
    mailinator.com mailnesia.com mintemail.com sharklasers.com temp-mail.org tempmail.com throwawaymail.com
    trashmail.com trashmail.de wegwerfmail.de yopmail.com
    """.split()
)
_TESTS = re.compile(
    r"(?:test|tester|testing|asdf|qwerty|foo|bot|noreply|no-reply)[0-9]*@.*|.*@(?:test|localhost|invalid)\..*",
    re.ASCII,
)
_MADE_UP = re.compile(r"[a-z]*[0-9][a-z0-9]{23,}|[bcdfghjklmnpqrstvwxz]{12,}|(.)\1{7,}.*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rule:
    """One sign of a bot. ``name`` is what a decision quotes."""

    name: str
    says: str
    fits: Callable[[Cart, Person, Crowd], bool]


def _local(person: Person) -> str:
    return (person.email or "").rpartition("@")[0].replace(".", "").replace("-", "").replace("_", "")


def _rate(person: Person) -> bool:
    at = sorted(person.carts_at)
    return any(late - early < WITHIN for early, late in zip(at, at[MOST_CARTS - 1 :], strict=False))


def _too_dear(cost: Money | None, crowd: Crowd) -> bool:
    """Whether a sum is beyond what a shopper spends on very many pieces; so it is where nobody said what they cost.

    A currency without decimals has units about as small as another's hundredths: 100 yen are near to one euro.
    """
    return cost is None or cost.amount > crowd.worth * 10 ** max(exponent(cost.currency) - 2, 0)


def _absurd(cart: Cart, crowd: Crowd) -> bool:
    if any(item.quantity > MOST_EVER for item in cart.items):
        return True
    if any(item.quantity > crowd.of_one and _too_dear(item.cost, crowd) for item in cart.items):
        return True
    return sum(item.quantity for item in cart.items) > crowd.pieces and _too_dear(total_of(cart.items), crowd)


RULES = (
    Rule(
        "many_lines",
        f"more than {MOST_LINES} lines",
        lambda cart, _, crowd: len(cart.items) + cart.further > crowd.lines,
    ),
    Rule(
        "absurd_quantity",
        f"more than {MOST_OF_ONE} pieces of one thing, or {MOST_PIECES} in all, that cost very much",
        lambda cart, _, crowd: _absurd(cart, crowd),
    ),
    Rule(
        "cart_rate", f"{MOST_CARTS} carts of one person within an hour", lambda _, person, __: _rate(person)
    ),
    Rule(
        "disposable_address",
        "an address whose mailbox anybody may read",
        lambda _, person, __: (person.email or "").rpartition("@")[2] in DISPOSABLE,
    ),
    Rule(
        "test_address",
        "an address as testers type it",
        lambda _, person, __: _TESTS.fullmatch(person.email or "") is not None,
    ),
    Rule(
        "generated_address",
        "an address that no person would choose",
        lambda _, person, __: _MADE_UP.fullmatch(_local(person)) is not None,
    ),
)


def suspect(cart: Cart, person: Person | None, crowd: Crowd = Crowd()) -> str | None:  # noqa: B008 (frozen)
    """The first rule by which nobody is behind this cart, or None; ``crowd`` is what the shop calls too much."""
    if person is None:
        return None
    return next((rule.name for rule in RULES if rule.fits(cart, person, crowd)), None)
