"""The prices and the sum that a message may show: those of its lines, and never one that its words do not fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cartback.domain.money import Money
from cartback.domain.trade.items import EXCLUDED, SHOWN_APART, Item, priced, total_of

if TYPE_CHECKING:
    from cartback.domain.trade.cart import Cart

AS_TOLD, NET, GROSS = "as_told", "net", "gross"
PRICES = (AS_TOLD, NET, GROSS)
"""How a shop wants its prices shown: as its platform tells them, without tax, or with it."""


@dataclass(frozen=True, slots=True)
class Bill:
    """``items`` as they are shown. ``total`` is the sum of exactly these, less ``discount`` where there is one.

    ``net`` says that no tax is in the prices, ``further`` how many lines of the cart are not among the items.
    """

    items: tuple[Item, ...]
    total: Money | None = None
    discount: Money | None = None
    net: bool = False
    further: int = 0


def bill_of(cart: Cart, items: tuple[Item, ...], wanted: str = AS_TOLD) -> Bill:
    """The bill of these lines of a cart, as the shop wants its prices shown.

    What is to be paid in the end may hold delivery, fees, taxes and tips, and none of these is among the lines: so the
    sum is that of the lines. There is none of a cart of which lines are missing here, or whose prices do not add up.
    """
    shown = _as_wanted(cart, tuple(_in_whose_words(cart, item) for item in items), wanted)
    net = shown.net
    first = tuple(sorted(shown.items, key=_is_free))
    if cart.further or len(items) < len(cart.items):
        return Bill(first, net=net, further=cart.further)
    if shown.changed:
        return Bill(first, None if _discount(cart, items) else total_of(shown.items), net=net)
    discount = _discount(cart, items)
    total = total_of(items)
    if cart.goods is not None and (discount is not None or (total is None and not _mixed(cart, items))):
        total = cart.goods
    elif total is not None and cart.goods is not None and cart.goods.currency != total.currency:
        total = None
    return Bill(first, total, discount, net=net)


@dataclass(frozen=True, slots=True)
class _Shown:
    items: tuple[Item, ...]
    net: bool
    changed: bool = False


def _as_wanted(cart: Cart, items: tuple[Item, ...], wanted: str) -> _Shown:
    """The lines with or without tax. What cannot be reckoned for every line is shown as it was told."""
    net = cart.taxes == EXCLUDED
    if (
        wanted == AS_TOLD
        and cart.taxes == SHOWN_APART
        and any(item.tax and item.tax.amount for item in items)
    ):
        wanted = NET
    as_told = cart.taxes is None or wanted == AS_TOLD or net == (wanted == NET)
    if as_told or not all(map(_can_be_taxed, items)):
        return _Shown(items, net)
    return _Shown(
        tuple(_taxed(item, -1 if wanted == NET else 1) for item in items), wanted == NET, changed=True
    )


def _can_be_taxed(item: Item) -> bool:
    cost, tax = item.cost, item.tax
    return cost is None or (tax is not None and tax.currency == cost.currency)


def _taxed(item: Item, sign: int) -> Item:
    cost, tax = item.cost, item.tax
    if cost is None or tax is None:
        return item
    return priced(item, Money(cost.amount + sign * tax.amount, cost.currency))


def _discount(cart: Cart, items: tuple[Item, ...]) -> Money | None:
    """By how much the shop's own sum of the goods is below that of the lines: a code that lies on the whole cart."""
    total = total_of(items)
    if total is None or cart.goods is None or cart.goods.currency != total.currency:
        return None
    less = total.amount - cart.goods.amount
    return Money(less, total.currency) if less > 0 else None


def _mixed(cart: Cart, items: tuple[Item, ...]) -> bool:
    told = {cost.currency for item in items if (cost := item.cost) is not None}
    return bool(told - {cart.goods.currency if cart.goods is not None else None})


def _in_whose_words(cart: Cart, item: Item) -> Item:
    """The line without the words that only a page said, where the shop itself tells what is in the cart.

    A page is whoever's who opened it. In a cart that somebody else's address was typed into, its words would reach a
    stranger under the shop's name.
    """
    if not item.hearsay or not set(cart.seen) - {"page"}:
        return item
    return replace(item, title="", variant_title=None)


def _is_free(item: Item) -> bool:
    return item.cost is not None and not item.cost.amount
