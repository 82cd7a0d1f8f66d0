"""A scene of the field: some people at one shop, and what they do. A scene's share is how many of the seeds play it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulation.faults import REORDER
from tests.simulation.field import own_words, shopify, woo
from tests.simulation.field.shops import GENERIC, SHOPIFY, WOO, FieldShop
from tests.simulation.field.slips import Slip, Wire
from tests.simulation.field.truth import CART, COPY, Account, Human, Purchase, Thing, Truth
from tests.simulation.schedule import seconds, stream
from tests.simulation.shopper import Doing

if TYPE_CHECKING:
    from tests.simulation.provider import Mail
    from tests.simulation.season import Season
    from tests.simulation.witness import Said

LONG_AGO = timedelta(days=90)
EVERYWHERE = (WOO, SHOPIFY, GENERIC)
TONGUES = {"woocommerce": woo, "shopify": shopify, "generic": own_words}

type Plays = Callable[[Scene], Doing]

SCENES: dict[str, tuple[float, tuple[str, ...], Plays]] = {}


def scene(share: float, *shops: str) -> Callable[[Plays], Plays]:
    """Enter a scene under its function's name, with its share of the seeds and the shops where it may happen."""

    def keep(plays: Plays) -> Plays:
        SCENES[plays.__name__] = (share, shops or EVERYWHERE, plays)
        return plays

    return keep


class Scene:
    """One playing of a scene: its people, and what their shop tells of them. ``follow`` follows a mail's link back."""

    def __init__(
        self,
        season: Season,
        truth: Truth,
        shops: dict[str, FieldShop],
        name: str,
        follow: Callable[[Mail], None],
    ) -> None:
        self.season, self.truth, self.shops, self.name, self.follow = season, truth, shops, name, follow
        self.rng = stream(season.seed, "scene", name)
        self.shop = shops[self.rng.choice(SCENES[name][1])]
        self.tongue = TONGUES[self.shop.platform]
        self.base = 1000 * (1 + sorted(SCENES).index(name))
        self._told = self._numbers = 0
        self._slips: dict[str, Slip] = {}
        self._orders: dict[int, Slip] = {}

    @property
    def who(self) -> str:
        """How the story calls it."""
        return f"scene {self.name}"

    @property
    def now(self) -> datetime:
        """The shop's clock, which tells whole seconds."""
        return self.season.schedule.now.replace(microsecond=0)

    def minutes(self, least: float, most: float) -> timedelta:
        """Some span."""
        return timedelta(seconds=self.rng.randint(round(least * 60), round(most * 60)))

    def number(self) -> int:
        """A number that nobody else has."""
        self._numbers += 1
        return self.base + self._numbers

    def phone(self) -> str:
        """A telephone number that nobody else has."""
        return f"+49 151 {self.number():08d}"

    def leave(self, human: Human, mail: Mail) -> bool:
        """Leave by the link in a mail. Gives whether the page said so."""
        status, _ = self.season.pages.press("u", mail.token("u"))
        if status == 200:
            human.left[mail.message.address] = self.season.schedule.now
        return status == 200

    # people -------------------------------------------------------------------------------------------------------

    def human(self, name: str, *, agrees: bool = True) -> tuple[Human, str]:
        """Somebody with a mailbox; gives also its address."""
        human = Human(self.shop.name, self.name)
        return human, self.mailbox(human, name, agrees=agrees)

    def mailbox(self, human: Human, name: str, *, agrees: bool = True) -> str:
        """One more mailbox of somebody."""
        address = f"{name}-{self.base}@example.com"
        self.truth.mailboxes[(self.shop.name, address)] = human
        if agrees:
            human.agreed[address] = self.season.start - LONG_AGO
        return address

    def account(self, human: Human, address: str, phone: str | None = None) -> Account:
        """An account with this address, of which the shop tells."""
        account = Account(str(self.number()))
        self.record(account, human, address, phone)
        return account

    def record(self, account: Account, human: Human, address: str, phone: str | None = None) -> None:
        """The shop tells an account's own record."""
        slip = replace(self._slip(human, address, account, phone), record=address)
        account.records.append((address, self._tell("record", self.tongue.record(self.shop, slip))))

    # carts and orders ---------------------------------------------------------------------------------------------

    def cart(
        self,
        owner: Human,
        address: str | None,
        account: Account | None = None,
        phone: str | None = None,
        *,
        goods: tuple[str, ...] = ("thing",),
        visit: str | None = None,
        same_as: Thing | None = None,
        kind: str = CART,
        via: str = "checkout",
        method: str = "stripe",
        host: str | None = None,
        late: timedelta | None = None,
    ) -> Thing:
        """Take things to the checkout; ``same_as`` says that the shop sees the same checkout as before."""
        slip = replace(self._slip(owner, address, account, phone), goods=self._own(goods), via=via, host=host)
        slip = replace(slip, method=method)
        label = f"{self.name} {slip.number}"
        slip = replace(slip, label=label, path=f"{self.shop.prefix}/checkout/{label.replace(' ', '-')}")
        refs = frozenset({f"ref:{self.shop.name}/{slip.number}"})
        if same_as is not None:
            before, refs = self._slips[same_as.label], same_as.refs
            slip = replace(slip, number=before.number, made_at=before.made_at)
        self._slips[label] = slip
        visit = f"{self.name}/{visit or label}"
        thing = Thing(label, self.shop.name, self.name, owner, self.now, refs, slip.path or "", visit, kind)
        thing.told_with.update(filter(None, [address]))
        thing.numbers.update(filter(None, [phone]))
        thing.account = account
        self.truth.add(thing)
        self.season.counts["carts"] += 1
        wire = self.tongue.checkout(self.shop, slip, update=same_as is not None)
        thing.news.append(self._tell(f"cart {label}", wire, honest=kind != COPY, late=late))
        return thing

    def again(self, thing: Thing, **changes: Any) -> None:
        """The shop tells a cart once more, with a new date."""
        event = self._event()
        slip = self._slips[thing.label] = replace(
            self._slips[thing.label], at=self.now, event=event, **changes
        )
        self._tell(f"cart {thing.label} again", self.tongue.checkout(self.shop, slip, update=True))

    def buy(
        self,
        owner: Human,
        address: str | None,
        account: Account | None = None,
        phone: str | None = None,
        *,
        of: Thing | None = None,
        goods: tuple[str, ...] = ("thing",),
        paid: bool = True,
        via: str = "checkout",
        counts: bool = True,
        host: str | None = None,
    ) -> Purchase:
        """Make an order, of a cart or past all carts; ``counts`` says that a person decided to buy."""
        slip = replace(self._slip(owner, address, account, phone), goods=self._own(goods), via=via, host=host)
        refs = frozenset({f"ref:{self.shop.name}/{slip.number}"})
        if of is not None:
            known, refs = self._slips[of.label], of.refs
            slip = replace(slip, checkout=known.number, goods=known.goods)
            if self.shop.platform == "woocommerce":  # there, cart and order are one document
                slip = replace(slip, number=known.number, made_at=known.made_at)
        slip = replace(slip, label=f"{self.name} order", paid_at=self.now if paid else None)
        purchase = Purchase(owner, self.shop.name, refs, account=account)
        purchase.told_with.update(filter(None, [address]))
        purchase.numbers.update(filter(None, [phone]))
        self._orders[id(purchase)] = slip
        wire = self.tongue.order(self.shop, slip, update=False)
        said = self._tell(f"order {slip.number}", wire, honest=host is None)
        if counts:
            purchase.dates.extend((at, said) for at in sorted({slip.made_at, self.now}))
            self.truth.purchases.append(purchase)
        return purchase

    def pay(self, purchase: Purchase) -> None:
        """Pay an order that was made before."""
        slip = replace(
            self._orders[id(purchase)], at=self.now, event=self._event(), paid_at=self.now, via="checkout"
        )
        said = self._tell(f"order {slip.number} paid", self.tongue.order(self.shop, slip, update=True))
        purchase.dates.append((self.now, said))

    # on the wire --------------------------------------------------------------------------------------------------

    def captured(self, said: Said) -> bytes:
        """The body of something that a shop told, as whoever reads its logs has it."""
        assert said.wire is not None
        return said.wire(self.now)[0]

    def replay(self, raw: bytes, topic: str, shop: FieldShop | None = None) -> None:
        """Somebody who is not the shop sends a body again under another topic, or to another shop's door."""
        at = shop or self.shop
        wire = self.tongue.again(at, raw, topic, self._event(), self.now)
        self._tell(f"sent again as {topic} to {at.name}", wire, honest=False, shop=at.name)

    def _own(self, goods: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"{good}-{self.base}" for good in goods)

    def _slip(self, human: Human, address: str | None, account: Account | None, phone: str | None) -> Slip:
        return Slip(
            number=self.number(),
            made_at=self.now,
            at=self.now,
            event=self._event(),
            address=address,
            phone=phone,
            account=account.ref if account is not None else None,
            record=account.records[-1][0] if account is not None and account.records else None,
            agreed_at=human.agreed[address] if address and human.agrees(address) else None,
        )

    def _event(self) -> str:
        """The name of what is told next."""
        return f"{self.base}-{self._told}"

    def _tell(
        self,
        what: str,
        wire: Wire,
        *,
        honest: bool = True,
        shop: str | None = None,
        late: timedelta | None = None,
    ) -> Said:
        season = self.season
        self._told += 1
        key = f"{self.name}-{self._told}"
        season.note(self.who, "field", f"{what} ({key})")
        rng = stream(season.seed, "network", "field", key)
        held_up = REORDER in season.kinds and rng.random() < 0.08
        delay = late or seconds(rng, 0.1, 3 * 3600 if held_up else 3)
        where, about = shop or self.shop.name, {"key": key, "who": self.who, "honest": honest}
        return season.network.say(rng, where, self.now, None, late=delay, wire=wire, **about)
