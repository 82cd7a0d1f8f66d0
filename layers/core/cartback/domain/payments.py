"""What is told of payments that failed and money that went back. Neither changes a cart: the order does."""

from __future__ import annotations

from cartback.domain.facts import Fact, tell
from cartback.domain.observations import PaymentFailed, RefundSeen


def tell_failed(shop: str, seen: PaymentFailed, cart_id: str | None, person_id: str | None) -> Fact:
    """The fact of one failed attempt; another attempt at the same payment is another fact."""
    return tell(
        "payment.failed",
        shop,
        seen.at,
        seen.attempt,
        payment_ref=seen.payment_ref,
        order_ref=seen.order_ref,
        cart_id=cart_id,
        person_id=person_id,
        failed_at=seen.at,
        code=seen.code,
        amount=seen.amount.amount if seen.amount else None,
        currency=seen.amount.currency if seen.amount else None,
        test=seen.test,
    )


def tell_refunded(shop: str, seen: RefundSeen, person_id: str | None) -> Fact:
    """The fact of one refund, the same however often the shop repeats it with its order."""
    return tell(
        "refund.issued",
        shop,
        seen.at,
        refund_ref=seen.refund_ref,
        payment_ref=seen.payment_ref,
        person_id=person_id,
        refunded_at=seen.at,
        full=seen.full,
        amount=seen.amount.amount if seen.amount else None,
        currency=seen.amount.currency if seen.amount else None,
        test=seen.test,
    )
