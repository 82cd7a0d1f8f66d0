"""When somebody bought, by the making of the order and by its payment, and since when we knew of it.

An order may be paid long after it was made: by the link in a mail, after a failed payment, by a transfer that staff
enter. Whoever pays has bought, on that day too. A shop that does not say when an order was paid still says that it is:
then the first word of it counts, and no later word of the same order, which staff may edit for weeks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cartback.domain.trade.line_names import told_names

if TYPE_CHECKING:
    from cartback.domain.observations import OrderSeen

REMEMBERED = 10
_CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order: ``placed_at`` and ``paid_at`` by the shop's clock, the ``…recorded_at`` when we first knew of either.

    ``ref`` is the shop's name for it, where it was told. ``paid_by`` names the event that said that it is paid;
    ``dated`` is false where ``paid_at`` is only when the shop first said so. Nobody knows of an order without
    ``paid_at`` whether it was paid. ``lines`` are the short names of its goods (``line_names``) by the word of
    ``lines_at``, none of one that was called off and None where nobody told; ``lines_recorded_at`` is since when we
    know these, where that is not since ``recorded_at``.
    """

    placed_at: datetime
    recorded_at: datetime
    ref: str = ""
    paid_at: datetime | None = None
    paid_recorded_at: datetime | None = None
    paid_by: str = ""
    dated: bool = False
    lines: tuple[str, ...] | None = None
    lines_at: datetime | None = None
    lines_recorded_at: datetime | None = None

    @property
    def last_at(self) -> datetime:
        """The later of making and payment."""
        return max(self.placed_at, self.paid_at or self.placed_at)


@dataclass(frozen=True, slots=True)
class Told:
    """One word of an order, said at ``at``: what it holds, whether and when something was paid, if the shop says so."""

    placed_at: datetime
    ref: str = ""
    paid: bool = False
    paid_at: datetime | None = None
    at: datetime | None = None
    by: str = ""
    lines: tuple[str, ...] | None = None


def told_of(seen: OrderSeen, cause: str) -> Told:
    """What an observed order says of itself; ``cause`` is the event that brought it."""
    paid = seen.paid or seen.part_paid
    lines = told_names(seen.sale.items, seen.sale.further) if seen.sale is not None else None
    if seen.cancelled_at or (seen.sale is not None and seen.sale.standing == _CANCELLED):
        lines = ()
    return Told(seen.placed_at, seen.order_ref or "", paid, seen.paid_at, seen.at, cause, lines)


def heard(known: tuple[Purchase, ...], told: Told, now: datetime) -> tuple[Purchase, ...]:
    """Remember a word of an order from now on; what is told again was known before."""
    found = next((one for one in known if _same(one, told.ref, told.placed_at)), None)
    if found is None:
        made = Purchase(told.placed_at, now, told.ref)
        return _latest([*known, _lined(_paid(made, told, now, _forgotten(known, told)), told, now)])
    after = _lined(_paid(replace(found, ref=found.ref or told.ref), told, now, False), told, now)
    return known if after == found else _latest(after if one is found else one for one in known)


def remembered(
    known: tuple[Purchase, ...], last_order_at: datetime | None, told: Told, now: datetime | None
) -> dict[str, Any]:
    """What changes of somebody who bought: the purchases, known from ``now`` on, and the date of the latest.

    It is the later of an order's making and its payment.
    """
    known = known if now is None else heard(known, told, now)
    before = () if last_order_at is None else (last_order_at,)
    return {"purchases": known, "last_order_at": max([last_at(known, told), *before])}


def last_at(known: tuple[Purchase, ...], told: Told) -> datetime:
    """The later of making and payment of the order that a word is about, as far as it is remembered."""
    return max([told.placed_at, *(one.last_at for one in known if _same(one, told.ref, told.placed_at))])


def united(
    own: tuple[Purchase, ...], other: tuple[Purchase, ...], now: datetime | None
) -> tuple[Purchase, ...]:
    """The purchases of two rows that turn out to be one person: the other's are known from ``now`` on."""
    added = [
        replace(
            each,
            recorded_at=now or each.recorded_at,
            paid_recorded_at=each.paid_recorded_at and (now or each.paid_recorded_at),
        )
        for each in other
        if not any(_same(mine, each.ref, each.placed_at) for mine in own)
    ]
    return _latest([*own, *added])


def _paid(purchase: Purchase, told: Told, now: datetime, forgotten: bool) -> Purchase:
    """Take over what a word says of the payment. A date of the shop's outweighs the day on which it was first said."""
    at = told.paid_at or (told.at if told.paid and not forgotten else None)
    if at is None:
        return purchase
    known, dated = purchase.paid_at, told.paid_at is not None
    if known is not None and dated and purchase.dated:
        at = max(known, at)
    elif known is not None and not dated:
        at = known if purchase.dated else min(known, at)
    if at == known:
        return replace(purchase, dated=purchase.dated or dated)
    later = known is None or at > known
    return replace(
        purchase,
        paid_at=at,
        paid_recorded_at=now if later else purchase.paid_recorded_at,
        paid_by=told.by if later else purchase.paid_by,
        dated=purchase.dated or dated,
    )


def _lined(purchase: Purchase, told: Told, now: datetime) -> Purchase:
    """Take over what a word says that it holds: the latest word counts, of two at an instant that which says more."""
    lines, at, known_at = told.lines, told.at, purchase.lines_at
    if lines is None or at is None or (known_at is not None and at < known_at):
        return purchase
    if at == known_at:
        lines = max(lines, purchase.lines or (), key=lambda names: (len(names), names))
    if lines == purchase.lines:
        return replace(purchase, lines_at=at)
    since = now if now != purchase.recorded_at else None
    return replace(purchase, lines=lines, lines_at=at, lines_recorded_at=since)


def called_off(known: tuple[Purchase, ...], ref: str, at: datetime) -> tuple[Purchase, ...]:
    """An order was called off at ``at``: nobody has what it held."""
    return tuple(replace(one, lines=(), lines_at=at) if one.ref == ref else one for one in known)


def _forgotten(known: tuple[Purchase, ...], told: Told) -> bool:
    """Whether an order may have been remembered before, and made room for later ones."""
    return len(known) >= REMEMBERED and told.placed_at < min(each.placed_at for each in known)


def _same(one: Purchase, ref: str, placed_at: datetime) -> bool:
    return one.ref == ref if one.ref and ref else one.placed_at == placed_at


def _latest(purchases: Iterable[Purchase]) -> tuple[Purchase, ...]:
    return tuple(sorted(purchases, key=lambda each: (each.last_at, each.placed_at))[-REMEMBERED:])
