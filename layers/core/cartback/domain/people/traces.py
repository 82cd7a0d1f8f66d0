"""What is remembered of the names of forgotten carts and orders: enough to find the events that bear them, no more."""

from __future__ import annotations

from collections.abc import Iterable

from cartback.domain.hashes import short


def traces(refs: Iterable[str], orders: Iterable[str] = ()) -> tuple[str, ...]:
    """A short hash of each reference of a cart, and of each name of an order."""
    named = [("cart", ref) for ref in refs] + [("order", ref) for ref in orders]
    return tuple(dict.fromkeys(short("trace", *each, length=16) for each in named))
