"""What is told of a variant and a product: what became true at the very instant of a word of the shop's.

It follows from the row alone, so that the same word, folded once more, tells the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cartback.domain.facts import Fact, tell
from cartback.domain.goods import prices
from cartback.domain.goods.catalogue import Product, Stock


def told_of_variant(stock: Stock, at: datetime) -> Iterator[Fact]:
    """The facts of a variant that a word of ``at`` made true."""
    yield from _of_price(stock, at)
    if stock.supplied is not None and stock.supplied[0] == at:
        yield tell(
            "supply.received", stock.shop, at, at, variant_id=stock.variant_id, pieces=stock.supplied[1]
        )
    if stock.endless or stock.available is None:
        return
    pieces = max(0, stock.available)
    for name, crossing in stock.crossings.items():
        if crossing.at != at:
            continue
        about = {"variant_id": stock.variant_id, "generation": crossing.count}
        if name == "0" and crossing.below:
            yield tell("stock.out", stock.shop, at, crossing.count, **about)
        elif name == "0":
            yield tell("stock.back", stock.shop, at, crossing.count, **about, available=pieces)
        elif crossing.below:
            yield tell(
                "stock.low", stock.shop, at, name, crossing.count, **about, available=pieces, limit=int(name)
            )


def told_of_product(product: Product, at: datetime) -> Iterator[Fact]:
    """The fact that a product is on sale since ``at``."""
    if product.on_sale and product.on_sale_at == at and product.activations:
        yield tell(
            "product.activated",
            product.shop,
            at,
            product.activations,
            product_id=product.product_id,
            generation=product.activations,
            activated_at=at,
        )


def _of_price(stock: Stock, at: datetime) -> Iterator[Fact]:
    change = prices.changed_at(stock.prices, at)
    if change is None:
        return
    before, after = change
    about = {
        "variant_id": stock.variant_id,
        "amount": after.amount,
        "currency": after.currency,
        "changed_at": at,
    }
    yield tell("price.changed", stock.shop, at, at, **about, before=before.amount)
    lowest = prices.lowest_before(stock.prices, at)
    if lowest is not None and after.amount < lowest.amount:
        yield tell("price.dropped", stock.shop, at, at, **about, lowest=lowest.amount)
