"""What a WooCommerce order holds, for the record of trade. Parcels and returns are plugins'; the core tells of none."""

from __future__ import annotations

from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.trade import sale
from cartback.domain.trade.sale import PaymentTold, Sale
from cartback.shops.woocommerce import goods

_STANDINGS = {
    "completed": sale.COMPLETED,
    "cancelled": sale.CANCELLED,
    "trash": sale.CANCELLED,
    **dict.fromkeys(("pending", "failed", "on-hold", "processing"), sale.OPEN),
}
"""Of the core's statuses; one that a plugin made up says nothing, and so does ``refunded``."""


def of_order(order: Reader, status: str) -> Sale:
    """What an order holds: sums with their tax, which WooCommerce tells apart; the total holds it anyway."""
    currency = goods.read_currency(order)
    items, further = goods.read_items(order["line_items"].each(), currency)
    ways = [each["method_title"].html(200) for each in order["shipping_lines"].each()[:10]]
    told = not order["line_items"].is_null
    return Sale(
        items=items if told else None,
        further=further,
        discount=_sum(order, currency, "discount_total", "discount_tax"),
        tax=_sum(order, currency, "total_tax"),
        shipping=_sum(order, currency, "shipping_total", "shipping_tax"),
        shipping_method=", ".join(way for way in ways if way) or None,
        standing=_STANDINGS.get(status),
        payments=_payments(order, currency),
    )


def _payments(order: Reader, currency: str | None) -> tuple[PaymentTold, ...]:
    """The payment that came in; the core keeps no list of attempts."""
    at = order["date_paid_gmt"].maybe(Reader.utc)
    if at is None:
        return ()
    ref = order["transaction_id"].cut(100) or "payment"
    method = order["payment_method"].cut(100)
    return (PaymentTold(ref, at, sale.PAID, _sum(order, currency, "total"), method),)


def _sum(order: Reader, currency: str | None, *names: str) -> Money | None:
    if currency is None or order[names[0]].is_null:
        return None
    told = [order[name].money(currency) for name in names if not order[name].is_null]
    return Money(sum(each.amount for each in told), currency)
