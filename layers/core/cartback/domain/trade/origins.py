"""Who made a cart or an order, in the platform's own marks: only what a shopper took there is a cart."""

from __future__ import annotations

from dataclasses import dataclass

SHOPPER, STAFF, ITSELF = "shopper", "staff", "itself"
"""``staff`` is whatever else than a shopper's own checkout: a till, an API, an import, an invoice, a deposit. It is no
cart; paid, it is a purchase all the same. ``itself`` is a renewal that pays itself: neither."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a document says of its making, in small letters: ``marks`` as the platform spells them, and ``by`` whom.

    ``method`` and ``status`` are of its payment. ``placed`` says that with this method nothing is left to do at the
    checkout. ``order_ref`` is its name once it is an order.
    """

    marks: tuple[str, ...] = ()
    by: str = SHOPPER
    method: str = ""
    status: str = ""
    placed: bool = False
    order_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a shop says where no rule can know: marks by whom they are, and what counts as bought."""

    shopper: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    itself: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()

    def maker(self, origin: Origin) -> str:
        """By whom a document is: the shop's own word first, then the platform's."""
        for by, marks in ((SHOPPER, self.shopper), (ITSELF, self.itself), (STAFF, self.staff)):
            if any(mark in marks for mark in origin.marks):
                return by
        return origin.by

    def is_placed(self, origin: Origin) -> bool:
        """Whether an unpaid document is an order already, to be paid in its time."""
        return origin.placed or origin.method in self.methods or origin.status in self.statuses


AS_TOLD = Reckoning()
