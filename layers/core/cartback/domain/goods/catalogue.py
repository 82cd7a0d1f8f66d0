"""What the shop sells and how many are left, as far as the shop has told us."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.goods import levels as levels_
from cartback.domain.goods import prices, sales
from cartback.domain.goods.article import named, told_once
from cartback.domain.goods.levels import Crossing
from cartback.domain.goods.prices import Run
from cartback.domain.money import Money
from cartback.domain.trade.items import Item

if TYPE_CHECKING:  # what shops tell is many classes, and whoever decides or sends needs none of them
    from cartback.domain.observations import ProductSeen, StockSeen, VariantSeen

_RENEWED_AFTER = timedelta(days=30)
_NEW = timedelta(days=1)
"""How young a product is that is heard of for the first time and was just put on sale."""


@dataclass(frozen=True, slots=True)
class Stock:
    """One variant. ``levels`` is the number of pieces per place with the instant of the shop's word for it.

    ``available`` is None where nobody has ever told us: then we believe the shop's page, not an empty table. ``prices``
    are those of late (``goods.prices``), ``crossings`` how stock stands to each limit (``goods.levels``), ``incoming``
    what is on its way to each place and when it is expected, ``supplied`` when how many came in last, ``sold`` how many
    left in each of the last weeks (``goods.sales``).
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
    product_id: str | None = None
    sku: str | None = None
    gtin: str | None = None
    list_price: Money | None = None
    cost: Money | None = None
    prices: tuple[Run, ...] = ()
    crossings: dict[str, Crossing] = field(default_factory=dict)
    incoming: dict[str, tuple[datetime, int, datetime | None]] = field(default_factory=dict)
    supplied: tuple[datetime, int] | None = None
    sold: dict[str, int] = field(default_factory=dict)

    @property
    def on_its_way(self) -> int | None:
        """Pieces that are on their way to all places; None if nobody says."""
        return sum(pieces for _, pieces, _ in self.incoming.values()) if self.incoming else None

    @property
    def available(self) -> int | None:
        """Pieces over all places; None if unknown or not tracked."""
        known = [pieces for _, pieces in self.levels.values() if pieces is not None]
        return sum(known) if known else None


type Limits = Callable[[Stock], tuple[int, ...]]
"""At how many pieces somebody wants to hear of a variant."""


def usual_limits(stock: Stock) -> tuple[int, ...]:
    """The limits of a shop that says nothing of them."""
    return levels_.LIMITS


@dataclass(frozen=True, slots=True)
class Product:
    """Which variants belong to a product, for words that name only the product: it is gone, it is back.

    ``said_at`` follows the shop's words in steps of a month, so that the row lives as long as its variants' rows do
    without being written at each of their words. ``told_at`` dates tags, collections, category and vendor;
    ``on_sale_at`` is since when it can be bought or no longer, ``activations`` how often it was put on sale.
    """

    shop: str
    product_id: str
    version: int = 0
    variants: tuple[str, ...] = ()
    gone_at: datetime | None = None
    back_at: datetime | None = None
    said_at: datetime | None = None
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    category: str | None = None
    vendor: str | None = None
    told_at: datetime | None = None
    on_sale: bool | None = None
    on_sale_at: datetime | None = None
    activations: int = 0


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


def describe(stock: Stock, seen: VariantSeen, at: datetime, limits: Limits = usual_limits) -> Stock:
    """Fold in a product's word about its variant; older words change nothing."""
    if seen.price is not None:
        stock = replace(stock, prices=prices.told(stock.prices, seen.price, at))
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
        sku=seen.sku or stock.sku,
        gtin=seen.gtin or stock.gtin,
        list_price=seen.list_price,
        cost=seen.cost or stock.cost,
    )
    has_own_levels = any(place != "product" for place in described.levels)
    if seen.available is None or has_own_levels:
        return described
    return _levelled(replace(described, levels={"product": (at, seen.available)}), stock, at, limits)


def count(stock: Stock, seen: StockSeen, limits: Limits = usual_limits) -> Stock:
    """Fold in a count of pieces at one place. A count by place replaces the product's own total."""
    known = stock.levels.get(seen.location)
    if known is not None and seen.at < known[0]:
        return stock
    levels = {place: level for place, level in stock.levels.items() if place != "product"}
    after = replace(stock, levels={**levels, seen.location: (seen.at, seen.available)})
    if seen.incoming is not None:
        coming = (seen.at, seen.incoming, seen.expected_at)
        after = replace(after, incoming={**stock.incoming, seen.location: coming})
    return _levelled(after, stock, seen.at, limits)


def _levelled(after: Stock, before: Stock, at: datetime, limits: Limits) -> Stock:
    """A variant whose pieces were counted at ``at``, as it stands to its limits now, and what came in."""
    pieces, were = after.available, before.available
    if pieces is None:
        return after
    if were is not None and pieces - were >= levels_.RISE:
        after = replace(after, supplied=(at, pieces - were))
    if were is not None and pieces < were:
        after = replace(after, sold=sales.left(after.sold, were - pieces, at))
    return replace(after, crossings=levels_.crossed(before.crossings, pieces, at, limits(after)))


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
    known = replace(product, variants=tuple(new), gone_at=gone_at, back_at=back_at, said_at=said_at)
    return _put_on_sale(_described(known, seen), seen)


def _described(product: Product, seen: ProductSeen) -> Product:
    told = {
        name: value
        for name in ("tags", "collections", "category", "vendor")
        if (value := getattr(seen, name)) is not None
    }
    if not told or (product.told_at is not None and seen.at < product.told_at):
        return product
    changed = any(getattr(product, name) != value for name, value in told.items())
    return replace(product, told_at=seen.at, **told) if changed else product


def _put_on_sale(product: Product, seen: ProductSeen) -> Product:
    """Whether it can be bought since then. Of a product that is new to us, only a new one was just put on sale."""
    if not seen.whole or (product.on_sale_at is not None and seen.at < product.on_sale_at):
        return product
    is_on_sale = not seen.deleted
    if product.on_sale is is_on_sale:
        return product
    fresh = seen.made_at is not None and seen.at - seen.made_at <= _NEW
    activated = is_on_sale and (product.on_sale is False or fresh)
    return replace(
        product,
        on_sale=is_on_sale,
        on_sale_at=seen.at,
        activations=product.activations + (1 if activated else 0),
    )


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
