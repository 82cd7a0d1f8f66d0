"""Where an order in our own words says whose it is, for when the rest of it is not in the schema."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.intake import salvage
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.intake.salvage import Where

if TYPE_CHECKING:
    from cartback.domain.observations import OrderSeen
    from cartback.ports import Delivery

_REFS = (("checkout", "checkout_id", Reader.identifier), ("cart", "cart_id", Reader.identifier))
ORDER = Where(
    refs=_REFS,
    customers=("customer.id",),
    emails=("customer.email",),
    phones=("customer.phone",),
    placed_at=("placed_at",),
)
CHECKOUT = replace(ORDER, placed_at=("completed_at",))


def of(delivery: Delivery) -> OrderSeen | None:
    """The purchase in an event that was refused: an order, or a checkout that was completed."""
    data = salvage.dig(salvage.document(delivery.body), "data").value
    if delivery.topic.startswith("order."):
        return salvage.of_order(data, ORDER, delivery.received_at)
    if delivery.topic == "checkout.updated" and not salvage.dig(data, "completed_at").is_null:
        return salvage.of_order(data, CHECKOUT, delivery.received_at)
    return None
