"""What the shop sells and how many are left, as far as the shop has told us."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.cart import Item
from cartback.domain.money import Money

if TYPE_CHECKING:  # what shops tell is many classes, and whoever decides or sends needs none of them
    from cartback.domain.observations import StockSeen, VariantSeen


@dataclass(frozen=True, slots=True)
class Stock:
    """One variant. ``levels`` is the number of pieces per place with the instant of the shop's word for it.

    ``available`` is None where nobody has ever told us: then we believe the shop's page, not an empty table.
    """

    shop: str
    variant_id: str
    version: int = 0
    title: str | None = None
    variant_title: str | None = None
    price: Money | None = None
    image_url: str | None = None
    inventory_ref: str | None = None
    endless: bool = False
    deleted: bool = False
    product_at: datetime | None = None
    levels: dict[str, tuple[datetime, int | None]] = field(default_factory=dict)

    @property
    def available(self) -> int | None:
        """Pieces over all places; None if unknown or not tracked."""
        known = [pieces for _, pieces in self.levels.values() if pieces is not None]
        return sum(known) if known else None


def still_there(stock: Stock | None) -> bool:
    """Whether a variant can still be bought, as far as we know. What we know nothing of counts as there."""
    if stock is None:
        return True
    if stock.deleted:
        return False
    return stock.endless or stock.available is None or stock.available > 0


def dressed(item: Item, stock: Stock | None) -> Item:
    """A cart's line with what the product tells and the cart did not: carts of most shops carry no pictures."""
    if stock is None:
        return item
    return replace(
        item,
        image_url=item.image_url or stock.image_url,
        variant_title=item.variant_title or stock.variant_title,
    )


def describe(stock: Stock, seen: VariantSeen, at: datetime) -> Stock:
    """Fold in a product's word about its variant; older words change nothing."""
    if stock.product_at is not None and at < stock.product_at:
        return stock
    described = replace(
        stock,
        title=seen.title,
        variant_title=seen.variant_title,
        price=seen.price,
        image_url=seen.image_url,
        inventory_ref=seen.inventory_ref,
        endless=seen.endless,
        deleted=False,
        product_at=at,
    )
    has_own_levels = any(place != "product" for place in described.levels)
    if seen.available is None or has_own_levels:
        return described
    return replace(described, levels={"product": (at, seen.available)})


def count(stock: Stock, seen: StockSeen) -> Stock:
    """Fold in a count of pieces at one place. A count by place replaces the product's own total."""
    known = stock.levels.get(seen.location)
    if known is not None and seen.at < known[0]:
        return stock
    levels = {place: level for place, level in stock.levels.items() if place != "product"}
    return replace(stock, levels={**levels, seen.location: (seen.at, seen.available)})


def withdraw(stock: Stock, at: datetime) -> Stock:
    """The product is gone from the shop."""
    if stock.product_at is not None and at < stock.product_at:
        return stock
    return replace(stock, deleted=True, product_at=at)
