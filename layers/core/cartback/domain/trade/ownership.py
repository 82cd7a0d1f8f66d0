"""What somebody bought, owns and sent back, from their orders [SEG-23].

Orders are found by the names that they were told with (``Order.names``), and a name always leads to one person: so
they follow an account that gets another mailbox and people who turn out to be one, and no row is rewritten for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from cartback.domain.money import Money
from cartback.domain.trade.orders import Order

if TYPE_CHECKING:
    from cartback.domain.people.customer import Person


@dataclass(frozen=True, slots=True)
class Owned:
    """A variant that somebody bought. ``kept`` is how many of it came and did not go back, as far as anybody said."""

    variant_id: str
    product_id: str | None
    bought: Decimal
    returned: Decimal
    first_at: datetime
    last_at: datetime

    @property
    def kept(self) -> Decimal:
        """Pieces that are still there: never below nothing, though more may be told to have come back."""
        return max(self.bought - self.returned, Decimal())


@dataclass(frozen=True, slots=True)
class History:
    """Somebody's orders at a glance: those that count. ``spent`` is by currency, less what went back."""

    orders: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    spent: dict[str, Money] = field(default_factory=dict)
    owned: dict[str, Owned] = field(default_factory=dict)

    def average(self, currency: str) -> Money | None:
        """What an order came to on average, to the next minor unit; None where nothing was told in that currency."""
        total = self.spent.get(currency)
        if total is None or not self.orders:
            return None
        return Money(int((Decimal(total.amount) / self.orders).to_integral_value()), currency)

    def owns(self, variant_id: str) -> bool:
        """Whether a piece of a variant was bought and is kept."""
        known = self.owned.get(variant_id)
        return known is not None and known.kept > 0

    def owns_product(self, product_id: str) -> bool:
        """Whether a piece of any variant of a product was bought and is kept."""
        return any(each.product_id == product_id and each.kept > 0 for each in self.owned.values())


def names_of(person: Person) -> tuple[str, ...]:
    """The names by which a person's orders are found."""
    return tuple(dict.fromkeys([*person.aliases, *person.accounts]))


def belongs(order: Order, person: Person) -> bool:
    """Whether a message about the order may go to this person's address.

    As for carts (``identity.belongs``): it was told with that address, or by an account whose mailbox it is. Who
    reads a mailbox after an account left it is unknown, so nothing is said there of what was bought before.
    """
    if order.account is not None and order.account in person.accounts:
        return True
    if person.moved_at is not None and order.placed_at is not None and order.placed_at <= person.moved_at:
        return False
    if order.address_hash is not None:
        return order.address_hash == person.email_hash
    return order.account is not None and order.account in person.aliases


def history(orders: Iterable[Order]) -> History:
    """What the orders that count come to, in whatever order they are given."""
    seen = History()
    counted = [(each.placed_at, each) for each in orders if each.counts and each.placed_at is not None]
    for placed_at, order in sorted(counted, key=lambda one: (one[0], one[1].order_ref)):
        seen = _with(seen, order, placed_at)
    return seen


def _with(seen: History, order: Order, placed_at: datetime) -> History:
    spent = dict(seen.spent)
    if order.total is not None:
        back = order.paid_back
        less = back.amount if back is not None and back.currency == order.total.currency else 0
        known = spent.get(order.total.currency) or Money(0, order.total.currency)
        spent[order.total.currency] = known.plus(Money(order.total.amount - less, order.total.currency))
    return replace(
        seen,
        orders=seen.orders + 1,
        first_at=seen.first_at or placed_at,
        last_at=placed_at,
        spent=spent,
        owned=_bought(seen.owned, order, placed_at),
    )


def _bought(owned: dict[str, Owned], order: Order, placed_at: datetime) -> dict[str, Owned]:
    after = dict(owned)
    back: dict[str, Decimal] = {}
    for each in order.returns.values():
        for piece in each.pieces if each.counts else ():
            back[piece.variant_id] = back.get(piece.variant_id, Decimal()) + Decimal(piece.quantity)
    for item in order.items:
        known = after.get(item.variant_id)
        after[item.variant_id] = Owned(
            item.variant_id,
            item.product_id or (known.product_id if known is not None else None),
            (known.bought if known is not None else Decimal()) + Decimal(item.quantity),
            (known.returned if known is not None else Decimal()) + back.pop(item.variant_id, Decimal()),
            known.first_at if known is not None else placed_at,
            placed_at,
        )
    return after
