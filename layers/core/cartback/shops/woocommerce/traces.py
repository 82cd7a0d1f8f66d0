"""Where a WooCommerce purchase says whose it is, for when the rest of it cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.intake import salvage
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.intake.salvage import Where
from cartback.domain.observations import CartSeen
from cartback.shops.woocommerce import translation

if TYPE_CHECKING:
    from cartback.domain.observations import Observation
    from cartback.ports import Delivery

ORDER = Where(
    refs=(("checkout", "id", Reader.identifier),),
    customers=("customer_id",),
    emails=("billing.email",),
    phones=("billing.phone",),
    placed_at=("date_created_gmt",),
    when=Reader.utc,
    once=True,
)
FORM = Where(
    refs=(("cartflows", "checkout_url", lambda url: translation.form_ref(url).partition(":")[2]),),
    emails=("email",),
    phones=("phone_number",),
)


def of(delivery: Delivery) -> Observation | None:
    """What a refused delivery still ends: an order's cart and its buyer's, or the cart of an order called off."""
    body = salvage.document(delivery.body)
    if delivery.topic == "cartflows.completed":
        return salvage.of_order(body, FORM, delivery.received_at)
    if not delivery.topic.startswith("order."):
        return None
    said = salvage.dig(body, "status").value
    status = said.strip().lower() if isinstance(said, str) else ""
    if status == "auto-draft" or delivery.topic == "order.deleted":
        return None
    if status in translation.UNPAID | translation.OVER and not salvage.dig(body, "date_paid_gmt").value:
        return _called_off(body, delivery) if status in translation.OVER else None
    return salvage.of_order(body, ORDER, delivery.received_at)


def _called_off(body: object, delivery: Delivery) -> CartSeen | None:
    named = salvage.of_order(body, ORDER, delivery.received_at)
    if named is None or not named.refs:
        return None
    return CartSeen(named.refs, delivery.received_at, "checkout", items=(), stage="checkout")
