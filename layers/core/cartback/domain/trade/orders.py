"""An order as it is known: one row that every word of it is folded into, in any order (``registers``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.money import Money
from cartback.domain.trade import parcels, returns, sale
from cartback.domain.trade.items import Item
from cartback.domain.trade.parcels import Parcel
from cartback.domain.trade.precedence import weight_in_order, weight_of
from cartback.domain.trade.registers import Said, heard, united, with_part
from cartback.domain.trade.returns import Return
from cartback.domain.trade.sale import ParcelSeen, ReturnSeen, Sale

if TYPE_CHECKING:
    from cartback.domain.observations import OrderSeen, PaymentFailed, RefundSeen


@dataclass(frozen=True, slots=True)
class Payment:
    """An attempt to pay: ``sale.PaymentTold`` as it is known."""

    state: str = ""
    at: datetime | None = None
    amount: Money | None = None
    method: str | None = None
    code: str | None = None
    said: dict[str, Said] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that went back; ``full`` says that nothing is left of the payment."""

    at: datetime | None = None
    amount: Money | None = None
    full: bool = False
    said: dict[str, Said] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a shop. ``placed_at`` is None as long as only others told of it: its parcel, its refund.

    Of what nobody told, fields are None or empty. ``account`` and ``address_hash`` are keyed hashes of the names that
    it was told with, which lead to its buyer (``domain.trade.ownership``); ``person_id`` is the row that they led to
    when it was first told, and ``account_row`` that of the account, if it is another. ``staff`` says that no shopper
    made it at a checkout. ``joined`` names the order that this row turned out to be: a payment's name for it.
    ``causes`` holds, by fact, the event that first made it true, so that a repeated fold tells the same.
    """

    shop: str
    order_ref: str
    version: int = 0
    placed_at: datetime | None = None
    total: Money | None = None
    goods: Money | None = None
    discount: Money | None = None
    tax: Money | None = None
    shipping: Money | None = None
    shipping_method: str | None = None
    items: tuple[Item, ...] = ()
    further: int = 0
    coupon_codes: tuple[str, ...] = ()
    standing: str | None = None
    cancelled_at: datetime | None = None
    paid: bool = False
    paid_at: datetime | None = None
    due_at: datetime | None = None
    shipped: bool | None = None
    test: bool = False
    renewal: bool = False
    in_store: bool | None = None
    wholesale: bool | None = None
    preorder: bool | None = None
    staff: bool = False
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    parcels: dict[str, Parcel] = field(default_factory=dict)
    returns: dict[str, Return] = field(default_factory=dict)
    person_id: str | None = None
    cart_id: str | None = None
    account: str | None = None
    address_hash: str | None = None
    account_row: str | None = None
    joined: str | None = None
    erased_at: datetime | None = None
    said: dict[str, Said] = field(default_factory=dict)
    causes: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The hashes under which the order is found again."""
        return tuple(dict.fromkeys(name for name in (self.account, self.address_hash) if name))

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off, by the latest word."""
        return self.standing == sale.CANCELLED

    @property
    def refunded(self) -> bool:
        """Whether nothing is left of what was paid."""
        if any(refund.full for refund in self.refunds.values()):
            return True
        back = self.paid_back
        return back is not None and self.total is not None and 0 < self.total.amount <= back.amount

    @property
    def paid_back(self) -> Money | None:
        """What went back so far; None where a refund's sum is unknown, or was told in another currency."""
        sums = [refund.amount for refund in self.refunds.values() if refund.amount is not None]
        if not sums or len(sums) < len(self.refunds) or len({each.currency for each in sums}) > 1:
            return None
        return Money(sum(each.amount for each in sums), sums[0].currency)

    @property
    def counts(self) -> bool:
        """Whether somebody bought something by it: no test, not called off, not paid back as a whole."""
        return not (self.test or self.is_cancelled or self.refunded or self.erased_at or self.joined)

    @property
    def is_shipped(self) -> bool:
        """Whether all of it is on its way: by a word of the whole, or because every piece lies in a parcel."""
        if self.shipped is not None and not self.parcels:
            return self.shipped
        return bool(self.shipped) or self._every_piece_left()

    def _every_piece_left(self) -> bool:
        left: dict[str, float] = {}
        for parcel in self.parcels.values():
            for piece in parcel.pieces if parcel.has_left else ():
                left[piece.variant_id] = left.get(piece.variant_id, 0) + float(piece.quantity)
        wanted: dict[str, float] = {}
        for item in self.items:
            wanted[item.variant_id] = wanted.get(item.variant_id, 0) + float(item.quantity)
        return bool(wanted) and all(left.get(name, 0) >= count for name, count in wanted.items())


def ordered(order: Order, seen: OrderSeen) -> Order:
    """Fold in a word of the order itself."""
    said = seen.sale or Sale()
    items = said.items
    told = {
        "placed_at": seen.placed_at,
        "total": seen.total,
        "goods": said.goods,
        "discount": said.discount,
        "tax": said.tax,
        "shipping": said.shipping,
        "shipping_method": said.shipping_method,
        "items": None if items is None else tuple(replace(one, image_url=None, url=None) for one in items),
        "further": said.further or None,
        "coupon_codes": seen.coupon_codes or None,
        "standing": sale.CANCELLED if seen.cancelled_at else said.standing,
        "cancelled_at": seen.cancelled_at,
        "paid": seen.paid or None,
        "paid_at": seen.paid_at if seen.paid else None,
        "due_at": said.due_at,
        "shipped": said.shipped,
        "test": seen.test or None,
        "renewal": seen.renewal or None,
        "staff": seen.staff or None,
        "in_store": said.in_store,
        "wholesale": said.wholesale,
        "preorder": said.preorder,
    }
    order = heard(order, told, seen.at, lambda name: weight_in_order(said.source, name))
    for one in said.payments:
        known = order.payments.get(one.payment_ref) or Payment()
        attempt = {"state": one.state, "at": one.at, "amount": one.amount, "method": one.method}
        after = heard(
            known, {**attempt, "code": one.code}, one.at, lambda _: weight_of("payment", said.source)
        )
        order = replace(order, payments=with_part(order.payments, one.payment_ref, after))
    return order


def attempted(order: Order, seen: PaymentFailed) -> Order:
    """Fold in an attempt to pay that failed."""
    ref = f"{seen.payment_ref}/{seen.attempt}"
    told = {"state": sale.FAILED, "at": seen.at, "amount": seen.amount, "code": seen.code}
    known = order.payments.get(ref) or Payment()
    after = heard(known, told, seen.at, lambda _: weight_of("payment", seen.source))
    return replace(order, payments=with_part(order.payments, ref, after))


def paid_back(order: Order, seen: RefundSeen) -> Order:
    """Fold in a refund."""
    known = order.refunds.get(seen.refund_ref) or Refund()
    told = {"at": seen.at, "amount": seen.amount, "full": seen.full or None}
    after = heard(known, told, seen.at, lambda _: weight_of("refund", seen.source))
    return replace(order, refunds=with_part(order.refunds, seen.refund_ref, after))


def packed(order: Order, seen: ParcelSeen) -> Order:
    """Fold in a word of one of its parcels."""
    after = parcels.told(order.parcels.get(seen.parcel_ref) or Parcel(), seen)
    return replace(order, parcels=with_part(order.parcels, seen.parcel_ref, after))


def sent_back(order: Order, seen: ReturnSeen) -> Order:
    """Fold in a word of one of its returns."""
    after = returns.told(order.returns.get(seen.return_ref) or Return(), seen)
    return replace(order, returns=with_part(order.returns, seen.return_ref, after))


def absorb(order: Order, other: Order) -> tuple[Order, Order]:
    """Two rows turn out to be one order. Gives it, and what is left of the other: the way here."""
    one = united(order, other)
    one = replace(
        one,
        payments=_together(one.payments, other.payments),
        refunds=_together(one.refunds, other.refunds),
        parcels=_together(one.parcels, other.parcels),
        returns=_together(one.returns, other.returns),
        person_id=one.person_id or other.person_id,
        cart_id=one.cart_id or other.cart_id,
        account=one.account or other.account,
        address_hash=one.address_hash or other.address_hash,
        account_row=one.account_row or other.account_row,
        causes={**other.causes, **one.causes},
    )
    return one, Order(order.shop, other.order_ref, version=other.version, joined=order.order_ref)


def of_buyer(
    order: Order,
    person_id: str,
    cart_id: str | None = None,
    account: str | None = None,
    address_hash: str | None = None,
    account_row: str | None = None,
) -> Order:
    """Remember whose it is. What was told first stays; what was missing is added."""
    return replace(
        order,
        person_id=order.person_id or person_id,
        cart_id=order.cart_id or cart_id,
        account=order.account or account,
        address_hash=order.address_hash or address_hash,
        account_row=order.account_row or (account_row if account_row != person_id else None),
    )


def erase(order: Order, now: datetime) -> Order:
    """Forget the order with its buyer. The row stays as a mark, so that a late word of it is not kept."""
    return Order(order.shop, order.order_ref, version=order.version, erased_at=order.erased_at or now)


def _together[T: (Payment, Refund, Parcel, Return)](
    one: Mapping[str, T], other: Mapping[str, T]
) -> dict[str, T]:
    parts = dict(one)
    for ref, part in other.items():
        parts = with_part(parts, ref, united(parts[ref], part) if ref in parts else part)
    return parts
