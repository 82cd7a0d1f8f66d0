"""A shopper: carts, addresses, consents, and a shop that tells the house about all of it.

What shoppers do, kind by kind, stands in ``kinds``; this is what they can do. Every shopper has randomness of his own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.money import Money
from cartback.domain.observations import (
    CartSeen,
    ConsentSeen,
    Contact,
    CustomerErased,
    CustomerSeen,
    Observation,
    OrderSeen,
    StockSeen,
)
from cartback.domain.trade.items import Item
from tests.simulation.provider import GOOD, Mail
from tests.simulation.schedule import stream
from tests.simulation.shops import GENERIC, NOWHERE, PLACES, SHOPIFY, SimShop

if TYPE_CHECKING:
    from tests.simulation.season import Season

LONG_AGO = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class NextMail:
    """What a shopper waits for: a mail, but not longer than this."""

    within: timedelta


type Doing = Generator[timedelta | NextMail, Mail | None]
"""A shopper's life: gives how long he waits and for what, gets the mail that came."""


@dataclass(slots=True)
class SimCart:
    """One cart as its shop knows it. ``refs`` are its names; ``content`` is (at, label) of every change."""

    name: str
    refs: tuple[str, ...]
    content: list[tuple[datetime, str | None]] = field(default_factory=list)
    bought: list[datetime] = field(default_factory=list)


class Shopper:
    """One shopper of one shop. ``number`` is unique over all shops, ``local`` only within one."""

    def __init__(self, season: Season, shop: SimShop, number: int, kind: str) -> None:
        self.season, self.shop, self.kind = season, shop, kind
        self.number, self.local = number, number // 3
        self.rng = stream(season.seed, "shopper", number)
        self.email = f"p{self.local}@example.com"
        self.customer_ref: str | None = f"c{self.local}"
        self.word: ConsentSeen | None = None
        self.ticks = False
        self.mailbox = GOOD
        self.place = stream(season.seed, "place", number).choice((*PLACES, *(NOWHERE,) * len(PLACES)))
        self.carts: list[SimCart] = []
        self.strike: Callable[[], None] | None = None
        self.erased = False
        self.signs_up = False
        self.expects: SimCart | None = None
        self._told = 0

    @property
    def who(self) -> str:
        """How the story calls him."""
        return f"shopper {self.number}"

    @property
    def now(self) -> datetime:
        return self.season.schedule.now

    def minutes(self, least: float, most: float) -> timedelta:
        """Some span."""
        return timedelta(seconds=self.rng.randint(round(least * 60), round(most * 60)))

    # consent ------------------------------------------------------------------------------------------------------

    def agree(self, at: datetime | None = None, basis: str = "double_opt_in") -> None:
        """Agree to mails, with a date in the shop's records."""
        source = f"customer {self.local}"
        self.word = ConsentSeen("email", True, at or self.season.start - LONG_AGO, basis, source, sticky=True)

    def refuse(self) -> None:
        """Withdraw it in the shop."""
        self.word = ConsentSeen("email", False, self.now, "explicit", f"customer {self.local}", sticky=True)

    def contact(self, cart: SimCart | None = None) -> Contact:
        """How the shop describes him right now."""
        words = [self.word] if self.word is not None else []
        if self.ticks and cart is not None and cart.content:
            ticked_at = cart.content[0][0]
            words.append(ConsentSeen("email", True, ticked_at, "explicit", f"checkout {cart.name}"))
        who = Contact(self.customer_ref, self.email, first_name="Ada", locale="de", consents=tuple(words))
        return replace(who, country=self.place[0], region=self.place[1])

    # carts --------------------------------------------------------------------------------------------------------

    def new_cart(self, *more_refs: str) -> SimCart:
        """Take a cart."""
        number = len(self.carts)
        name = f"{self.local}-{number}"
        cart = SimCart(name, (*more_refs, f"cart:{name}"))
        self.carts.append(cart)
        self.season.counts["carts"] += 1
        return cart

    def visit(self, cart: SimCart | None = None, *, known: bool = True, variants: int = 1) -> Doing:
        """Put things into a cart, in one or two steps; shops of the anonymous style then see a checkout."""
        cart = cart or self.new_cart()
        for _ in range(self.rng.choice((1, 1, 2))):
            anonymous = self.shop.style == SHOPIFY or not known
            self.fill(cart, Contact() if anonymous else None, variants=variants)
            yield self.minutes(0.5, 6)
        if self.shop.style == SHOPIFY and known:
            self.check_out(cart, variants=variants)
            yield self.minutes(0.2, 2)
        return cart

    def fill(
        self, cart: SimCart, contact: Contact | None = None, *, variants: int = 1, **how: object
    ) -> None:
        """Change the content of a cart."""
        self._content(cart, contact, "cart", variants, how)

    def check_out(
        self, cart: SimCart, contact: Contact | None = None, *, variants: int = 1, **how: object
    ) -> None:
        """Take a cart to the checkout, where an address is typed."""
        # What was bought is gone with its checkout: whoever comes back gets another one.
        ref = f"checkout:{cart.name}" + (f"-{len(cart.bought)}" if cart.bought else "")
        if ref not in cart.refs:
            cart.refs = (ref, *(old for old in cart.refs if not old.startswith("checkout:")))
        self._content(cart, contact, "checkout", variants, how)

    def _content(
        self, cart: SimCart, contact: Contact | None, source: str, variants: int, how: dict[str, object]
    ) -> None:
        label = f"{self.shop.name}/{cart.name}/{len(cart.content)}"
        items = tuple(Item(f"v{self.local}-{n}", label, quantity=1 + n) for n in range(variants))
        cart.content.append((self.now, label))
        refs = how.pop("refs", cart.refs)
        seen = CartSeen(
            refs=refs,
            at=self.now,
            source=source,
            items=items,
            total=Money(1000 * (1 + self.number % 7), "EUR"),
            stage=source,
            contact=self.contact(cart) if contact is None else contact,
            restore_url=f"https://{self.shop.name}.example/{source}/{cart.name}",
        )
        self.tell(f"{source} {cart.name} holds {label}", seen, label=label, **how)

    def empty(self, cart: SimCart, *, known: bool = True, **how: object) -> None:
        """Take everything out."""
        cart.content.append((self.now, None))
        contact = self.contact(cart) if known and self.shop.style != SHOPIFY else Contact()
        seen = CartSeen(cart.refs, self.now, "cart", (), contact=contact)
        self.tell(f"empties cart {cart.name}", seen, **how)

    def buy(self, cart: SimCart | None, contact: Contact | None = None, **how: object) -> None:
        """Place an order: of a cart, or by telephone, where no cart is known."""
        if cart is not None:
            cart.bought.append(self.now)
        order = OrderSeen(
            refs=how.pop("refs", cart.refs if cart is not None else ()),
            order_ref=f"o{self.local}-{self._told}",
            placed_at=self.now,
            at=self.now,
            contact=contact or self.contact(cart),
        )
        self.tell(f"buys {cart.name if cart is not None else 'by telephone'}", order, **how)
        if self.rng.random() < 0.5:
            self.tell("pays", replace(order, paid=True))

    # the rest -----------------------------------------------------------------------------------------------------

    def update_record(self, **how: object) -> None:
        """The shop tells his customer record."""
        self.tell("record changed", CustomerSeen(self.contact(), self.now), **how)

    def erase(self, **how: object) -> None:
        """Ask the shop to be forgotten."""
        self.erased = True
        who = Contact(self.customer_ref, self.email)
        self.tell("asks to be forgotten", CustomerErased(who, self.now), **how)

    def stock(self, variant: int, pieces: int, **how: object) -> None:
        """Pieces are sold out, or are back."""
        seen = StockSeen(self.now, pieces, f"v{self.local}-{variant}")
        self.tell(f"{pieces} pieces of variant {variant} are left", seen, **how)

    def click(self, mail: Mail) -> None:
        """Follow the link back to the cart."""
        self.season.pages.open("r", mail.token("r"))

    def leave(self, mail: Mail) -> None:
        """Click on the link to leave, and on the button; a second time if the page did not come."""
        self.season.pages.open("u", mail.token("u"))
        if self.season.pages.press("u", mail.token("u"))[0] == 200:
            self.season.note(self.who, "shopper", "leaves through the page")
            self.season.witness.person(self.shop.name, mail.message.address).leaves.append(self.now)

    def tell(self, what: str, *seen: Observation, label: str | None = None, **how: object) -> None:
        """Let the shop tell the house."""
        self._told += 1
        key = f"{self.number}-{self._told}"
        self.season.note(self.who, "shopper", f"{what} ({key})")
        rng = stream(self.season.seed, "network", key)
        self.season.network.say(
            rng, self.shop.name, self.now, seen, key=key, who=self.who, label=label, **how
        )

    @property
    def dated(self) -> bool:
        """Whether his shop dates consents."""
        return self.shop.style == GENERIC
