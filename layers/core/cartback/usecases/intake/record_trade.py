"""Keep what is told of orders in their own rows, after everything that a purchase must not wait for is stored.

An order's row is saved apart from carts and people, and after them: if it cannot be, the same events come back, and the
purchase has ended what it ends. Folded again, they change nothing that they changed before, and tell the same facts.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from cartback.domain.errors import Conflict
from cartback.domain.observations import OrderSeen, ParcelSeen, PaymentFailed, RefundSeen, ReturnSeen
from cartback.domain.trade import orders
from cartback.domain.trade.order_facts import told_by
from cartback.domain.trade.orders import Order

if TYPE_CHECKING:
    from cartback.domain.facts import Fact
    from cartback.domain.observations import Observation
    from cartback.ports import Clock
    from cartback.ports import Orders as OrderRows

MOST_TRIES = 8
TOO_OLD = timedelta(days=730)
"""An order that was made longer ago is not taken in: its row would be over (``store.tables.ORDERS_KEPT``)."""

Word = OrderSeen | ParcelSeen | ReturnSeen | RefundSeen | PaymentFailed


class Buyer(NamedTuple):
    """Whose an order is, as the rows of carts and people know it: ids, and the hashes of the names it was told with."""

    person_id: str
    cart_id: str | None = None
    account: str | None = None
    address_hash: str | None = None
    account_row: str | None = None


@dataclass(frozen=True, slots=True)
class RecordTrade:
    """Fold what is told of orders into their rows and give the facts; raises Conflict if rows keep changing.

    ``buyers`` are by order, as far as they are known and not forgotten. Of ``old_news`` nothing is told.
    """

    rows: OrderRows
    clock: Clock

    def __call__(
        self,
        shop: str,
        observed: Sequence[tuple[str, Observation]],
        buyers: Mapping[str, Buyer],
        old_news: Container[str] = (),
    ) -> list[Fact]:
        now = self.clock.now()
        words = [
            (cause, seen)
            for cause, seen in observed
            if isinstance(seen, OrderSeen | ParcelSeen | ReturnSeen | RefundSeen | PaymentFailed)
            and order_of(seen)
            and not (isinstance(seen, OrderSeen) and seen.placed_at < now - TOO_OLD)
        ]
        if not words:
            return []
        for _ in range(MOST_TRIES):
            before = self._read(shop, [seen for _, seen in words])
            book = _Book(shop, dict(before), buyers, old_news)
            for cause, seen in words:
                book.fold(seen, cause)
            try:
                self.rows.save(shop, before, book.page)
            except Conflict:
                continue
            return book.facts
        raise Conflict("the same orders keep changing")

    def _read(self, shop: str, words: Sequence[Word]) -> dict[str, Order | None]:
        wanted = {name for seen in words for name in _names(seen)}
        page: dict[str, Order | None] = {}
        while wanted:
            page |= self.rows.read(shop, sorted(wanted))
            leading = {row.joined for row in page.values() if row is not None and row.joined}
            wanted = leading - page.keys()
        return page


def order_of(seen: Observation) -> str | None:
    """The name of the order that a word is about, perhaps its payment's; None for what is about none."""
    if isinstance(seen, RefundSeen):
        return seen.payment_ref
    if isinstance(seen, PaymentFailed):
        return seen.order_ref or seen.payment_ref
    return seen.order_ref if isinstance(seen, OrderSeen | ParcelSeen | ReturnSeen) else None


def _names(seen: Word) -> tuple[str, ...]:
    paid_as = seen.sale.payment_refs if isinstance(seen, OrderSeen) and seen.sale is not None else ()
    return tuple(filter(None, (order_of(seen), *paid_as)))


def _folded(order: Order, seen: Word) -> Order:
    match seen:
        case OrderSeen():
            return orders.ordered(order, seen)
        case ParcelSeen():
            return orders.packed(order, seen)
        case ReturnSeen():
            return orders.sent_back(order, seen)
        case RefundSeen():
            return orders.paid_back(order, seen)
        case PaymentFailed():
            return orders.attempted(order, seen)


@dataclass(slots=True)
class _Book:
    """One pass over a page of orders, which is changed in place."""

    shop: str
    page: dict[str, Order | None]
    buyers: Mapping[str, Buyer]
    old_news: Container[str]
    facts: list[Fact] = field(default_factory=list)

    def fold(self, seen: Word, cause: str) -> None:
        """Fold in one word. Of an order that is forgotten nothing is kept."""
        named = order_of(seen) or ""
        order = self._row(named)
        if order.erased_at is not None:
            return
        order = _folded(order, seen)
        for name in _names(seen)[1:]:
            order = self._joined(order, name)
        buyer = self.buyers.get(named)
        if buyer is not None:
            order = orders.of_buyer(order, *buyer)
        order, facts = told_by(order, cause, seen.at)
        self.page[order.order_ref] = order
        if cause not in self.old_news:
            self.facts.extend(facts)

    def _row(self, name: str) -> Order:
        order = self.page.get(name)
        while order is not None and order.joined:
            name, order = order.joined, self.page.get(order.joined)
        return order or Order(self.shop, name)

    def _joined(self, order: Order, name: str) -> Order:
        """What was told under a payment's name is this order's. Another order is never taken for it."""
        other = self.page.get(name) or Order(self.shop, name)
        if (
            name == order.order_ref
            or other.joined
            or other.placed_at is not None
            or other.erased_at is not None
        ):
            return order
        order, self.page[name] = orders.absorb(order, other)
        return order
