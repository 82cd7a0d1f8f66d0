"""Where a Shopware order says whose it is: read for further names, and alone where the rest cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.intake import salvage
from cartback.domain.intake.salvage import Where

if TYPE_CHECKING:
    from cartback.domain.observations import Fetch, OrderSeen
    from cartback.ports import Delivery

ORDER = Where(
    customers=("orderCustomer.customerId", "orderCustomer.customer.id"),
    emails=("orderCustomer.email", "orderCustomer.customer.email"),
    phones=("billingAddress.phoneNumber",),
    placed_at=("orderDateTime",),
)
_PURCHASES = frozenset({"order", "order_paid", "order_cancelled", "order_returned"})


def of(delivery: Delivery, name: str) -> OrderSeen | None:
    """The order in an event that was refused by this function of ``translation``."""
    if name not in _PURCHASES:
        return None
    order = salvage.dig(salvage.document(delivery.body), "data.payload.order").value
    return salvage.of_order(order, ORDER, delivery.received_at)


def of_entity(wanted: Fetch, text: str) -> OrderSeen | None:
    """The order in an answer of the Admin API that was refused."""
    if wanted.kind != "order":
        return None
    whole = salvage.document(text)
    wrapped = salvage.dig(whole, "data")
    return salvage.of_order(whole if wrapped.is_null else wrapped.value, ORDER, wanted.at)
