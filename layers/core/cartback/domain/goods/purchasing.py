"""What to order of a variant: how many, why so many, and the order as a document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

from cartback.domain.money import Money

STILL_OPEN = timedelta(days=45)
"""How long an order that nothing came in of keeps a second one from being proposed."""

COLUMNS = ("order", "article", "gtin", "name", "quantity", "unit_price", "total", "currency", "deliver_to")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is calculated by spreadsheets (OWASP, CSV injection)."""


@dataclass(frozen=True, slots=True)
class Buying:
    """How a shop buys: how long a delivery takes, for how long an order lasts, what is kept for bad days, and how many
    pieces are in a pack. ``fill_to`` is what there is to be at least after a delivery.
    """

    lead_days: int = 14
    review_days: int = 30
    safety: int = 0
    pack: int = 1
    fill_to: int = 15


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``pieces`` to order, whole packs. ``demand`` is what sells until the order after this one has come in."""

    pieces: int
    demand: int
    available: int
    on_its_way: int
    safety: int
    weekly: Decimal | None

    @property
    def days_left(self) -> int | None:
        """For how many days it lasts at this pace; None where nobody knows the pace."""
        return int(max(0, self.available) * 7 / self.weekly) if self.weekly else None

    @property
    def arithmetic(self) -> str:
        """How the number comes about, for who has to approve it."""
        terms = f"{self.demand} + {self.safety} - {self.available} - {self.on_its_way}"
        return f"{terms} = {self.demand + self.safety - self.available - self.on_its_way}"


def suggested(available: int, on_its_way: int, weekly: Decimal | None, buying: Buying) -> Suggestion:
    """Demand over lead time and the time until the next order, plus safety stock, less what there is and what comes.

    At least what fills up to ``fill_to``; at least one pack. Rounded up to whole packs.
    """
    days = buying.lead_days + buying.review_days
    demand = int(((weekly or Decimal(0)) * days / 7).to_integral_value(ROUND_CEILING))
    demand = max(demand, buying.fill_to - buying.safety)
    missing = max(1, demand + buying.safety - available - on_its_way)
    pack = max(1, buying.pack)
    return Suggestion(-(-missing // pack) * pack, demand, available, on_its_way, buying.safety, weekly)


@dataclass(frozen=True, slots=True)
class Line:
    """What is ordered: the supplier's name for it, if the shop tells one, and ours."""

    order: str
    article: str
    gtin: str
    name: str
    pieces: int
    price: Money | None
    deliver_to: str


def document(line: Line) -> str:
    """A purchase order as CSV (RFC 4180 but for the line feeds), with one line under its headings.

    No cell is a formula.
    """
    price = line.price
    total = price.times(line.pieces) if price is not None else None
    cells = (
        line.order,
        line.article,
        line.gtin,
        line.name,
        str(line.pieces),
        str(price.major) if price else "",
        str(total.major) if total else "",
        price.currency if price else "",
        line.deliver_to,
    )
    return "".join(",".join(map(_cell, row)) + "\n" for row in (COLUMNS, cells))


def _cell(text: str) -> str:
    harmless = f"'{text}" if text.startswith(_FORMULA) else text
    quoted = harmless.replace('"', '""')
    return f'"{quoted}"' if any(mark in harmless for mark in ',"\r\n') else harmless
