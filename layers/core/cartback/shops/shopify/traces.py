"""Where a Shopify purchase says whose it is: read for further names, and alone where the rest cannot be read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain import traces
from cartback.domain.traces import Where
from cartback.shops.shopify import tokens

if TYPE_CHECKING:
    from cartback.domain.observations import OrderSeen
    from cartback.ports import Delivery

ORDER = Where(
    refs=(("checkout", "checkout_token", tokens.maybe), ("cart", "cart_token", tokens.maybe)),
    customers=("customer.id",),
    emails=("email", "contact_email", "customer.email"),
    phones=("phone", "customer.phone", "billing_address.phone", "customer.default_address.phone"),
    placed_at=("created_at",),
)
CHECKOUT = replace(
    ORDER,
    refs=(("checkout", "token", tokens.maybe), ("cart", "cart_token", tokens.maybe)),
    placed_at=("completed_at",),
)


def of(delivery: Delivery) -> OrderSeen | None:
    """The purchase in a delivery that was refused: an order, or a checkout that was completed."""
    body = traces.document(delivery.body)
    if delivery.topic.startswith("orders/"):
        return traces.of_order(body, ORDER, delivery.received_at)
    if delivery.topic.startswith("checkouts/") and not traces.dig(body, "completed_at").is_null:
        return traces.of_order(body, CHECKOUT, delivery.received_at)
    return None
