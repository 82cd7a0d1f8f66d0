"""Buyers of a season of purchases: what each does, as words that the shop tells of it, and what is true then.

A word is what an adapter would observe, and when; the season delivers it late, twice and out of order.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cartback.domain.money import Money
from cartback.domain.observations import (
    ConsentSeen,
    Contact,
    CustomerErased,
    CustomerSeen,
    Observation,
    OrderSeen,
    ParcelSeen,
    RefundSeen,
    ReturnSeen,
)
from cartback.domain.trade import sale
from cartback.domain.trade.items import Item
from cartback.domain.trade.sale import Sale
from tests.fakes.world import START

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LAMP = Item("v1", "Lamp", 1, product_id="p1", unit_price=Money(5000, "EUR"))


@dataclass
class Buyer:
    """One person with one or two orders. ``words`` are (when, what). ``boxes`` are their mailboxes, the newest last;
    ``typed`` is an address that they typed at the checkout, whoever reads it."""

    name: str
    draw: random.Random
    words: list[tuple[datetime, Observation]] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    boxes: tuple[str, ...] = ()
    typed: str = ""
    consents: bool = True
    agreed_at: datetime = START - 90 * DAY

    def contact(self, **changes) -> Contact:
        """The buyer as the shop's record tells of them, with a consent that was proven."""
        email = f"{self.name}@example.com"
        basis = ConsentSeen(
            "email", True, self.agreed_at, "double_opt_in", f"record {self.name}", sticky=True
        )
        given = {"customer_ref": self.name, "email": email, "first_name": self.name.title(), "locale": "de"}
        given |= {"account_email": email, "consents": (basis,) if self.consents else (), **changes}
        return Contact(**given)

    def say(self, at: datetime, *seen: Observation) -> None:
        self.words.extend((at, each) for each in seen)

    def buy(self, at: datetime, number: int = 1, **said) -> str:
        """An order that was made and paid at once. Gives its name."""
        ref = f"{self.name}-{number}"
        self.orders.append(ref)
        contact, shown = said.pop("contact", self.contact()), said.pop("sale", Sale(items=(LAMP,)))
        self.boxes = self.boxes or (str(contact.email),)
        order = OrderSeen((), ref, at, at, Money(5000, "EUR"), contact, paid=True, paid_at=at, sale=shown)
        self.say(at, replace(order, **said))
        return ref

    def ship(
        self, ref: str, at: datetime, delivered_at: datetime | None = None, state: str = sale.DELIVERED
    ) -> None:
        """Its parcel leaves, and perhaps arrives."""
        self.say(at, ParcelSeen(ref, "x", at, sale.SHIPPED, shipped_at=at))
        self.say(at, replace(self._of(ref), at=at + HOUR / 60, sale=Sale(items=(LAMP,), shipped=True)))
        if delivered_at is not None:
            self.say(delivered_at, ParcelSeen(ref, "x", delivered_at, state))

    def _of(self, ref: str) -> OrderSeen:
        found = next(seen for _, seen in self.words if isinstance(seen, OrderSeen) and seen.order_ref == ref)
        return replace(found, contact=Contact())


def _arrives(buyer: Buyer, at: datetime, **said) -> tuple[str, datetime]:
    ref = buyer.buy(at, **said)
    left = at + buyer.draw.uniform(0.5, 3) * DAY
    there = left + buyer.draw.uniform(1, 4) * DAY
    buyer.ship(ref, left, there)
    return ref, there


def keeps(buyer: Buyer, at: datetime) -> None:
    """Keeps what came."""
    _arrives(buyer, at)


def hears_of_no_delivery(buyer: Buyer, at: datetime) -> None:
    """Whose shop tells only that it was sent."""
    buyer.ship(buyer.buy(at), at + buyer.draw.uniform(0.5, 4) * DAY)


def waits_longer(buyer: Buyer, at: datetime) -> None:
    """Whose parcel is late, and nobody says when it arrived."""
    ref, left = buyer.buy(at), at + DAY
    buyer.ship(ref, left)
    late, eta = left + DAY, left + buyer.draw.uniform(5, 9) * DAY
    buyer.say(late, ParcelSeen(ref, "x", late, sale.DELAYED, eta=eta))


def hears_nothing(buyer: Buyer, at: datetime) -> None:
    """Whose shop tells of no parcels at all."""
    buyer.buy(at)


def sends_back(buyer: Buyer, at: datetime) -> None:
    """Sends something back, at any time after it came, often just before a message is due."""
    ref, there = _arrives(buyer, at)
    just_before = there + buyer.draw.choice((2, 10)) * DAY - buyer.draw.random() * HOUR
    back = buyer.draw.choice((there + buyer.draw.uniform(0, 12) * DAY, just_before))
    buyer.say(back, ReturnSeen(ref, "r", back, sale.REQUESTED))


def gets_money_back(buyer: Buyer, at: datetime) -> None:
    """Gets some or all of the money back."""
    ref, there = _arrives(buyer, at)
    back = there + buyer.draw.uniform(-4, 12) * DAY
    buyer.say(back, RefundSeen(ref, f"{ref}-f", back, Money(buyer.draw.choice((900, 5000)), "EUR")))


def calls_off(buyer: Buyer, at: datetime) -> None:
    """Calls the order off before or after it left."""
    ref, _ = _arrives(buyer, at)
    off = at + buyer.draw.uniform(0.1, 8) * DAY
    buyer.say(off, replace(buyer._of(ref), at=off, cancelled_at=off))


def tests(buyer: Buyer, at: datetime) -> None:
    """Is the shop's own team, trying out the checkout."""
    _arrives(buyer, at, test=True)


def is_served_by_staff(buyer: Buyer, at: datetime) -> None:
    """Ordered by telephone: staff entered it."""
    _arrives(buyer, at, staff=True)


def subscribes(buyer: Buyer, at: datetime) -> None:
    """Gets a renewal that paid itself."""
    _arrives(buyer, at, renewal=True)


def is_not_found(buyer: Buyer, at: datetime) -> None:
    """Lives where the carrier finds nobody."""
    ref, left = buyer.buy(at), at + DAY
    buyer.ship(ref, left, left + 2 * DAY, sale.UNDELIVERABLE)


def leaves(buyer: Buyer, at: datetime) -> None:
    """Unsubscribes at some time."""
    _arrives(buyer, at)
    no = at + buyer.draw.uniform(0.1, 14) * DAY
    word = ConsentSeen("email", False, no, "explicit", f"record {buyer.name}", sticky=True)
    buyer.say(no, CustomerSeen(buyer.contact(consents=(word,)), no))


def never_agreed(buyer: Buyer, at: datetime) -> None:
    """Never said yes."""
    buyer.consents = False
    _arrives(buyer, at)


def wants_to_be_forgotten(buyer: Buyer, at: datetime) -> None:
    """Asks to be forgotten."""
    _arrives(buyer, at)
    gone = at + buyer.draw.uniform(1, 12) * DAY
    buyer.say(gone, CustomerErased(Contact(email=f"{buyer.name}@example.com"), gone))


def moves(buyer: Buyer, at: datetime) -> None:
    """Gives the account another mailbox: of the old one nobody knows who reads it."""
    _arrives(buyer, at)
    moved, new = at + buyer.draw.uniform(1, 12) * DAY, f"{buyer.name}.new@example.com"
    buyer.boxes = (*buyer.boxes, new)
    buyer.say(moved, CustomerSeen(buyer.contact(email=new, account_email=new), moved))


def moves_after_ordering_as_a_guest(buyer: Buyer, at: datetime) -> None:
    """Ordered by the address alone, which the account had then and has no more."""
    buyer.say(at - HOUR, CustomerSeen(buyer.contact(), at - HOUR))
    _arrives(buyer, at, contact=buyer.contact(customer_ref=None, account_email=None))
    moved, new = at + buyer.draw.uniform(1, 12) * DAY, f"{buyer.name}.new@example.com"
    buyer.boxes = (*buyer.boxes, new)
    buyer.say(moved, CustomerSeen(buyer.contact(email=new, account_email=new), moved))


def orders_for_the_family(buyer: Buyer, at: datetime) -> None:
    """Types somebody else's address at the checkout, who never agreed; the account's own mailbox did."""
    buyer.say(at - HOUR, CustomerSeen(buyer.contact(), at - HOUR))
    buyer.boxes = (f"{buyer.name}@example.com",)
    buyer.typed = f"{buyer.name}.family@example.com"
    _arrives(buyer, at, contact=buyer.contact(email=buyer.typed, consents=()))


def buys_again(buyer: Buyer, at: datetime) -> None:
    """Buys something else soon after."""
    _arrives(buyer, at)
    again = buyer.buy(at + buyer.draw.uniform(2, 9) * DAY, number=2)
    buyer.ship(again, at + 10 * DAY, at + 12 * DAY)


KINDS: tuple[Callable[[Buyer, datetime], None], ...] = (
    keeps,
    keeps,
    hears_of_no_delivery,
    waits_longer,
    hears_nothing,
    sends_back,
    gets_money_back,
    calls_off,
    tests,
    is_served_by_staff,
    subscribes,
    is_not_found,
    leaves,
    never_agreed,
    wants_to_be_forgotten,
    moves,
    moves_after_ordering_as_a_guest,
    orders_for_the_family,
    buys_again,
)
