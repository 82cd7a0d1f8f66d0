"""Short names of the goods of an order, by which a row remembers what somebody bought."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cartback.domain.hashes import short

if TYPE_CHECKING:
    from cartback.domain.trade.items import Item

MOST_NAMES = 60
"""Of an order with more than so many names nobody remembers which goods it held."""

_NAME = 8


def names_of(items: Iterable[Item]) -> frozenset[str]:
    """The short names of these goods: of each variant, of what a bundle is made of, and of each product."""
    variants = {name for item in items for name in (item.variant_id, *item.parts)}
    return frozenset(short("variant", name, length=_NAME) for name in variants) | frozenset(
        short("product", item.product_id, length=_NAME) for item in items if item.product_id
    )


def told_names(items: Iterable[Item] | None, further: int = 0) -> tuple[str, ...] | None:
    """What an order is remembered to hold; None where nobody told, or where it is more than is remembered."""
    names = names_of(items) if items is not None else None
    return None if names is None or further or len(names) > MOST_NAMES else tuple(sorted(names))


def sought(item: Item) -> frozenset[str]:
    """By which names a line is found in an order: a bundle by its own, and not by those of its parts."""
    names = {short("variant", item.variant_id, length=_NAME)}
    if item.product_id:
        names.add(short("product", item.product_id, length=_NAME))
    return frozenset(names)
