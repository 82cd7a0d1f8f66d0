"""What is a cart: of what an adapter saw, only what a shopper took there and has not bought yet."""

from __future__ import annotations

from dataclasses import replace

from cartback.domain.observations import CartSeen, CustomerSeen, Observation, OrderSeen
from cartback.domain.trade.origins import AS_TOLD, ITSELF, SHOPPER, STAFF, Reckoning
from cartback.domain.trade.sale import Sale


def reckoned(seen: Observation, shop: Reckoning = AS_TOLD) -> list[Observation]:
    """An observation as it counts. Of what is no cart the person is still heard, and a purchase that it tells.

    What was taken out or called off passes whoever made it: it can only end something.
    """
    if not isinstance(seen, CartSeen | OrderSeen) or seen.origin is None:
        return [seen]
    by = shop.maker(seen.origin)
    if isinstance(seen, OrderSeen):
        return [replace(seen, refs=(), renewal=True) if by == ITSELF else replace(seen, staff=by == STAFF)]
    if by != SHOPPER and seen.completed_at is not None:
        bought = OrderSeen((), None, seen.completed_at, seen.at, contact=seen.contact, renewal=by == ITSELF)
        return [bought]
    if by != SHOPPER and seen.items:
        return [CustomerSeen(seen.contact, seen.at)] if seen.contact.aliases() else []
    if seen.items and seen.completed_at is None and shop.is_placed(seen.origin):
        return [_placed(seen)]
    return [seen]


def _placed(seen: CartSeen) -> OrderSeen:
    return OrderSeen(
        refs=seen.refs,
        order_ref=seen.origin.order_ref if seen.origin else None,
        placed_at=seen.at,
        at=seen.at,
        total=seen.total,
        contact=seen.contact,
        once=seen.once,
        sale=Sale(items=seen.items, further=seen.further, goods=seen.goods),
    )
