"""What is read for a decision. It stands apart from the rules, because whoever reads rows would load all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cartback.domain.messaging.ladder import ALL_OPEN, Ways

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.goods.catalogue import Product, Stock
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.cart import Cart
    from cartback.domain.trade.orders import Order


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a decision looks at, read at one moment. ``about`` is the subject's own row, of whatever kind it is;
    ``stock`` holds what is known of its variants, ``products`` of its products, and ``orders`` the orders of all names
    of the person, where the kind asks for them (``subject.Kind``).

    ``shop_block`` says why nobody of this shop is written to (``shop_left``), or not for marketing
    (``paused_deliverability``); ``behind_at`` is when its news was last found to be late (``domain.shop.grace``).
    ``account`` is the row of the account that the cart was told with, where the address that was told with it is not
    known to be its mailbox: both count the messages to whoever is behind them, and ``person`` already knows what the
    account does of messages and purchases. ``ways`` are the channels as whoever asks found them.
    """

    about: Any
    person: Person | None
    stock: dict[str, Stock] = field(default_factory=dict)
    shop_block: str | None = None
    behind_at: datetime | None = None
    account: Person | None = None
    own: Person | None = None
    products: dict[str, Product] = field(default_factory=dict)
    orders: tuple[Order, ...] = ()
    ways: Ways = ALL_OPEN

    @property
    def cart(self) -> Cart | None:
        """The subject's row, for the rules of carts."""
        row: Cart | None = self.about
        return row

    @property
    def row(self) -> Person | None:
        """The person's row as it lies in the table: what is written, without what the account lends it."""
        return self.own or self.person
