"""Which link leads back to a cart, and whose it is, where several tellings or two rows say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.observations import CartSeen
    from cartback.domain.trade.cart_row import Cart


def better(cart: Cart, seen: CartSeen, known_at: datetime | None) -> str | None:
    """The better link: a checkout knows the address that was typed, a cart only its things; else the newer one."""
    if seen.restore_url is None or cart.restore_url is None:
        return seen.restore_url or cart.restore_url
    if cart.stage == "checkout" != seen.stage:
        return cart.restore_url
    return cart.restore_url if known_at is not None and seen.at < known_at else seen.restore_url


def of_both(cart: Cart, other: Cart) -> str | None:
    """The link of two rows that are one cart."""
    if other.stage == "checkout" != cart.stage:
        return other.restore_url or cart.restore_url
    return cart.restore_url or other.restore_url


def owner_of_both(cart: Cart, other: Cart) -> dict[str, Any]:
    """The fields that change with the owner, if the second of two rows that are one cart knows it better."""
    mine, theirs = cart.identified_at, other.identified_at
    older = theirs is None or (mine is not None and theirs <= mine)
    if other.person_id is None or (cart.person_id is not None and older):
        return {}
    told = {"address_hash": other.address_hash, "account": other.account, "account_row": other.account_row}
    return {"person_id": other.person_id, "identified_at": theirs, **told}
