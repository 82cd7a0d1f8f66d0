"""A person who bought: their story begins anew with each purchase, and is told once nothing followed for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.decision import Reason
from cartback.domain.people.suppression import SHOP_WIDE
from cartback.domain.shop.grace import BEHIND
from cartback.domain.subject import PERSON, Kind, View

if TYPE_CHECKING:
    from cartback.domain.people.customer import Person


def view(row: Person) -> View:
    """What rules may ask of a person. Of a row that became another's, that one is asked.

    The generation is that of the latest lapse (``domain.trade.lapse.generation_of``), 0 before the first.
    """
    return View(
        generation=row.lapse.generation if row.lapse is not None else 0,
        person_id=row.merged_into or row.person_id,
        started_at=row.last_order_at,
        locale=row.locale,
    )


def ended(row: Person, generation: int) -> str | None:
    """Why nothing more is to be said about this lapse. A row that became another's goes on there."""
    if row.erased_at is not None:
        return Reason.ERASED
    if row.merged_into is not None or view(row).generation == generation:
        return None
    return Reason.SUPERSEDED


KIND = Kind(
    name=PERSON,
    part="persons",
    view=view,
    ended=ended,
    blocks=(*SHOP_WIDE, BEHIND),
    with_orders=True,
)
