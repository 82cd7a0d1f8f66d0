"""The lines of a cart: what is in it, and what two tellings of the same lines know together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from cartback.domain.goods.article import named
from cartback.domain.money import Money

INCLUDED, EXCLUDED, SHOWN_APART = "included", "excluded", "shown_apart"
"""Where the tax is: in the prices that were told, not in them, or in them though the shop shows its prices without."""

_FINEST = Decimal("0.00001")
"""Business Central keeps five decimals of a quantity, nobody more."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a cart. ``unit_price`` is what the shopper saw, for one piece.

    ``quantity`` is a ``Decimal`` where it has a fraction: half a metre, 2.5 kg. ``whole`` is what the line costs where
    that is not so many times the price of one, ``tax`` the tax on the whole line, where the shop tells it. The words of
    a line of ``hearsay`` are a page's, which anybody can make say anything. ``parts`` are the variants that a
    bundle is made of, where they are told.
    """

    variant_id: str
    title: str
    quantity: int | Decimal = 1
    variant_title: str | None = None
    unit_price: Money | None = None
    product_id: str | None = None
    sku: str | None = None
    image_url: str | None = None
    url: str | None = None
    whole: Money | None = None
    tax: Money | None = None
    hearsay: bool = False
    parts: tuple[str, ...] = ()

    @property
    def cost(self) -> Money | None:
        """What the whole line costs, or None if nobody said."""
        if self.whole is not None or self.unit_price is None:
            return self.whole
        return self.unit_price.times(self.quantity)


def counted(quantity: int | Decimal) -> int | Decimal:
    """A quantity as it is kept: a whole number, or at most five decimals. Something is never rounded to nothing."""
    if quantity == int(quantity):
        return int(quantity)
    fine = Decimal(quantity).quantize(_FINEST, ROUND_HALF_EVEN) or _FINEST.copy_sign(Decimal(quantity))
    return int(fine) if fine == int(fine) else fine.normalize()


def priced(item: Item, cost: Money | None) -> Item:
    """The line with what it costs as a whole, from which one piece's price follows, rounded half even."""
    if cost is None or not item.quantity:
        return replace(item, unit_price=None, whole=None)
    each = Money(int((Decimal(cost.amount) / item.quantity).to_integral_value()), cost.currency)
    return replace(item, unit_price=each, whole=None if each.times(item.quantity) == cost else cost)


def completed(items: tuple[Item, ...], others: tuple[Item, ...]) -> tuple[Item, ...]:
    """The lines, with what another telling of the same lines knows and this one does not.

    A shop's cart event often carries neither price nor picture where its checkout event carries both. Lines are
    matched one by one: a gift beside the same goods that are paid for has a price of its own.
    """
    spoken = {item.unit_price.currency for item in items if item.unit_price is not None}
    partners = _partners(items, others)
    return tuple(_with_gaps_filled(item, other, spoken) for item, other in zip(items, partners, strict=True))


def total_of(items: tuple[Item, ...]) -> Money | None:
    """What the lines cost together; None where a price is missing or currencies differ."""
    prices = [cost for item in items if (cost := item.cost) is not None]
    if len(prices) != len(items) or len({price.currency for price in prices}) != 1:
        return None
    return Money(sum(price.amount for price in prices), prices[0].currency)


def lines(items: tuple[Item, ...]) -> list[tuple[str, int | Decimal]]:
    """What a shopper would call the content: which variants, and how many of each."""
    return [(item.variant_id, item.quantity) for item in items]


def _partners(items: Sequence[Item], others: Sequence[Item]) -> list[Item | None]:
    """For each line the one of the other telling that it is, or what all lines of its variant there agree on."""
    theirs = _by_variant(others)
    partners: list[Item | None] = [None] * len(items)
    for variant_id, mine in _by_variant(items).items():
        found = [others[place] for place in theirs.get(variant_id, ())]
        for place, partner in zip(mine, _matched([items[place] for place in mine], found), strict=True):
            partners[place] = partner
    return partners


def _matched(mine: list[Item], theirs: list[Item]) -> list[Item | None]:
    if not theirs:
        return [None] * len(mine)
    if len(mine) == len(theirs) == 1:
        return [theirs[0]]
    titles = {(one.title, one.variant_title): one for one in theirs}
    if len(mine) == len(theirs) == len(titles) and {(one.title, one.variant_title) for one in mine} == set(
        titles
    ):
        return [titles[one.title, one.variant_title] for one in mine]
    if [one.quantity for one in mine] == [one.quantity for one in theirs]:
        return list(theirs)
    return [_common(theirs, with_price=len(mine) <= len(theirs))] * len(mine)


def _common(theirs: list[Item], with_price: bool) -> Item:
    first = theirs[0]
    agreed: dict[str, Any] = {"quantity": 0, "whole": None, "tax": None}
    for name in ("title", "variant_title", "unit_price", "image_url", "url"):
        same = len({getattr(one, name) for one in theirs}) == 1 and (with_price or name != "unit_price")
        agreed[name] = getattr(first, name) if same else None
    return replace(first, **{**agreed, "title": agreed["title"] or ""})


def _by_variant(items: Sequence[Item]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        places[item.variant_id].append(place)
    return places


def _with_gaps_filled(item: Item, other: Item | None, spoken: set[str]) -> Item:
    if other is None or other == item:
        return item
    known: dict[str, Any] = {"image_url": item.image_url or other.image_url, "url": item.url or other.url}
    price = other.unit_price
    if item.unit_price is None and price is not None and not spoken - {price.currency}:
        same = item.quantity == other.quantity
        known |= {
            "unit_price": price,
            "whole": other.whole if same else None,
            "tax": other.tax if same else None,
        }
    if item.hearsay and not other.hearsay and other.title:
        known |= {"title": other.title, "variant_title": other.variant_title, "hearsay": False}
    elif item.variant_title is None:
        title, variant = named(item.title, other.title or None, other.variant_title)
        known |= {"title": title, "variant_title": variant}
    return replace(item, **known)
