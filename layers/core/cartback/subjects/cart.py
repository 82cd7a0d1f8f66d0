"""A cart: what a shopper put into it, until it is bought, emptied or given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.channels import EMAIL
from cartback.domain.facts import tell
from cartback.domain.messaging import reminders
from cartback.domain.people.identity import following
from cartback.domain.people.suppression import SHOP_WIDE
from cartback.domain.shop.grace import BEHIND
from cartback.domain.subject import CART, Kind, View
from cartback.domain.trade import cart as carts
from cartback.domain.trade.cart import GIVEN_UP, OPEN

if TYPE_CHECKING:
    from cartback.domain.facts import Fact
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.cart import Cart


def view(row: Cart) -> View:
    """What rules may ask of a cart."""
    return View(
        generation=row.generation,
        person_id=row.person_id,
        account_row=row.account_row,
        started_at=row.started_at,
        activity_at=row.activity_at,
        locale=row.locale,
        worth=row.total,
        variants=tuple(item.variant_id for item in row.items),
    )


def ended(row: Cart, generation: int) -> str | None:
    """Why nobody is to be written to about this generation any more."""
    if row.generation != generation:
        return "reopened_since"
    if row.is_open:
        return None
    return row.status if row.items or row.status != OPEN else "emptied"


def counted(row: Cart, claim_id: str, at: datetime, channel: str) -> Cart:
    """The cart with a message counted."""
    way = "" if channel == EMAIL else channel
    return replace(row, reminders=reminders.counted(row.reminders, claim_id, at, way))


def closable(row: Cart, generation: int) -> bool:
    """Whether this generation is still to be given up: an empty cart is, too."""
    return row.generation == generation and row.status == OPEN


def closed(row: Cart, at: datetime, because: str, run: str, by: str | None = None) -> Cart:
    """The cart that nobody is reminded of any more, perhaps for another's sake (``by``)."""
    return carts.give_up(row, at, because, run, by)


def told_end(row: Cart, generation: int, because: str, now: datetime) -> Fact | None:
    """The fact that a run tells that stops: it ended the cart, or finds it ended by a task that was cut off.

    A task that is called again after its write, but before its fact was taken, finds the cart given up already.
    """
    if row.generation != generation or (row.status != GIVEN_UP and row.closed_because != because):
        return None
    return tell(
        "cart.given_up",
        row.shop,
        now,
        row.generation,
        cart_id=row.cart_id,
        generation=row.generation,
        because=row.closed_because,
    )


def of_person(person: Person) -> tuple[str, ...]:
    """The carts of a person."""
    return person.cart_ids


KIND = Kind(
    name=CART,
    part="carts",
    view=view,
    ended=ended,
    blocks=(*SHOP_WIDE, BEHIND),
    following=following,
    counted=counted,
    closable=closable,
    closed=closed,
    told_end=told_end,
    of_person=of_person,
    erased=carts.erase,
)
