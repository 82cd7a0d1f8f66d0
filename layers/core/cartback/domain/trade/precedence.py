"""Who is believed about what, when several sources tell of the same order or article (docs/record.md).

A shop knows what was ordered, a payment provider what was paid, a carrier where a parcel is, and the books what is on
stock and what it cost. Between words of the same source the later one counts (``registers``).
"""

from __future__ import annotations

SHOP, TILL, BOOKS, PAYMENTS, CARRIER = "shop", "till", "books", "payments", "carrier"
SOURCES = (SHOP, TILL, BOOKS, PAYMENTS, CARRIER)

PRECEDENCE: dict[str, tuple[str, ...]] = {
    "order": (SHOP, TILL, BOOKS, PAYMENTS, CARRIER),
    "payment": (PAYMENTS, TILL, BOOKS, SHOP, CARRIER),
    "refund": (PAYMENTS, TILL, SHOP, BOOKS, CARRIER),
    "parcel": (CARRIER, SHOP, BOOKS, TILL, PAYMENTS),
    "return": (SHOP, TILL, BOOKS, CARRIER, PAYMENTS),
    "article": (SHOP, BOOKS, TILL, PAYMENTS, CARRIER),
    "cost": (BOOKS, SHOP, TILL, PAYMENTS, CARRIER),
}
"""Of each part of the record the sources, the most believed first."""

OF_PAYMENT = frozenset({"paid", "paid_at", "due_at"})
"""Fields of an order that are about its payment: whoever takes the money knows them best."""


def weight_of(part: str, source: str) -> int:
    """How much a source weighs in a part of the record: the higher, the more it is believed. Raises KeyError."""
    believed = PRECEDENCE[part]
    return len(believed) - believed.index(source)


def weight_in_order(source: str, name: str) -> int:
    """How much a source weighs in one field of an order."""
    return weight_of("payment" if name in OF_PAYMENT else "order", source)
