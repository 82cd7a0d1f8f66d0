"""The field's own truth: who reads which mailbox, who filled which cart, who bought what and when.

Nothing here follows from what was stored. A name that two people share joins nobody; what was *told* with a cart is
kept beside whose it *is*, so that the two can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.witness import Said

CART, NO_CART, COPY = "cart", "no cart", "copy"
"""What a shop tells of: a cart that somebody took, an order that is none, something on a copy of the shop."""


@dataclass(eq=False, slots=True)
class Human:
    """Somebody of one shop. ``agreed`` and ``left`` are instants by address: agreements are each mailbox's own."""

    shop: str
    scene: str
    agreed: dict[str, datetime] = field(default_factory=dict)
    left: dict[str, datetime] = field(default_factory=dict)

    def agrees(self, address: str) -> bool:
        """Whether this human's last word for the mailbox is yes."""
        since = self.agreed.get(address)
        return since is not None and (address not in self.left or self.left[address] < since)


@dataclass(eq=False, slots=True)
class Account:
    """A customer id. ``records`` are the addresses that the platform's own record of it had, and who told of them."""

    ref: str
    records: list[tuple[str, Said]] = field(default_factory=list)

    @property
    def addresses(self) -> set[str]:
        """Every address that the platform's record ever had."""
        return {address for address, _ in self.records}

    @property
    def heard_of(self) -> set[str]:
        """The addresses of records that were stored."""
        return {address for address, said in self.records if said.stored_at is not None}


@dataclass(eq=False, slots=True)
class Thing:
    """What a mail could be about. ``label`` is what its lines are called, ``link`` where its shop leads back to it.

    ``told_with`` are the addresses that were told with it, by whomever they were typed. ``silence`` says why nobody
    need be written to although it is ``promised``.
    """

    label: str
    shop: str
    scene: str
    owner: Human
    began: datetime
    refs: frozenset[str]
    link: str
    visit: str
    kind: str = CART
    told_with: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    account: Account | None = None
    news: list[Said] = field(default_factory=list)
    promised: bool = False
    silence: str | None = None

    @property
    def may_reach(self) -> set[str]:
        """Where a message about it may go: to an address told with it, or to its account's own."""
        return self.told_with | (self.account.addresses if self.account else set())

    @property
    def names(self) -> set[str]:
        """The names under which it can be known by what was stored: a number is none."""
        own = self.told_with | (self.account.heard_of if self.account else set())
        refs = {f"customer:{self.account.ref}"} if self.account else set()
        return {f"email:{address}" for address in own} | refs | set(self.refs)

    @property
    def stored_at(self) -> datetime | None:
        """When the house first knew of it."""
        return min((said.stored_at for said in self.news if said.stored_at is not None), default=None)


@dataclass(eq=False, slots=True)
class Purchase:
    """An order that somebody made. ``dates`` are its making and its paying, each with the event that told of it."""

    owner: Human
    shop: str
    refs: frozenset[str] = frozenset()
    told_with: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    account: Account | None = None
    dates: list[tuple[datetime, Said]] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The names under which it can be known."""
        own = self.told_with | (self.account.heard_of if self.account else set())
        refs = {f"customer:{self.account.ref}"} if self.account else set()
        return {f"email:{address}" for address in own} | refs | set(self.refs)

    def since(self, began: datetime) -> Iterator[tuple[datetime, Said]]:
        """Its dates at or after the beginning of a cart."""
        return ((at, said) for at, said in self.dates if at >= began)


class Truth:
    """Everything that is true in the field of one season."""

    def __init__(self) -> None:
        self.mailboxes: dict[tuple[str, str], Human] = {}
        self.things: dict[str, Thing] = {}
        self.purchases: list[Purchase] = []
        self.boxes: dict[tuple[str, str], str] = {}
        self.links: dict[str, Thing] = {}

    def add(self, thing: Thing) -> Thing:
        """A thing that its shop tells of. Under one link, whoever was there last is shown."""
        self.things[thing.label] = self.links[thing.link] = thing
        return thing

    def reader(self, shop: str, address: str) -> Human | None:
        """Who reads a mailbox."""
        return self.mailboxes.get((shop, address))

    def bought(self, thing: Thing) -> Iterator[tuple[Purchase, datetime, Said]]:
        """The purchases of whoever filled a cart, made or paid since its beginning, that share a name with it."""
        for purchase in self.purchases:
            if purchase.owner is thing.owner and purchase.shop == thing.shop and purchase.names & thing.names:
                for at, said in purchase.since(thing.began):
                    yield purchase, at, said

    def hinted(self, thing: Thing) -> bool:
        """Whether somebody bought who shares a number or an address with a cart: that may end its reminding."""
        return any(
            purchase.shop == thing.shop
            and any(purchase.since(thing.began))
            and (purchase.numbers & thing.numbers or purchase.names & thing.names)
            for purchase in self.purchases
        )
