"""Keep in a person's row which carts are theirs, and which of them are the same visit (``domain.trade.visits``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.trade import visits

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.trade.cart import Cart
    from cartback.ports import RowSet


def remember(page: RowSet, cart: Cart, now: datetime) -> None:
    """Tell everybody on the page what this cart is now: its owner and account that it is theirs, others that it is not.

    A row that became one with another takes nobody's place any more.
    """
    joined = {name for name, row in page.carts.items() if row is not None and row.closed_because == "joined"}
    owners = {_row_of(page, cart.account_row)}
    if not _was_typed_by_another(page, cart):
        owners.add(_row_of(page, cart.person_id))
    for name, person in page.persons.items():
        if person is None or person.merged_into or person.erased_at is not None:
            continue
        if name in owners:
            known = visits.seen(visits.left(person.visits, joined), cart, now)
        else:
            known = visits.left(person.visits, {*joined, cart.cart_id})
        if known != person.visits:
            page.persons[name] = replace(person, visits=known)


def _was_typed_by_another(page: RowSet, cart: Cart) -> bool:
    """Whether the cart's account has a mailbox of its own that is not the owner's: then it is no visit of the owner."""
    account = page.persons.get(_row_of(page, cart.account_row) or "")
    return account is not None and account.email_hash is not None


def _row_of(page: RowSet, person_id: str | None) -> str | None:
    person = page.persons.get(person_id) if person_id else None
    while person is not None and person.merged_into:
        person = page.persons.get(person.merged_into)
    return person.person_id if person is not None else None
