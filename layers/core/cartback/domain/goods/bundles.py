"""From the lines that a shop tells to the lines that a shopper took: parts of a bundle are none of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from cartback.domain.money import Money
from cartback.domain.trade.items import Item, priced

MOST_LINES = 100
"""Lines of a cart that are kept; of the others only the number."""

_DEEPEST = 5
MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class Told:
    """A line as it was told, the names by which others may call it, and the name of the line that it belongs to."""

    item: Item
    names: tuple[str, ...] = ()
    parent: str | None = None


class Lines(NamedTuple):
    """The lines that are kept, and how many there were beyond them."""

    items: tuple[Item, ...]
    further: int = 0


def assembled(told: Iterable[Told]) -> Lines:
    """The lines that a shopper would count.

    Nothing of nothing is no line. A part without a price of its own is its bundle's; where the parts have the prices
    and the bundle none, it costs what they cost. A part that costs something beside a bundle that does, too, such as a
    gift wrap or a warranty, is a line.
    """
    lines = [line for line in told if line.item.quantity > 0]
    by_name = {name: place for place, line in reversed(list(enumerate(lines))) for name in line.names}
    costs = [line.item.cost for line in lines]
    taxes = [line.item.tax for line in lines]
    own = [None if cost is None or not cost.amount else cost for cost in costs]
    parts: dict[int, list[str]] = {}
    gone = set()
    for place, _ in enumerate(lines):
        root = _root(lines, by_name, place)
        if root == place or (own[place] is not None and own[root] is not None):
            continue
        gone.add(place)
        parts.setdefault(root, []).append(lines[place].item.variant_id)
        costs[root] = _together(costs[root], costs[place])
        taxes[root] = _together(taxes[root], taxes[place])
    whole = [
        replace(line.item, parts=tuple(dict.fromkeys(parts.get(place, ())))[:MOST_PARTS])
        for place, line in enumerate(lines)
    ]
    kept = [
        item if costs[place] == item.cost else priced(replace(item, tax=taxes[place]), costs[place])
        for place, item in enumerate(whole)
        if place not in gone
    ]
    return Lines(tuple(kept[:MOST_LINES]), max(0, len(kept) - MOST_LINES))


def _root(lines: list[Told], by_name: dict[str, int], place: int) -> int:
    """The outermost line that a line belongs to: itself, where it names none or one that is not there."""
    for _ in range(_DEEPEST):
        above = by_name.get(lines[place].parent or "", place)
        if above == place:
            break
        place = above
    return place


def _together(one: Money | None, other: Money | None) -> Money | None:
    if one is None or other is None or one.currency != other.currency:
        return one or other
    return one.plus(other)
