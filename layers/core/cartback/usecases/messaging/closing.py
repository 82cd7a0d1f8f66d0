"""End the reminding of a cart, whatever else happens to its row at the same time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.errors import Conflict, TryLater
from cartback.domain.trade.cart import OPEN, give_up
from cartback.ports import RowSet

if TYPE_CHECKING:
    from cartback.domain.trade.cart import Cart
    from cartback.ports import Records

MOST_TRIES = 8


def close(
    records: Records,
    shop: str,
    cart_id: str,
    generation: int,
    because: str,
    run: str,
    now: datetime,
    by: str | None = None,
) -> Cart | None:
    """Give up this generation of a cart, if it is still open, perhaps for another's sake (``by``); the row then.

    Raises TryLater if the row keeps changing.
    """
    for _ in range(MOST_TRIES):
        before = records.read(shop, carts=[cart_id])
        cart = before.carts.get(cart_id)
        if cart is None or cart.generation != generation or cart.status != OPEN:
            return cart
        after = RowSet(carts={cart_id: give_up(cart, now, because, run, by)})
        try:
            records.save(shop, before, after)
        except Conflict:
            continue
        return after.carts[cart_id]
    raise TryLater("the cart keeps changing")
