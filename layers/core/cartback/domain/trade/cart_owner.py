"""Whose cart it is, by which names: the words of a shop about that, in any order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.trade.cart import ERASED

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.trade.cart import Cart


def identify(
    cart: Cart,
    person_id: str,
    at: datetime,
    cause: str,
    address_hash: str | None = None,
    account: str | None = None,
    account_row: str | None = None,
) -> Cart:
    """Say whose cart it is, by which names. The latest word counts, because people log in and out on one device.

    A word that names less of the same visit (its account without the address, or a number alone) takes nothing back.
    """
    if cart.status == ERASED or (cart.identified_at is not None and at < cart.identified_at):
        return cart
    said_less = address_hash is None and account in (None, cart.account)
    if said_less and (cart.address_hash, cart.account) != (None, account):
        return replace(cart, identified_at=at)
    another = cart.person_id != person_id
    cart = replace(
        cart,
        person_id=person_id,
        identified_at=at,
        address_hash=address_hash,
        account=account,
        account_row=account_row if account_row != person_id else None,
    )
    return cart.noting(at, "identified", cause) if another else cart
