"""Where a purchase says whose it is: read for further names, and alone where the rest cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.intake import salvage
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.intake.salvage import Where
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

_OWN_CART = (("cart", "metadata.cart_id", refs.own_cart),)
CHARGE = Where(
    refs=_OWN_CART,
    customers=("customer", "customer.id"),
    emails=("billing_details.email", "receipt_email"),
    phones=("billing_details.phone",),
    placed_at=("created",),
    when=refs.instant,
)
INVOICE = Where(
    refs=_OWN_CART,
    customers=("customer", "customer.id"),
    emails=("customer_email",),
    phones=("customer_phone",),
)

_GOES_ON = ("subscription_cycle", "subscription_update", "subscription_threshold")
_UPDATE = "Subscription update"


def is_setup(session: object) -> bool:
    """Whether a session only put a card on file."""
    return salvage.dig(session, "mode").value == "setup"


def goes_on(invoice: object) -> bool:
    """Whether an invoice is of a subscription that goes on: collected without anybody buying.

    What it comes to does not matter: who begins a trial has what the cart was for, as with a session of a trial.
    """
    return salvage.dig(invoice, "billing_reason").value in _GOES_ON


def is_of_invoice(charge: object) -> bool:
    """Whether an invoice has to say what a charge was for.

    Charges named their invoice before version 2025-03-31.basil. Since then only Stripe's own description tells a
    subscription that goes on, and every other charge is a purchase: the safe side.
    """
    named = (salvage.dig(charge, path).value for path in ("invoice", "invoice.id"))
    if any(isinstance(name, str) and name.startswith("in_") for name in named):
        return True
    return salvage.dig(charge, "description").value == _UPDATE


# Function of ``translation`` -> where its object names what matters, and what says that it is no purchase.
_PURCHASES: dict[str, tuple[Where, Callable[[object], bool]]] = {
    "session_completed": (SESSION, is_setup),
    "charge_succeeded": (CHARGE, is_of_invoice),
    "invoice_paid": (INVOICE, goes_on),
}


def of(delivery: Delivery, name: str) -> OrderSeen | None:
    """The purchase in an event that was refused by this function of ``translation``."""
    known = _PURCHASES.get(name)
    event = salvage.document(delivery.body)
    bought = salvage.dig(event, "data.object").value
    if known is None or known[1](bought):
        return None
    return salvage.of_order(bought, known[0], _told_at(event, delivery))


def _told_at(event: object, delivery: Delivery) -> datetime:
    try:
        return min(refs.instant(salvage.dig(event, "created")), delivery.received_at)
    except Refused:
        return delivery.received_at
