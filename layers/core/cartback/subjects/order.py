"""An order: what somebody bought, from the first word of it for as long as it is remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cartback.domain.decision import Reason
from cartback.domain.people.identity import following
from cartback.domain.people.suppression import SHOP_WIDE
from cartback.domain.shop.grace import BEHIND
from cartback.domain.subject import ORDER, Kind, View
from cartback.domain.trade.part_names import row_of

if TYPE_CHECKING:
    from cartback.domain.trade.order_parts import PartOf
    from cartback.domain.trade.orders import Order


def view(row: Order) -> View:
    """What rules may ask of an order."""
    return View(
        person_id=row.person_id,
        account_row=row.account_row,
        started_at=row.placed_at,
        activity_at=row.placed_at,
        worth=row.total,
        variants=tuple(dict.fromkeys(item.variant_id for item in row.items)),
    )


def ended(row: Order, generation: int) -> str | None:
    """Why nothing is to be said about it at all: it is forgotten, or a payment's name for another one.

    What was called off or sent back is still an order: whether that ends something is for a flow to say. There is one
    generation of an order.
    """
    if generation != 1:
        return Reason.REOPENED
    if row.erased_at is not None:
        return Reason.ERASED
    return Reason.JOINED if row.joined is not None else None


KIND = Kind(
    name=ORDER, part="orders", view=view, ended=ended, blocks=(*SHOP_WIDE, BEHIND), following=following
)


def part_kind(
    name: str, view: Callable[[Any], View], seen: Callable[[Order, str], PartOf[Any] | None]
) -> Kind:
    """A kind of what lies in an order's row: it ends with its order, and belongs to whom that does."""
    return Kind(
        name=name,
        part="orders",
        view=view,
        ended=lambda row, generation: ended(row.order, generation),
        row_of=row_of,
        seen=seen,
        blocks=KIND.blocks,
        following=lambda row, person: following(row.order, person),
    )
