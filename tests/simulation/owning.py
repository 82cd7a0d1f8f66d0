"""Seasons of shoppers who buy a part of what lies in their cart by another way, and fill it on.

What a message names is read in the inbox. What its reader owned by then is kept here, apart from the house: since when
each thing lies in the cart, and what was bought when, as far as the house was told.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from cartback.domain.errors import Conflict, TryLater
from cartback.domain.messaging.timing import Caps
from cartback.domain.observations import CartSeen, ConsentSeen, Contact, OrderSeen
from cartback.domain.trade import sale
from cartback.domain.trade.items import Item
from cartback.usecases.batch import Message
from cartback.usecases.runs import Run
from tests.fakes.told import Told
from tests.fakes.world import START, World, a_policy

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHOPPERS, LASTS, STEP = 4, 12 * DAY, HOUR
THINGS = ("Lampe", "Kabel", "Schirm", "Fassung", "Dimmer")
REST = 6 * HOUR


@dataclass
class Shopper:
    """``cart`` holds since when each thing lies there and how many; ``bought`` the orders that the house knows of."""

    number: int
    account: str | None
    cart: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    bought: dict[str, tuple[datetime, tuple[str, ...]]] = field(default_factory=dict)

    def contact(self, guest: bool = False) -> Contact:
        """How the shop names them: as a guest by the address alone."""
        word = ConsentSeen("email", True, START - DAY, "double_opt_in", f"shop {self.number}", sticky=True)
        mail = {"email": f"s{self.number}@example.com", "consents": (word,)}
        if guest or self.account is None:
            return Contact(**mail)
        return Contact(customer_ref=self.account, account_email=mail["email"], **mail)


class Season:
    """``wrong`` collects what must never be, ``named`` how many things each message named."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.told = Told()
        self.world = World(adapter=self.told)
        self.goes_on = bool(seed % 2)
        self.world.settings.policies["demo"] = a_policy(
            rest_after_purchase=REST,
            caps=Caps(per_day=9, per_week=9, per_month=20, min_gap=timedelta()),
            options={"cart_recovery": {"go_on_with_the_rest": self.goes_on}},
        )
        self.numbers, self.wrong, self.named, self.heard = count(1), list[str](), list[int](), 0
        self.news: list[tuple[datetime, int, Any, Callable[[], None]]] = []
        self.wakes: dict[str, tuple[datetime, dict]] = {}
        self.shoppers = [Shopper(n, f"c{n}" if n % 2 else None) for n in range(SHOPPERS)]
        send = self.world.outbox.send

        def sending(message: Any) -> Any:
            self._judge(message)
            return send(message)

        self.world.outbox.send = sending
        for shopper in self.shoppers:
            self._life(shopper)
        self.news.sort(key=lambda each: each[:2])

    def _tell(
        self, at: datetime, seen: Any, after: Callable[[], None], late: timedelta = timedelta()
    ) -> None:
        self.news.append((at + late, next(self.numbers), seen, after))
        if self.draw.random() < 0.1:
            self.news.append((at + late + HOUR, next(self.numbers), seen, lambda: None))

    def _life(self, shopper: Shopper) -> None:
        at, lines = START + self.draw.random() * DAY, dict[str, int]()
        for thing in self.draw.sample(THINGS, 3):
            lines[thing] = self.draw.choice((1, 1, 2))
            if self.draw.random() < 0.5:
                self._fill(shopper, at, lines)
                at += self.draw.random() * HOUR
        self._fill(shopper, at, lines)
        for number in range(self.draw.choice((1, 2, 3))):
            at += self.draw.uniform(0.05, 40) * HOUR
            act = self.draw.choice((self._buys, self._buys, self._fills_on))
            act(shopper, at, lines, number)

    def _fill(self, shopper: Shopper, at: datetime, lines: dict[str, int]) -> None:
        items = tuple(_item(thing, pieces) for thing, pieces in lines.items())
        seen = CartSeen((f"cart:{shopper.number}",), at, "cart", items, None, contact=shopper.contact())
        kept = dict(lines)

        def filled() -> None:
            before = shopper.cart
            shopper.cart = {
                thing: (before[thing][0] if thing in before and before[thing][1] >= pieces else at, pieces)
                for thing, pieces in kept.items()
            }

        late = self.draw.random() * HOUR if self.draw.random() < 0.15 else timedelta()
        self.news.append((at, 0, None, filled))
        self._tell(at, seen, lambda: None, late)

    def _fills_on(self, shopper: Shopper, at: datetime, lines: dict[str, int], number: int) -> None:
        thing = self.draw.choice(THINGS)
        lines[thing] = lines.get(thing, 0) + 1
        self._fill(shopper, at, lines)

    def _buys(self, shopper: Shopper, at: datetime, lines: dict[str, int], number: int) -> None:
        things = tuple(self.draw.sample(sorted(lines), self.draw.choice((1, 1, 2, len(lines)))))
        ref = f"o{shopper.number}-{number}"
        bought = sale.Sale(items=tuple(_item(thing, 1) for thing in things))
        who = shopper.contact(guest=self.draw.random() < 0.5)
        seen = OrderSeen((), ref, at, at, contact=who, paid=True, sale=bought)
        self._tell(at, seen, lambda: shopper.bought.setdefault(ref, (at, things)) and None)
        if self.draw.random() < 0.15:
            off_at = at + self.draw.random() * 10 * HOUR
            off = OrderSeen((), ref, at, off_at, contact=who, cancelled_at=off_at)
            self._tell(off_at, off, lambda: shopper.bought.update({ref: (at, ())}))

    def _hear(self, seen: Any, after: Callable[[], None]) -> None:
        if seen is not None:
            name = f"n{next(self.numbers)}"
            delivery = self.told.delivery(name, seen, at=self.world.clock.now())
            self.world.apply_events([Message(name, "{}", delivery)])
        after()

    def play(self) -> Season:
        """Go through the season."""
        while self.world.clock.now() < START + LASTS:
            self.world.clock.at += STEP
            while self.news and self.news[0][0] <= self.world.clock.now():
                _, _, seen, after = self.news.pop(0)
                self._hear(seen, after)
            self._start()
            self._wake()
        return self

    def _start(self) -> None:
        fresh, self.heard = self.world.bus.facts[self.heard :], len(self.world.bus.facts)
        for fact in fresh:
            self.world.start_flows(fact.name, fact.shop, fact.data, fact.at)

    def _wake(self) -> None:
        now = self.world.clock.now()
        for name, about in self.world.runs.started.items():
            self.wakes.setdefault(name, (now + timedelta(seconds=about["wait_seconds"]), {}))
            at, known = self.wakes[name]
            if at > now:
                continue
            asked = {"run": {"name": name, "about": about}, "known": known}
            try:
                answer = self.world.touch.planned(Run.from_task(asked), known)
            except (TryLater, Conflict):
                continue
            after = timedelta(seconds=answer["wait_seconds"]) if answer["next"] == "wait" else LASTS
            self.wakes[name] = (now + after, json.loads(json.dumps(answer["known"])))

    def _judge(self, message: Any) -> None:
        now = self.world.clock.now()
        shopper = next(one for one in self.shoppers if message.address == f"s{one.number}@example.com")
        things = [thing for thing in THINGS if thing in message.html]
        self.named.append(len(things))
        for ref, (at, bought) in shopper.bought.items():
            mine = [thing for thing in things if thing in bought]
            owned = [thing for thing in mine if shopper.cart[thing][0] <= at]
            if owned:
                self.wrong.append(f"{message.touch} at {now} names {owned}, bought with {ref} at {at}")
        if not things:
            self.wrong.append(f"{message.touch} at {now} names nothing")


def _item(thing: str, pieces: int) -> Item:
    return Item(f"v-{thing}", thing, quantity=pieces)


def violations(seeds: range) -> list[str]:
    """What went wrong in these seasons, with the seed."""
    return [f"seed {seed}: {each}" for seed in seeds for each in dict.fromkeys(Season(seed).play().wrong)]
