"""The names of an order's parts, and what they say: the order, and what the shop calls the part."""

from __future__ import annotations


def part_id(order_ref: str, ref: str) -> str:
    """The name of a part. Only the order's own name may hold a slash, so the last one parts the two."""
    return f"{order_ref}/{ref.replace('%', '%25').replace('/', '%2F')}"


def row_of(name: str) -> str:
    """The order whose row holds the part of this name."""
    return name.rpartition("/")[0]


def ref_of(name: str) -> str:
    """What the shop calls the part of this name."""
    return name.rpartition("/")[2].replace("%2F", "/").replace("%25", "%")
