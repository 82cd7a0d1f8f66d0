"""What the shop sells and how many are left, as far as the shop has told us."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.goods.article import named, told_once
from cartback.domain.money import Money
from cartback.domain.trade.cart import Item

if TYPE_CHECKING:  # what shops tell is many classes, and whoever decides or sends needs none of them
    from cartback.domain.observations import ProductSeen, StockSeen, VariantSeen

_RENEWED_AFTER = timedelta(days=30)


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


@dataclass(frozen=True, slots=True)
class Product:
    """Which variants belong to a product, for words that name only the product: it is gone, it is back.

    ``said_at`` follows the shop's words in steps of a month, so that the row lives as long as its variants' rows do
    without being written at each of their words.
    """

    shop: str
    product_id: str
    version: int = 0
    variants: tuple[str, ...] = ()
    gone_at: datetime | None = None
    back_at: datetime | None = None
    said_at: datetime | None = None


def still_there(stock: Stock | None) -> bool:
    """Whether a variant can still be bought, as far as we know. What we know nothing of counts as there."""
    if stock is None:
        return True
    if stock.deleted:
        return False
    return stock.endless or stock.available is None or stock.available > 0


def dressed(item: Item, stock: Stock | None) -> Item:
    """A cart's line with what the product tells and the cart did not: carts of most shops carry no pictures.

    Words that only a page said give way to the product's own.
    """
    if stock is None:
        return item
    title, variant = item.title, item.variant_title
    if item.hearsay and stock.title:
        title, variant = told_once(stock.title, stock.variant_title)
    elif variant is None:
        product = told_once(stock.title, stock.variant_title)[0] if stock.title else None
        title, variant = named(title, product, stock.variant_title)
    hearsay = item.hearsay and not stock.title
    picture = item.image_url or stock.image_url
    return replace(item, title=title, variant_title=variant, image_url=picture, hearsay=hearsay)


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


def means_all(seen: ProductSeen) -> bool:
    """Whether a word is about the whole product, and not about the variants that it names.

    So are words without variants, and words that name the product as its own variant: where only an id is told,
    or where variants are products with a parent.
    """
    return not seen.variants or any(one.variant_id == seen.product_id for one in seen.variants)


def enter(product: Product, seen: ProductSeen) -> Product:
    """Fold a word into the product's own row: the variants that it names, and whether all of it went or came back."""
    new = dict.fromkeys((*product.variants, *(one.variant_id for one in seen.variants)))
    gone_at, back_at = product.gone_at, product.back_at
    if means_all(seen) and seen.deleted:
        gone_at = max(filter(None, (gone_at, seen.at)))
    elif means_all(seen):
        back_at = max(filter(None, (back_at, seen.at)))
    said_at = product.said_at
    if said_at is None or seen.at - said_at >= _RENEWED_AFTER:
        said_at = seen.at
    return replace(product, variants=tuple(new), gone_at=gone_at, back_at=back_at, said_at=said_at)


def overshadowed(product: Product, stock: Stock) -> Stock:
    """A variant in the light of its product: gone with it, or back with it, whichever the shop said last.

    Only what went with the product comes back with it; a variant's own later word stands. Of a product that was
    deleted and of one that came back at the same instant, the deleted one counts: silence is the safe side.
    """
    gone_at, back_at = product.gone_at, product.back_at
    if gone_at is None:
        return stock
    if back_at is not None and back_at > gone_at:
        went_along = stock.deleted and stock.product_at == gone_at
        return replace(stock, deleted=False, product_at=back_at) if went_along else stock
    return stock if stock.deleted else withdraw(stock, gone_at)
