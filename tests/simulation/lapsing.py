"""Seasons of buyers who stay away, come back, complain, turn out to be one, move and leave, under faults of ours.

The real use cases and the real machine, months on virtual time. Each buyer has names of several kinds: an account, an
address, and a number that a household shares; that account and address are one comes out much later now and then. News
of shop and helpdesk comes late, twice and in the moment between a look and its claim; stores and the bus fail before or
after what they were asked for; answers get lost. Whether a message may go is asked of what was told to the house by
then, in whatever order it was told.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from cartback.domain.errors import Conflict, TryLater
from cartback.domain.observations import (
    ConsentSeen,
    Contact,
    CustomerErased,
    CustomerSeen,
    OrderSeen,
    ReturnSeen,
    TicketSeen,
)
from cartback.domain.trade import sale
from cartback.flows.winback import RETURN_COUNTS
from cartback.ports import Doubtful
from cartback.usecases.batch import Message
from cartback.usecases.runs import Run
from tests import asl
from tests.asl_machine import Machine
from tests.fakes.told import Told
from tests.fakes.world import START, World, a_policy

MACHINE = Path(__file__).parents[2] / "statemachines" / "winback.asl.json"
SHOP, HOUR, DAY = "demo", timedelta(hours=1), timedelta(days=1)
LAPSE, STEP, LASTS = 20 * DAY, 6 * HOUR, 130 * DAY
BUYERS = 5
TRIES = 40


@dataclass
class Known:
    """What the house was told of a buyer, and took in: instants by the shop's clock.

    What was bought under the account is theirs at their address as soon as the shop says that the two are one.
    ``phoned_at`` is the place, in the order of what was taken in, at which their number was first told, and
    ``by_phone`` holds their purchases with that place.
    """

    at_address: dict[str, datetime] = field(default_factory=dict)
    by_account: dict[str, datetime] = field(default_factory=dict)
    joined: bool = False
    phoned_at: int | None = None
    by_phone: list[tuple[int, datetime]] = field(default_factory=list)
    tickets: dict[str, bool] = field(default_factory=dict)
    ticket_by_account: bool = False
    open_returns: dict[str, datetime] = field(default_factory=dict)
    left: bool = False
    gone: bool = False

    @property
    def bought(self) -> list[datetime]:
        """The purchases that are known to be theirs who read the mailbox."""
        return [*self.at_address.values(), *(self.by_account.values() if self.joined else ())]


@dataclass
class Buyer:
    """Somebody with their names. ``quiet_since`` is when the last news of them came, and ``disturbed`` says that
    something may speak against writing to them."""

    number: int
    account: str | None
    address: str
    phone: str | None
    known: Known = field(default_factory=Known)
    quiet_since: datetime = START
    disturbed: bool = False

    def contact(self, by: str, at: datetime) -> Contact:
        """How an order names them: by account, by address, or by both as the platform's record does."""
        word = ConsentSeen("email", True, START - DAY, "double_opt_in", f"shop {self.number}", sticky=True)
        mail = {"email": self.address, "phone": self.phone, "consents": (word,)}
        if by == "account" and self.account:
            return Contact(customer_ref=self.account)
        if by == "record" and self.account:
            return Contact(customer_ref=self.account, account_email=self.address, **mail)
        return Contact(**mail)


class Season:
    """``wrong`` collects what must never be, as sentences."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.told = Told()
        self.world = World(adapter=self.told)
        self.world.settings.policies[SHOP] = a_policy(flows=frozenset({"winback"}), lapse_after=LAPSE)
        self.numbers, self.places, self.wrong = count(1), count(1), []
        self.news: list[tuple[datetime, str, Any, Callable[[], None]]] = []
        self.runs: dict[str, tuple[asl.Run, datetime, Any]] = {}
        self.heard = 0
        self.sent_for: set[tuple[int, datetime, str]] = set()
        self.trouble = 0.03
        home = "+4915100000001"
        self.buyers = [self._buyer(number, home) for number in range(BUYERS)]
        self._faults()
        for buyer in self.buyers:
            self._life(buyer)
        self.news.sort(key=lambda each: each[0])

    def _buyer(self, number: int, home: str) -> Buyer:
        return Buyer(
            number,
            f"c-{number}" if self.draw.random() < 0.7 else None,
            f"b{number}@example.com",
            home if number < 2 and self.draw.random() < 0.5 else None,
        )

    # what happens ------------------------------------------------------------------------------------------------

    def _life(self, buyer: Buyer) -> None:
        at = START + self.draw.uniform(0, 10) * DAY
        joined = self.draw.random() < 0.5
        for number in range(self.draw.choice((1, 1, 2, 3))):
            by = "record" if joined else self.draw.choice(("account", "address"))
            self._buys(buyer, at, f"o{buyer.number}-{number}", by)
            if not joined and self.draw.random() < 0.6:
                joined = True
                seen = CustomerSeen(buyer.contact("record", at), at + HOUR)
                when = self.draw.choice((at + HOUR, at + self.draw.uniform(1, 40) * DAY))
                self._tell(buyer, when, seen, lambda: None)
            at += self.draw.uniform(3, 60) * DAY
        for happens, share in ((self._asks, 0.35), (self._sends_back, 0.3), (self._leaves, 0.15)):
            if self.draw.random() < share:
                happens(buyer, START + self.draw.uniform(10, 90) * DAY)
        if self.draw.random() < 0.1:
            gone_at = START + self.draw.uniform(20, 100) * DAY
            gone = CustomerErased(buyer.contact("record", gone_at), gone_at)
            self._tell(buyer, gone_at, gone, lambda: setattr(buyer.known, "gone", True))

    def _tell(self, buyer: Buyer, at: datetime, seen: Any, after: Callable[[], None]) -> None:
        """Let the house hear of something, perhaps days late, perhaps twice."""
        late = self.draw.uniform(0, 3) * DAY if self.draw.random() < 0.2 else timedelta(minutes=1)
        name = f"n{next(self.numbers)}"
        buyer.quiet_since = max(buyer.quiet_since, at + late)

        contact, known = getattr(seen, "contact", None), buyer.known

        def happened() -> None:
            if known.gone:
                return
            known.joined |= contact is not None and contact.account_email is not None
            if contact is not None and contact.phone and known.phoned_at is None:
                known.phoned_at = next(self.places)
            after()

        self.news.append((at + late, name, seen, happened))
        if self.draw.random() < 0.2:
            self.news.append((at + late + self.draw.uniform(0, 2) * DAY, name, seen, happened))

    def _buys(self, buyer: Buyer, at: datetime, ref: str, by: str) -> None:
        contact = buyer.contact(by, at)
        seen = OrderSeen((), ref, at, at, contact=contact, paid=True, sale=sale.Sale())

        def bought() -> None:
            known = buyer.known
            (known.at_address if contact.email else known.by_account)[ref] = at
            if contact.phone:
                known.by_phone.append((next(self.places), at))

        self._tell(buyer, at, seen, bought)
        if self.draw.random() < 0.1:
            called_off = OrderSeen((), ref, at, at + HOUR, contact=contact, cancelled_at=at + HOUR)
            buyer.disturbed = True
            self._tell(buyer, at + HOUR, called_off, lambda: None)

    def _asks(self, buyer: Buyer, at: datetime) -> None:
        """A ticket, told by the account alone now and then; once its end was told, an older word opens it no more."""
        ref, known = f"t{buyer.number}", buyer.known
        known.ticket_by_account = buyer.account is not None and self.draw.random() < 0.5
        contact = Contact(
            customer_ref=buyer.account, email=None if known.ticket_by_account else buyer.address
        )
        buyer.disturbed = True
        opened = TicketSeen(ref, at, "opened", contact)
        self._tell(buyer, at, opened, lambda: known.tickets.setdefault(ref, True) and None)
        if self.draw.random() < 0.5:
            closed_at = at + self.draw.uniform(1, 40) * DAY
            closed = TicketSeen(ref, closed_at, "closed", contact)
            self._tell(buyer, closed_at, closed, lambda: known.tickets.update({ref: False}))

    def _sends_back(self, buyer: Buyer, at: datetime) -> None:
        ref = f"o{buyer.number}-0"
        buyer.disturbed = True
        back = ReturnSeen(ref, "r", at, sale.REQUESTED)
        self._tell(buyer, at, back, lambda: buyer.known.open_returns.update({ref: at}))

    def _leaves(self, buyer: Buyer, at: datetime) -> None:
        word = ConsentSeen("email", False, at, "explicit", f"shop {buyer.number}", sticky=True)
        contact = Contact(email=buyer.address, consents=(word,))
        buyer.disturbed = True
        self._tell(buyer, at, CustomerSeen(contact, at), lambda: setattr(buyer.known, "left", True))

    # the house, and what fails in it -----------------------------------------------------------------------------

    def _faults(self) -> None:
        world, send, claim = self.world, self.world.outbox.send, self.world.ledger.claim

        def failing(where: Any, name: str) -> None:
            real = getattr(where, name)

            def instead(*given: Any, **more: Any) -> Any:
                fate = self.draw.random()
                if fate < self.trouble:
                    raise TryLater(f"{name}, and nothing was done")
                answer = real(*given, **more)
                if fate < 2 * self.trouble:
                    raise TryLater(f"{name}, and it was done")
                return answer

            setattr(where, name, instead)

        for where, name in (
            (world.records, "save"),
            (world.due, "put"),
            (world.due, "drop"),
            (world.bus, "publish"),
        ):
            failing(where, name)

        def sending(message: Any) -> Any:
            self._judge(message)
            answer = send(message)
            return Doubtful("nobody knows") if self.draw.random() < self.trouble else answer

        def claiming(*given: Any, **more: Any) -> Any:
            soon = self.world.clock.now() + DAY
            if self.news and self.news[0][0] < soon and self.draw.random() < 0.5:
                self._hear(*self.news.pop(0)[1:])  # news in the very moment
            return claim(*given, **more)

        world.outbox.send, world.ledger.claim = sending, claiming

    def _hear(self, name: str, seen: Any, after: Callable[[], None]) -> None:
        """The queue brings an event until it is taken in."""
        delivery = self.told.delivery(name, seen, at=self.world.clock.now())
        for _ in range(TRIES):
            report = self.world.apply_events([Message(f"m{next(self.numbers)}", "{}", delivery)])
            if not report.failed:
                break
            self.world.clock.move(seconds=31)
        after()

    def play(self) -> Season:
        """Go through the season."""
        end = START + LASTS
        while self.world.clock.now() < end:
            self.world.clock.at += STEP
            while self.news and self.news[0][0] <= self.world.clock.now():
                self._hear(*self.news.pop(0)[1:])
            self._patiently(self.world.start_listed)
            self._start()
            self._drive()
        self._ended()
        return self

    def _patiently(self, work: Callable[[], Any]) -> None:
        for _ in range(TRIES):
            try:
                work()
            except (TryLater, Conflict):
                continue
            return

    def _start(self) -> None:
        facts = self.world.bus.facts
        fresh, self.heard = facts[self.heard :], len(facts)
        for fact in fresh:
            if fact.name == "person.lapsed":
                self.world.start_flows(fact.name, fact.shop, fact.data, fact.at)
        for name, given in self.world.runs.started.items():
            if name not in self.runs:
                run = asl.start(Machine.load(MACHINE), dict(given), name)
                self.runs[name] = (run, self.world.clock.now(), run.resume())

    def _drive(self) -> None:
        now = self.world.clock.now()
        for name, (run, _, _) in list(self.runs.items()):
            _, wakes_at, step = self.runs[name]
            while wakes_at <= now and not isinstance(step, asl.Ended):
                if isinstance(step, asl.Wait):
                    wakes_at, step = max(wakes_at, now) + timedelta(seconds=step.seconds), run.resume()
                    continue
                step = self._called(run, step)
            self.runs[name] = (run, wakes_at, step)

    def _called(self, run: asl.Run, step: asl.Call) -> Any:
        if step.function == "park_run":
            self.wrong.append(f"a run was parked: {step.payload['error']} {step.payload['cause']}")
            return run.resume({})
        try:
            answer = self.world.touch.step(Run.from_task(step.payload), step.payload["step"])
        except (TryLater, Conflict) as error:
            return run.fail(type(error).__name__)
        lost = self.draw.random() < self.trouble
        return run.fail("Lambda.SdkClientException") if lost else run.resume(answer)

    # what must never be ------------------------------------------------------------------------------------------

    def _judge(self, message: Any) -> None:
        now = self.world.clock.now()
        buyer = next(each for each in self.buyers if message.address == each.address)
        known, who = buyer.known, f"{message.touch} to {message.address} at {now}"
        last = max(known.bought, default=None)
        if last is None:
            self.wrong.append(f"{who}: never bought")
            return
        if any(at > now - LAPSE for at in self._in_the_household(buyer)):
            self.wrong.append(f"{who}: somebody who shares their number bought")
        if now < last + LAPSE:
            self.wrong.append(f"{who}: bought at {last}")
        if any(known.tickets.values()) and (known.joined or not known.ticket_by_account):
            self.wrong.append(f"{who}: waits for an answer")
        theirs = {*known.at_address, *(known.by_account if known.joined else ())}
        if any(ref in theirs and now < at + RETURN_COUNTS for ref, at in known.open_returns.items()):
            self.wrong.append(f"{who}: sends something back")
        if known.left or known.gone:
            self.wrong.append(f"{who}: has left, or is forgotten")
        once = (buyer.number, last, message.touch)
        if once in self.sent_for:
            self.wrong.append(f"{who}: twice for one lapse")
        self.sent_for.add(once)

    def _in_the_household(self, buyer: Buyer) -> list[datetime]:
        """What others bought with the number of this buyer, once it was known to be theirs, too."""
        since = buyer.known.phoned_at
        if since is None:
            return []
        others = [each.known for each in self.buyers if each is not buyer and each.phone == buyer.phone]
        return [at for other in others for place, at in other.by_phone if place > since]

    def _ended(self) -> None:
        """Whoever was told of in time, and whom nothing speaks against, was written to."""
        now = self.world.clock.now()
        for buyer in self.buyers:
            last = max(buyer.known.bought, default=None)
            if last is None or buyer.disturbed or buyer.phone or buyer.known.gone or buyer.known.left:
                continue
            if len(buyer.known.bought) > 2:
                continue  # a rhythm of their own: they may have lapsed later than most
            if (
                max(last + LAPSE, buyer.quiet_since) + 30 * DAY > now
                or buyer.quiet_since > last + LAPSE - DAY
            ):
                continue
            missing = {"hello", "ear", "choice"} - {
                touch for number, at, touch in self.sent_for if (number, at) == (buyer.number, last)
            }
            if missing:
                self.wrong.append(f"{buyer.address} stayed away since {last} and never got {sorted(missing)}")


def violations(seeds: range) -> list[str]:
    """What went wrong in these seasons, with the seed."""
    return [f"seed {seed}: {each}" for seed in seeds for each in dict.fromkeys(Season(seed).play().wrong)]
