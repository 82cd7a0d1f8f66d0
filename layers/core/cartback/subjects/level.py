"""A level of stock: how a variant stands to one limit. Its story begins anew each time that stock gets that low.

It is called ``<variant>/<limit>``: a variant that falls below 15 pieces and later below 8 is at two levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.decision import Reason
from cartback.domain.goods.levels import Crossing
from cartback.domain.subject import LEVEL, Kind, View

if TYPE_CHECKING:
    from cartback.domain.goods.catalogue import Stock


@dataclass(frozen=True, slots=True)
class Level:
    """A variant's row, looked at from one limit."""

    stock: Stock
    limit: str

    @property
    def crossing(self) -> Crossing:
        """Whether stock is that low, and how often it got there."""
        return self.stock.crossings.get(self.limit, Crossing(below=False))


def row_of(subject_id: str) -> str:
    """The variant whose row it is."""
    return subject_id.rpartition("/")[0]


def seen(row: Stock, subject_id: str) -> Level:
    """The level that is called so, in its variant's row."""
    return Level(row, subject_id.rpartition("/")[2])


def view(level: Level) -> View:
    """What rules may ask of a level. It belongs to nobody."""
    stock = level.stock
    return View(
        generation=level.crossing.count,
        started_at=level.crossing.at,
        worth=stock.price,
        variants=(stock.variant_id,),
        products=(stock.product_id,) if stock.product_id else (),
    )


def ended(level: Level, generation: int) -> str | None:
    """Why nothing is to be done about this generation any more: the shop counts no pieces, or there are enough."""
    crossing, stock = level.crossing, level.stock
    if stock.deleted:
        return Reason.NOT_SOLD
    if stock.endless or stock.available is None:
        return Reason.NOT_COUNTED
    if crossing.count != generation:
        return Reason.LOW_AGAIN
    return None if crossing.below else Reason.RESTOCKED


KIND = Kind(name=LEVEL, part="stock", view=view, ended=ended, row_of=row_of, seen=seen)
