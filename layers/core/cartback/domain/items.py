"""The lines of a cart: what is in it, and what two tellings of the same lines know together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cartback.domain.money import Money


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a cart. ``unit_price`` is what the shopper saw, for one piece."""

    variant_id: str
    title: str
    quantity: int = 1
    variant_title: str | None = None
    unit_price: Money | None = None
    product_id: str | None = None
    sku: str | None = None
    image_url: str | None = None
    url: str | None = None


def completed(items: tuple[Item, ...], others: tuple[Item, ...]) -> tuple[Item, ...]:
    """The lines, with what another telling of the same variants knows and this one does not.

    A shop's cart event often carries neither price nor picture where its checkout event carries both.
    """
    known = {item.variant_id: item for item in others}
    return tuple(_with_gaps_filled(item, known.get(item.variant_id)) for item in items)


def _with_gaps_filled(item: Item, other: Item | None) -> Item:
    if other is None or other == item:
        return item
    return replace(
        item,
        variant_title=item.variant_title or other.variant_title,
        unit_price=item.unit_price or other.unit_price,
        image_url=item.image_url or other.image_url,
        url=item.url or other.url,
    )


def total_of(items: tuple[Item, ...]) -> Money | None:
    """What the lines cost together; None where a price is missing or currencies differ."""
    prices = [item.unit_price.times(item.quantity) for item in items if item.unit_price is not None]
    if len(prices) != len(items) or len({price.currency for price in prices}) != 1:
        return None
    return Money(sum(price.amount for price in prices), prices[0].currency)


def lines(items: tuple[Item, ...]) -> list[tuple[str, int]]:
    """What a shopper would call the content: which variants, and how many of each."""
    return [(item.variant_id, item.quantity) for item in items]
