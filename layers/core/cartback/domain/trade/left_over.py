"""Which lines of a cart a message may still name: neither bought since by its reader, nor gone from the shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.goods.catalogue import dressed, still_there
from cartback.domain.people.identity import last_purchase
from cartback.domain.trade import bought_lines

if TYPE_CHECKING:
    from cartback.domain.goods.catalogue import Stock
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.cart import Cart
    from cartback.domain.trade.items import Item


@dataclass(frozen=True, slots=True)
class LeftOver:
    """The lines of a cart: ``left`` as the catalogue describes them, ``owned`` by the shopper, ``gone`` there."""

    left: tuple[Item, ...] = ()
    owned: tuple[Item, ...] = ()
    gone: tuple[Item, ...] = ()

    @property
    def looked_at(self) -> dict[str, str]:
        """What a decision keeps of it: which variants were left out, and why."""
        told = {"owned": self.owned, "gone": self.gone}
        return {why: " ".join(item.variant_id for item in items) for why, items in told.items() if items}


def left_over(cart: Cart | None, person: Person | None, stock: Mapping[str, Stock]) -> LeftOver:
    """Look at each line. What we know nothing of counts as there; what was bought is not asked for in the shop."""
    left: list[Item] = []
    owned: list[Item] = []
    gone: list[Item] = []
    if cart is None:
        return LeftOver()
    purchases = person.purchases if person is not None else ()
    for item in cart.items:
        known = stock.get(item.variant_id)
        if purchases and bought_lines.owned_by(item, bought_lines.since(cart, item), purchases):
            owned.append(item)
        elif not still_there(known):
            gone.append(item)
        else:
            left.append(dressed(item, known))
    return LeftOver(tuple(left), tuple(owned), tuple(gone))


def bought_since(cart: Cart, person: Person) -> bool:
    """Whether the shopper bought something since the cart was begun, other than what is left of it."""
    bought_at = last_purchase(person)
    return bought_at is not None and cart.started_at is not None and bought_at >= cart.started_at


def content_unknown(person: Person, since: datetime | None) -> bool:
    """Whether something was bought since an instant of which nobody knows what it holds, or perhaps not by them."""
    beside = person.bought_beside_at
    if since is None or (beside is not None and beside >= since):
        return True
    later = [one for one in person.purchases if one.last_at >= since]
    told = person.last_order_at is None or any(one.last_at >= person.last_order_at for one in later)
    return not told or any(one.lines is None for one in later)
