"""Fold in what shops tell of their goods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.goods import catalogue
from cartback.domain.goods.catalogue import Product, Stock
from cartback.domain.goods.goods_facts import told_of_product, told_of_variant
from cartback.domain.observations import StockSeen
from cartback.usecases.intake import fold_people
from cartback.usecases.intake.wanted_rows import WAITING, waiting_room

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.observations import ProductSeen, ProductViewed
    from cartback.usecases.intake.draft import Draft


def fold_stock(fold: Draft, seen: StockSeen, cause: str) -> None:
    """A count of pieces: of a variant, or of an inventory item whose variant may not be known yet."""
    variant_id = (
        seen.variant_id
        or fold.page.inventory.get(seen.inventory_ref or "")
        or waiting_room(seen.inventory_ref)
    )
    before = fold.page.stock.get(variant_id) or Stock(fold.shop, variant_id)
    after = catalogue.count(before, seen, fold.limits)
    fold.page.stock[variant_id] = after
    if after.available is not None and after.available >= 0:
        fold.tell("stock.changed", seen.at, seen.at, variant_id=variant_id, available=after.available)
    _tell_of(fold, after, seen.at, cause)


def fold_product(fold: Draft, seen: ProductSeen, cause: str) -> None:
    """A product with its variants; counts that came before it find their variant now.

    Of a deleted product most shops tell the id and nothing else: its variants are known from earlier words. The
    product remembers when it went, so that a word which is older, but comes later, makes none of them sellable.
    """
    before = fold.page.products.get(seen.product_id) or Product(fold.shop, seen.product_id)
    product = fold.page.products[seen.product_id] = catalogue.enter(before, seen)
    for variant in seen.variants:
        stock = fold.page.stock.get(variant.variant_id) or Stock(fold.shop, variant.variant_id)
        stock = replace(stock, product_id=seen.product_id)
        stock = catalogue.describe(stock, variant, seen.at, fold.limits)
        ref = variant.inventory_ref
        if ref:
            fold.page.inventory[ref] = variant.variant_id
            early = fold.page.stock.get(waiting_room(ref))
            if early is not None:
                for place, (at, pieces) in early.levels.items():
                    counted = StockSeen(at, pieces, variant.variant_id, location=place)
                    stock = catalogue.count(stock, counted, fold.limits)
        stock = catalogue.withdraw(stock, seen.at) if seen.deleted else stock
        fold.page.stock[variant.variant_id] = stock
        _tell_of(fold, stock, seen.at, cause)
    for variant_id in product.variants:
        known = fold.page.stock.get(variant_id)
        if known is not None:
            fold.page.stock[variant_id] = catalogue.overshadowed(product, known)
    fold.tell("product.updated", seen.at, seen.at, product_id=seen.product_id)
    if cause not in fold.old_news:
        fold.facts.extend(told_of_product(product, seen.at))


def _tell_of(fold: Draft, stock: Stock, at: datetime, cause: str) -> None:
    """What a word made true of a variant; nothing of one that only waits to be named, and nothing of old news."""
    if cause not in fold.old_news and not stock.variant_id.startswith(WAITING):
        fold.facts.extend(told_of_variant(stock, at))


def tell_of_view(fold: Draft, seen: ProductViewed, cause: str) -> None:
    """Somebody looked at a product. That makes nobody known: no row is written for it."""
    people = [one for one in fold_people.known(fold, seen.contact) if one.erased_at is None]
    known = [one.person_id for one in sorted(people, key=lambda one: not one.reachable)]
    fold.tell(
        "product.viewed",
        seen.at,
        cause,
        product_id=seen.product_id,
        viewed_at=seen.at,
        cart_id=next(filter(None, (fold.page.refs.get(ref) for ref in seen.refs)), None),
        person_id=known[0] if known else None,
    )
