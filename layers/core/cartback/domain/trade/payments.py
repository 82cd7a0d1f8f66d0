"""What is told of orders, of payments that failed and of money that went back."""

from __future__ import annotations

from cartback.domain.facts import Fact, tell
from cartback.domain.observations import OrderSeen, PaymentFailed, RefundSeen


def tell_ordered(shop: str, seen: OrderSeen, person_id: str | None, cart_id: str | None) -> list[Fact]:
    """The facts of an order in the state that it is in; none of one that has no name."""
    if seen.order_ref is None:
        return []
    placed = tell(
        "order.placed",
        shop,
        seen.placed_at,
        order_ref=seen.order_ref,
        person_id=person_id,
        cart_id=cart_id,
        placed_at=seen.placed_at,
        test=seen.test,
        amount=seen.total.amount if seen.total else None,
        currency=seen.total.currency if seen.total else None,
    )
    about = {"order_ref": seen.order_ref}
    paid = tell("order.paid", shop, seen.at, **about, person_id=person_id, paid_at=seen.paid_at)
    over = seen.cancelled_at and tell(
        "order.cancelled", shop, seen.cancelled_at, **about, cancelled_at=seen.cancelled_at
    )
    return [placed, *([paid] if seen.paid else []), *([over] if over else [])]


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
