"""A checkout is used once: what was ordered with it stays bought, whatever is told of it later.

A cart's own token lives on and can be filled again. The token of a checkout cannot (shopify.dev, Storefront API: a
completed checkout takes no change), but shops go on telling of it: edits by staff, synchronisations, lists that lag
(woocommerce/woocommerce#62113, Shopify/js-buy-sdk#917).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.domain.observations import CartSeen, OrderSeen
    from cartback.domain.trade.cart_row import Cart

CHECKOUT = "checkout:"
"""How references of checkouts begin."""

MOST_SPENT = 20
_ENDED = frozenset({"bought_elsewhere", "bought_recently", "owned"})


def checkouts(seen: CartSeen) -> tuple[str, ...]:
    """The references of the checkout that tells this; none where a cart tells it, which can be filled again."""
    if seen.once:
        return seen.refs
    return tuple(ref for ref in seen.refs if ref.startswith(CHECKOUT)) if seen.stage == "checkout" else ()


def with_spent(cart: Cart, seen: CartSeen | OrderSeen) -> tuple[str, ...]:
    """The cart's spent references, those of this purchase included; the oldest make room."""
    used = (ref for ref in seen.refs if seen.once or ref.startswith(CHECKOUT))
    return tuple(dict.fromkeys([*cart.spent, *used]))[-MOST_SPENT:]


def is_all_spent(cart: Cart) -> bool:
    """Whether the cart's present content was told by a checkout that was ordered."""
    return any(ref in cart.spent for ref in cart.told_by)


def is_finished(cart: Cart, seen: CartSeen) -> bool:
    """Whether this is said of something that was ordered before: there, or in an order that names no checkout.

    A row that was kept before references were remembered as spent is taken for all of its checkouts. Whoever filled a
    checkout and bought elsewhere is not asked about it again either: orders on a shop's lists name no checkout.
    """
    if seen.once and cart.bought_at is not None:
        return True
    told_by = checkouts(seen)
    if any(ref in cart.spent for ref in told_by):
        return True
    over = (cart.status == "bought" and not cart.spent) or cart.closed_because in _ENDED
    return over and any(ref in cart.refs for ref in told_by)
