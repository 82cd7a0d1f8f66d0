"""Who made a WooCommerce order, and whether it is placed though nobody has paid: the platform's marks as data."""

from __future__ import annotations

from cartback.domain.errors import Refused
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.trade.origins import ITSELF, SHOPPER, STAFF, Origin

# WC_Checkout::create_order and Blocks' StoreApi OrderController. Its own scheduler of reminders, made after this one,
# takes only these (woocommerce/woocommerce#66399, #66808). Everything else is a name that a plug-in, a till or the
# API gave: admin, rest-api, bookings, woocommerce-pos, voucher, import. A shop whose own front makes orders by the API
# says so in its settings.
CHECKOUTS = frozenset({"checkout", "store-api"})
RENEWAL = "_subscription_renewal"
"""WooCommerce Subscriptions names the subscription there; what comes of it has ``created_via`` ``subscription``."""

# Gateways of the core and of Germanized that take no money at the checkout: with them, "pending" is an order that
# waits for its transfer, its invoice or the postman (WC_Gateway_BACS, _Cheque, _COD; WC_GZD_Gateway_Invoice and
# _Direct_Debit).
PAY_LATER = frozenset({"bacs", "cheque", "cod", "invoice", "direct-debit"})
_MOST_FIELDS = 500


def of(order: Reader, status: str) -> Origin:
    """What an order says of its making. One that does not name its way at all is taken for a shopper's."""
    via = _word(order["created_via"])
    renewal = RENEWAL in _fields(order)
    by = SHOPPER if via in CHECKOUTS or order["created_via"].is_null else STAFF
    if renewal or via == "subscription":
        # Whoever takes an unpaid renewal to the checkout pays it, and has bought; but it was never a basket.
        by = STAFF if via in CHECKOUTS else ITSELF
    method = _word(order["payment_method"])
    return Origin(
        marks=tuple(filter(None, (via, RENEWAL if renewal else ""))),
        by=by,
        method=method if status == "pending" else "",
        status=status,
        placed=status == "pending" and method in PAY_LATER,
        order_ref=order["id"].identifier(),
    )


def _word(field: Reader) -> str:
    return field.value[:60].strip().lower() if isinstance(field.value, str) else ""


def _fields(order: Reader) -> set[str]:
    try:
        keys = (field["key"].value for field in order["meta_data"].each()[:_MOST_FIELDS])
        return {key for key in keys if isinstance(key, str)}
    except Refused:
        return set()
