"""Whom an event as it arrived is about, known only by the hashes that an erasure leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.people.pii_match import aliases, names
from cartback.domain.people.traces import traces
from cartback.usecases.intake.record_trade import order_of

if TYPE_CHECKING:
    from cartback.domain.observations import Observation
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
    seen = _seen(delivery, adapter)
    if any(hashed(alias) in known for alias in _identified(seen)):
        return True
    refs = _refs(seen)
    if refs and carries(refs):
        return True
    return any(ordered(ref) for ref in _orders(seen))


def all_names(
    delivery: Delivery, hashed: Callable[[str], str], adapter: Callable[[str], ShopAdapter]
) -> frozenset[str]:
    """The hash of everything by which ``mentions`` could find a delivery: what it names, and the carts it is about."""
    seen = _seen(delivery, adapter)
    return frozenset(
        {hashed(alias) for alias in dict.fromkeys([*aliases(delivery.body), *_identified(seen)])}
        | {hashed_trace(each, hashed) for each in traces(_refs(seen), _orders(seen))}
    )


def hashed_trace(kept: str, hashed: Callable[[str], str]) -> str:
    """A trace (``domain.people.traces``) as it goes into an object's name."""
    return hashed(f"trace:{kept}")


def _seen(delivery: Delivery, adapter: Callable[[str], ShopAdapter]) -> list[Observation]:
    try:
        return adapter(delivery.platform).observe(delivery) or []
    except Refused:
        return []


def _identified(seen: list[Observation]) -> list[str]:
    contacts = [contact for one in seen if (contact := getattr(one, "contact", None)) is not None]
    return [alias for contact in contacts for alias in contact.identifying()]


def _refs(seen: list[Observation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ref for one in seen for ref in getattr(one, "refs", ())))


def _orders(seen: list[Observation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(order_of, seen))))
