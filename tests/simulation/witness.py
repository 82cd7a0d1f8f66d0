"""What the shops themselves know, kept apart from the house: who said and did what, and which of it reached us.

*Stored* means that the door reported the event as finished with. Only what is stored may be held against the house:
an order that has not reached us yet is not promised. Two references of a cart belong together as soon as one stored
event holds both. Names of people do not: whoever reads a mailbox is that mailbox's person and nobody else, an account
is the mailbox that the shop's own record of it names, and a name that was only told beside another makes a purchase
known and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from cartback.domain.errors import Refused
from cartback.domain.observations import (
    CartSeen,
    ConsentSeen,
    Contact,
    CustomerErased,
    CustomerSeen,
    Observation,
    OrderSeen,
    ShopLeft,
)
from tests.simulation.wishes import Wishes


@dataclass(slots=True)
class Said:
    """One event of a shop. ``label`` is what its items are called, so that a mail shows where its content is from.

    ``wire`` makes its bytes and headers for the instant of sending, where a shop speaks its platform's own words;
    what is not ``honest`` is no shop's word and may be refused for good.
    """

    number: int
    key: str
    shop: str
    at: datetime
    seen: tuple[Observation, ...] | Refused | None
    label: str | None = None
    accepted: bool = False
    verdict: str | None = None
    stored_at: datetime | None = None
    lost: bool = False
    wire: Callable[[datetime], tuple[bytes, dict[str, str]]] | None = None
    honest: bool = True


@dataclass(slots=True)
class Group:
    """All that is stored under one name of somebody, or of one cart under all its references."""

    names: set[str] = field(default_factory=set)
    met: bool = False
    words: list[tuple[datetime, ConsentSeen]] = field(default_factory=list)
    leaves: list[datetime] = field(default_factory=list)
    orders: list[datetime] = field(default_factory=list)
    erasures: list[datetime] = field(default_factory=list)
    forgotten: list[datetime] = field(default_factory=list)
    emptied: list[datetime] = field(default_factory=list)
    joined: bool = False
    reminding: str | None = None
    beside: set[str] = field(default_factory=set)
    wishes: Wishes = field(default_factory=Wishes)

    def take(self, other: Group) -> None:
        """Take over what is known of another cart that turned out to be the same."""
        self.names |= other.names
        # From now on it is one cart: whichever row reminds next is the one that may.
        self.joined, self.reminding = True, None
        for part in ("orders", "emptied"):
            getattr(self, part).extend(getattr(other, part))


class Groups:
    """Names that belong together."""

    def __init__(self) -> None:
        self._of: dict[str, Group] = {}

    def of(self, name: str) -> Group:
        """The group of a name; a new name is alone."""
        group = self._of.get(name)
        if group is None:
            group = self._of[name] = Group({name})
        return group

    def join(self, names: list[str]) -> Group | None:
        """Say that these names belong together. None for no names."""
        if not names:
            return None
        one = self.of(names[0])
        for name in names[1:]:
            other = self.of(name)
            if other is not one:
                one.take(other)
                self._of.update(dict.fromkeys(other.names, one))
        return one


class Witness:
    """Everything that is stored, by person and by cart."""

    def __init__(self) -> None:
        self.people = Groups()
        self.carts = Groups()
        self.by_label: dict[str, Said] = {}
        self.spoken: dict[tuple[str, str], list[tuple[datetime, ConsentSeen, str | None]]] = {}
        self.gone_shops: set[str] = set()
        self.hurt: set[tuple[str, str]] = set()
        self.erased_labels: set[str] = set()
        self.yeses: dict[tuple[str, str], list[datetime]] = {}
        self._told_with: dict[str, set[str]] = {}
        self._records: dict[str, set[str]] = {}
        self._latest: dict[str, tuple[datetime, str]] = {}

    def person(self, shop: str, email: str) -> Group:
        """What is stored about the owner of an address."""
        return self.people.of(f"{shop}/email:{email}")

    def bought_by(self, shop: str, email: str) -> list[datetime]:
        """The purchases known under the address, under its accounts, or under a name told beside one of these."""
        mailbox = self.person(shop, email)
        accounts = [name for name, (_, box) in self._latest.items() if box in mailbox.names]
        own = [mailbox, *map(self.people.of, accounts)]
        names = {name for group in own for name in (*group.names, *group.beside)}
        return [at for name in sorted(names) for at in self.people.of(name).orders]

    def may_reach(self, label: str) -> set[str]:
        """The names of the mailboxes to which a message about a cart may go: told with it, or its account's own."""
        told = {name for ref in self.cart(label).names for name in self._told_with.get(ref, ())}
        return told | {mailbox for name in told for mailbox in self._records.get(name, ())}

    def cart(self, label: str) -> Group:
        """What is stored of the cart that a label belongs to."""
        said = self.by_label[label]
        return self.carts.of(f"{said.shop}/{said.seen[0].refs[0]}")

    def says_yes(self, shop: str, email: str, at: datetime) -> None:
        """Somebody presses a button that says yes, on a page of ours. It may be worked on even if no answer comes."""
        self.yeses.setdefault((shop, email), []).append(at)

    def hear(self, said: Said) -> None:
        """Take note of what a shop says, whether it arrives or not: a consent has to have been given by somebody."""
        if said.label is not None:
            self.by_label[said.label] = said
        for seen in said.seen if isinstance(said.seen, tuple) else ():
            contact = getattr(seen, "contact", Contact())
            names = [f"{said.shop}/{alias}" for alias in contact.aliases()]
            if isinstance(seen, CartSeen):
                for ref in seen.refs:
                    self._told_with.setdefault(f"{said.shop}/{ref}", set()).update(names)
            if isinstance(seen, CustomerSeen) and len(names) > 1:
                self._records.setdefault(names[0], set()).update(names[1:])
            for word in contact.consents:
                told = (seen.at, word, contact.email)
                self.spoken.setdefault((said.shop, reference(word)), []).append(told)

    def store(self, said: Said, now: datetime) -> None:
        """Take note that an event is finished with: from now on the house has to know it."""
        if said.stored_at is not None or not (said.wire or isinstance(said.seen, tuple)):
            return
        said.stored_at = now
        if not isinstance(said.seen, tuple):
            return
        for seen in said.seen:
            if isinstance(seen, ShopLeft):
                self.gone_shops.add(said.shop)
            contact = getattr(seen, "contact", None)
            named = self._met(said.shop, seen, contact) if contact is not None else []
            if isinstance(seen, CartSeen | OrderSeen):
                cart = self.carts.join([f"{said.shop}/{ref}" for ref in seen.refs])
                self._happened(seen, named, cart)
            elif isinstance(seen, CustomerErased):
                for group in named:
                    group.erasures.append(seen.at)
                    group.forgotten.append(now)
                    group.wishes.forget()

    def _met(self, shop: str, seen: Observation, contact: Contact) -> list[Group]:
        """Take note of what is said under each name; of a stranger's record nothing else than words is kept."""
        names = [f"{shop}/{alias}" for alias in contact.aliases() if not alias.startswith("phone:")]
        groups = [self.people.of(name) for name in names]
        for group in groups:
            group.words.extend((seen.at, word) for word in contact.consents if word.channel == "email")
        agreed = any(word.granted for word in contact.consents)
        if isinstance(seen, CustomerSeen) and not agreed and not any(group.met for group in groups):
            return groups
        for name, group in zip(names, groups, strict=True):
            group.met = True
            group.beside.update(other for other in names if other != name)
        if isinstance(seen, CustomerSeen) and len(names) > 1:
            account, mailbox = names
            self._latest[account] = max(self._latest.get(account, (seen.at, mailbox)), (seen.at, mailbox))
        return groups

    def _happened(self, seen: CartSeen | OrderSeen, named: list[Group], cart: Group | None) -> None:
        bought_at = seen.placed_at if isinstance(seen, OrderSeen) else seen.completed_at
        if bought_at is not None:
            for group in (*named, *([cart] if cart is not None else [])):
                group.orders.append(bought_at)
        if isinstance(seen, CartSeen) and not seen.items:
            cart.emptied.append(seen.at)


def reference(word: ConsentSeen) -> str:
    """How a message quotes a word of consent."""
    return f"{word.channel}/{word.basis}/{word.source}/{word.at.isoformat()}"
