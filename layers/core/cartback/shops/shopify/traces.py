"""Where a Shopify purchase says whose it is: read for further names, and alone where the rest cannot be read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.intake import salvage
from cartback.domain.intake.salvage import Where
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
    body = salvage.document(delivery.body)
    if delivery.topic.startswith("orders/"):
        return salvage.of_order(body, ORDER, delivery.received_at)
    if delivery.topic.startswith("checkouts/") and not salvage.dig(body, "completed_at").is_null:
        return salvage.of_order(body, CHECKOUT, delivery.received_at)
    return None
