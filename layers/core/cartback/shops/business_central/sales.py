"""What the documents of Business Central hold, for the record of trade: released orders and posted invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.trade import sale
from cartback.domain.trade.precedence import BOOKS
from cartback.domain.trade.sale import PaymentTold, Sale

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.observations import CartSeen

_PAID, _CANCELLED = "paid", frozenset({"canceled", "corrective"})


def of_order(order: Reader, seen: CartSeen) -> Sale:
    """What a released order holds; ``seen`` are its lines, as they were read for its cart."""
    currency = seen.total.currency if seen.total is not None else None
    told = bool(seen.items)
    return Sale(
        source=BOOKS,
        items=seen.items if told else None,
        further=seen.further,
        discount=_sum(order["discountAmount"], currency),
        tax=_sum(order["totalTaxAmount"], currency),
        standing=sale.OPEN,
        shipped=order["fullyShipped"].value if isinstance(order["fullyShipped"].value, bool) else None,
        wholesale=True,
    )


def of_invoice(
    invoice: Reader, total: Money | None, status: str, due_at: datetime | None, at: datetime
) -> Sale:
    """How an invoice of an order stands. What is left of it to pay decides, where the status lags behind."""
    own = invoice["id"].identifier().lower()
    paid = is_paid(invoice, status)
    return Sale(
        source=BOOKS,
        standing=sale.CANCELLED if status in _CANCELLED else None,
        payments=(PaymentTold(own, at, sale.PAID if paid else sale.PENDING, total),),
        due_at=due_at,
        wholesale=True,
    )


def is_paid(invoice: Reader, status: str) -> bool:
    """Whether nothing of an invoice is left to pay."""
    return status == _PAID or (status == "open" and invoice["remainingAmount"].value == 0)


def _sum(field: Reader, currency: str | None) -> Money | None:
    return None if currency is None or field.is_null else field.noisy_money(currency)
