"""What went back to a buyer of a Shopify order: told by itself, and repeated with every later word of the order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.observations import Contact, RefundSeen
from cartback.shops.shopify import goods

if TYPE_CHECKING:
    from datetime import datetime

_MOST_REFUNDS, _MOST_TRANSACTIONS = 50, 50


def of_order(order: Reader, ref: str, contact: Contact, at: datetime) -> list[RefundSeen]:
    """The refunds in an order, oldest first. Only the last may be the one that left nothing of the payment."""
    listed = order["refunds"].each()[-_MOST_REFUNDS:]
    told = [one for refund in listed if (one := of_refund(refund, ref, at, contact)) is not None]
    if told and (order["financial_status"].cut(40) or "").lower() == "refunded":
        told[-1] = replace(told[-1], full=True)
    return told


def of_refund(refund: Reader, ref: str, at: datetime, contact: Contact) -> RefundSeen | None:
    """One refund: the sum of the transactions by which money went back. None where none did (yet).

    The sum of the lines is another: it may leave out shipping, or hold what was never paid (integrations.md § 1.1).
    ``at`` counts where the refund has no date.
    """
    given = [
        one
        for one in refund["transactions"].each()[:_MOST_TRANSACTIONS]
        if _word(one["kind"]) == "refund" and _word(one["status"]) == "success"
    ]
    if not given:
        return None
    when = refund["processed_at"].maybe(Reader.instant) or refund["created_at"].maybe(Reader.instant)
    return RefundSeen(
        payment_ref=ref,
        refund_ref=refund["id"].identifier(),
        at=when or at,
        amount=_sum(given),
        contact=contact,
        test=all(bool(one["test"].maybe(Reader.flag)) for one in given),
    )


def _sum(transactions: list[Reader]) -> Money | None:
    """What the transactions sum up to; None where one tells no currency, or they tell different ones."""
    total: Money | None = None
    for one in transactions:
        amount = goods.read_price(one, "amount", goods.read_currency(one["currency"]))
        if amount is None or (total is not None and total.currency != amount.currency):
            return None
        total = amount if total is None else total.plus(amount)
    return total


def _word(field: Reader) -> str:
    return (field.cut(40) or "").lower()
