"""Which lines of a cart their shopper has bought since they lie there.

A cart lives on after its shopper bought a part of it by another way: on the telephone, as a guest, in the shop. What
they have is not to be named to them as left behind; what they put in after they had bought it is a wish, as all that
is used up and bought again. Compared are instants: since when a line has its number of pieces, and when something was
bought. Other variants of a product count, since whoever bought the shirt in L has decided about the one in M; so do
pieces fewer than the line's. Silence is the safe side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.trade.line_names import sought

if TYPE_CHECKING:
    from cartback.domain.trade.cart_row import Cart
    from cartback.domain.trade.items import Item
    from cartback.domain.trade.purchases import Purchase

TOUCHED_AFTER = timedelta(minutes=5)
"""A shop touches a cart once more when it closes an order: what is put in so soon after is what was bought."""

_BOUGHT, _EMPTIED = "bought", "emptied"


def owned_by(item: Item, since: datetime | None, purchases: Iterable[Purchase]) -> Purchase | None:
    """The purchase that a line was bought with since it lies there; None where there is none."""
    later = [one for one in purchases if one.lines and _covers(one.last_at, since)]
    names = sought(item) if later else frozenset()
    return next((one for one in later if one.lines and names.intersection(one.lines)), None)


def since(cart: Cart, item: Item) -> datetime | None:
    """Since when a line of a cart has as many pieces as it has; None where nobody knows when the cart was begun."""
    return cart.since.get(item.variant_id, cart.started_at)


def aged(before: Cart, after: Cart, at: datetime) -> Cart:
    """A cart whose content was told at ``at``, with since when each line lies there: anew where it has grown.

    After a purchase of the cart itself all of it was put in anew.
    """
    if after.items is before.items and after.started_at == before.started_at:
        return after
    known = {} if before.status == _BOUGHT else _pieces(before.items)
    ages = {}
    for variant_id, pieces in _pieces(after.items).items():
        old = before.since.get(variant_id, before.started_at) if pieces <= known.get(variant_id, 0) else None
        ages[variant_id] = old or at
    return dated(after, ages)


def told_late(cart: Cart, items: Iterable[Item], at: datetime) -> Cart:
    """A cart of which older content is told now: what lay there then, and as many pieces of it, lies there since.

    Not if it was bought or emptied in between: then all of it was put in anew.
    """
    if cart.bought_at is not None and at <= cart.bought_at + TOUCHED_AFTER:
        return cart
    if any(step.what == _EMPTIED and step.at > at for step in cart.history):
        return cart
    ages, pieces, told = ages_of(cart), _pieces(cart.items), _pieces(items)
    older = {name: at for name, age in ages.items() if at < age and told.get(name, 0) >= pieces[name]}
    return dated(cart, {**ages, **older}) if older else cart


def ages_of(cart: Cart) -> dict[str, datetime]:
    """Since when each line lies there, by variant, as far as anybody knows."""
    told = ((item.variant_id, since(cart, item)) for item in cart.items)
    return {variant_id: at for variant_id, at in told if at is not None}


def dated(cart: Cart, ages: dict[str, datetime]) -> Cart:
    """The cart with the age of each line, of which only those are kept that differ from its own."""
    return replace(cart, since={name: at for name, at in ages.items() if at != cart.started_at})


def _covers(bought_at: datetime, since: datetime | None) -> bool:
    return since is None or since <= bought_at + TOUCHED_AFTER


def _pieces(items: Iterable[Item]) -> dict[str, float]:
    counts: dict[str, float] = {}
    for item in items:
        counts[item.variant_id] = counts.get(item.variant_id, 0) + float(item.quantity)
    return counts
