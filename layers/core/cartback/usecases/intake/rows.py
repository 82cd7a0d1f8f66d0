"""Read the rows that observations are about: what applying and comparing have in common."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from cartback.domain.observations import CartSeen, CustomerErased, CustomerSeen, OrderSeen
from cartback.ports import RowSet
from cartback.usecases.intake.wanted_rows import linked, missing, of_whole_products, wanted

if TYPE_CHECKING:
    from cartback.domain.observations import Observation
    from cartback.ports import Hasher, Records
    from cartback.usecases.intake.wanted_rows import Wanted


def page_about(
    records: Records, hasher: Hasher, shop: str, observations: Sequence[Observation], thoroughly: bool = False
) -> RowSet:
    """The rows that the observations are about; ``thoroughly`` with every alias and cart of every person.

    Somebody who is forgotten takes their aliases and carts along, also those that no observation names.
    """
    page = _read(records, shop, wanted(shop, observations, lambda text: hasher(shop, text)))
    if any(map(_spreads, observations)):
        _add(page, records, shop, missing(page))
        _add(page, records, shop, linked(page))
    whole_person = thoroughly or any(isinstance(seen, CustomerErased | CustomerSeen) for seen in observations)
    wholes = of_whole_products(observations)
    while True:
        more = missing(page, wholes)
        if whole_person:
            for person in page.persons.values():
                if person is not None:
                    more.carts.update(i for i in person.cart_ids if i not in page.carts)
                    names = (*person.aliases, *(each.hash for each in person.devices))
                    more.aliases.update(i for i in names if i not in page.aliases)
        if not any(getattr(more, part.name) for part in fields(more)):
            return page
        _add(page, records, shop, more)


def copied(page: RowSet) -> RowSet:
    """A page that can be folded into without changing this one."""
    return RowSet(**{part.name: copy.copy(getattr(page, part.name)) for part in fields(page)})


def _spreads(seen: Observation) -> bool:
    """Whether something is heard of beyond the names that are told: a purchase, or a number that says no."""
    if isinstance(seen, CustomerSeen):
        return bool(seen.contact.phone) and not (seen.contact.email or seen.contact.customer_ref)
    return isinstance(seen, OrderSeen) or (isinstance(seen, CartSeen) and seen.completed_at is not None)


def _add(page: RowSet, records: Records, shop: str, rows: Wanted) -> None:
    if any(getattr(rows, part.name) for part in fields(rows)):
        found = _read(records, shop, rows)
        for part in fields(found):
            getattr(page, part.name).update(getattr(found, part.name))


def _read(records: Records, shop: str, rows: Wanted) -> RowSet:
    return records.read(shop, **{part.name: sorted(getattr(rows, part.name)) for part in fields(rows)})
