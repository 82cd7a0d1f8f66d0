"""Whether an event as it arrived is about somebody, known only by the hashes that an erasure leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.people.pii_match import names
from cartback.usecases.intake.record_trade import order_of

if TYPE_CHECKING:
    from cartback.ports import Delivery, ShopAdapter


def mentions(
    delivery: Delivery,
    known: Collection[str],
    hashed: Callable[[str], str],
    adapter: Callable[[str], ShopAdapter],
    carries: Callable[[tuple[str, ...]], bool] = lambda refs: False,
    ordered: Callable[[str], bool] = lambda ref: False,
) -> bool:
    """Whether a delivery names one of these hashes, in what its adapter reads or anywhere in its text, or their cart.

    The adapter finds customers by their ids, the text finds addresses in what no adapter reads. ``carries`` says of
    references whether they lead to a cart of theirs: most words of a cart name nobody. ``ordered`` says the same of the
    name of an order.
    """
    if names(delivery.body, known, hashed):
        return True
    try:
        seen = adapter(delivery.platform).observe(delivery) or []
    except Refused:
        return False
    contacts = [contact for one in seen if (contact := getattr(one, "contact", None)) is not None]
    if any(hashed(alias) in known for contact in contacts for alias in contact.identifying()):
        return True
    refs = tuple(dict.fromkeys(ref for one in seen for ref in getattr(one, "refs", ())))
    if refs and carries(refs):
        return True
    return any(ordered(ref) for ref in dict.fromkeys(filter(None, map(order_of, seen))))
