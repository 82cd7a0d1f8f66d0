"""What a shop tells of its goods: the part of ``domain.observations`` that is about no people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cartback.domain.money import Money


@dataclass(frozen=True, slots=True)
class StockSeen:
    """How many pieces are left at one place. Shops name either the variant or an inventory item of it.

    ``incoming`` is how many are on their way there, ``expected_at`` when; None where nobody says.
    """

    at: datetime
    available: int | None
    variant_id: str | None = None
    inventory_ref: str | None = None
    location: str = "all"
    incoming: int | None = None
    expected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VariantSeen:
    """One sellable variant of a product. ``endless`` is true where the shop sells on below zero.

    ``list_price`` is the price that a reduction is compared with, ``cost`` what a piece costs the shop, ``gtin`` the
    number of the trade (GTIN-8, -12, -13 or -14, check digit included; None for one that is wrong).
    """

    variant_id: str
    title: str
    variant_title: str | None = None
    sku: str | None = None
    price: Money | None = None
    image_url: str | None = None
    available: int | None = None
    inventory_ref: str | None = None
    endless: bool = False
    list_price: Money | None = None
    cost: Money | None = None
    gtin: str | None = None


@dataclass(frozen=True, slots=True)
class ProductSeen:
    """A product and all its variants at ``at``; ``deleted`` when it is gone from the shop.

    ``tags`` are the shop's words, ``collections`` its names of the groups that it belongs to, ``category`` what kind of
    thing it is, ``vendor`` whose; None where nothing was told of them. ``whole`` is false for a word about one variant
    alone, which says nothing of the product's being on sale; ``made_at`` is when the shop made the product.
    """

    product_id: str
    at: datetime
    variants: tuple[VariantSeen, ...] = field(default=())
    deleted: bool = False
    tags: tuple[str, ...] | None = None
    collections: tuple[str, ...] | None = None
    category: str | None = None
    vendor: str | None = None
    whole: bool = True
    made_at: datetime | None = None
