"""What a signed body must look like to be what the unsigned topic says: the signature covers the body alone."""

from __future__ import annotations

from cartback.domain.intake import payload_reader, salvage
from cartback.domain.intake.payload_reader import Reader

# Fields that only the REST resource of one kind has (WooCommerce REST API v3).
_MARKS = {
    "order": ("line_items", "order_key", "payment_url"),
    "customer": ("is_paying_customer", "username", "avatar_url"),
    "product": ("permalink", "stock_status", "manage_stock"),
}


def check(topic: str, text: str) -> None:
    """Raise ``Refused`` for a body that bears a mark of another kind of thing than its topic says."""
    body, kind = Reader(salvage.document(text), ""), topic.partition(".")[0]
    for other, marks in _MARKS.items():
        for mark in marks:
            if kind in _MARKS and other != kind and body.has(mark):
                raise body[mark].refused(f"is of {_a(other)}, not of {_a(kind)} as the topic says")


def deleted(text: str) -> str:
    """The id of what is gone: all that WooCommerce tells then. Raises ``Refused`` for a body that tells more."""
    return payload_reader.parse(text).only(("id",))["id"].identifier()


def _a(kind: str) -> str:
    return f"an {kind}" if kind == "order" else f"a {kind}"
