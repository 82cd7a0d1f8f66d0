"""Where a finished checkout says whose it is: read for further names, and alone where the rest cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain import traces
from cartback.domain.errors import Refused
from cartback.domain.reading import Reader
from cartback.domain.traces import Where
from cartback.shops import stripe
from cartback.shops.stripe import refs

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.observations import OrderSeen
    from cartback.ports import Delivery

SESSION = Where(
    refs=(
        ("checkout", "id", Reader.identifier),
        ("checkout", "recovered_from", Reader.identifier),
        ("cart", "client_reference_id", refs.own_cart),
    ),
    customers=("customer", "customer.id"),
    emails=("customer_details.email", "customer_email"),
    phones=("customer_details.phone",),
)


def of(delivery: Delivery) -> OrderSeen | None:
    """The purchase in an event that was refused."""
    if stripe.TOPICS.get(delivery.topic) != "session_completed":
        return None
    event = traces.document(delivery.body)
    session = traces.dig(event, "data.object").value
    if traces.dig(session, "mode").value == "setup":
        return None
    return traces.of_order(session, SESSION, _told_at(event, delivery))


def _told_at(event: object, delivery: Delivery) -> datetime:
    try:
        return min(refs.instant(traces.dig(event, "created")), delivery.received_at)
    except Refused:
        return delivery.received_at
