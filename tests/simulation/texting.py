"""Small seasons by SMS: two carriers that lose answers and tell late, a shop that changes them, people who leave.

Who is asked is the carrier: what it took, when, for whom. What it says of that comes by its own words, late, repeated
and out of order, also after the shop has gone to the other one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cartback import channels
from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.domain.messaging.timing import Caps, QuietHours
from cartback.domain.observations import ConsentSeen, Contact
from cartback.domain.people.suppression import LISTED
from cartback.domain.policy import Touch
from cartback.ports import Doubtful, NotSent, Outgoing, Sent
from cartback.usecases.apply_events import Message
from cartback.usecases.runs import Run
from tests.fakes.told import SHIRT, Told, cart, order
from tests.fakes.world import START, World, a_face, a_policy

HOUR, STEP, LASTS = timedelta(hours=1), timedelta(minutes=10), timedelta(hours=110)
PEOPLE = 5
BERLIN = ZoneInfo("Europe/Berlin")
TOUCHES = (Touch("reminder", HOUR, "sms"), Touch("answers", 9 * HOUR, "sms"), Touch("last_note", 60 * HOUR))
_AGREED = START - 90 * 24 * HOUR
_TROUBLES = ("throttled", "lost", "lost after all", "opted out", *["none"] * 8)
_FATES = (
    (("TEXT_SENT", "TEXT_DELIVERED"), (("sent", ""), ("delivered", ""))),
    (("TEXT_SENT", "TEXT_UNREACHABLE"), (("sent", ""), ("undelivered", "30003"))),
    (("TEXT_SENT", "TEXT_INVALID"), (("sent", ""), ("undelivered", "30005"))),
)


@dataclass
class Shopper:
    """Somebody with a number; what the house was told of them, and when."""

    number: int
    phone: str
    left_at: datetime = START
    bought_at: datetime | None = None
    stopped_at: datetime | None = None
    gone_at: datetime | None = None
    texts: list[Outgoing] = field(default_factory=list)

    def contact(self, **more: Any) -> Contact:
        """As the shop's own record tells of them."""
        mail = f"s{self.number}@example.com"
        agreed = tuple(
            ConsentSeen(way, True, _AGREED, "double_opt_in", "form", sticky=True) for way in ("email", "sms")
        )
        given = {"customer_ref": str(self.number), "email": mail, "account_email": mail, "phone": self.phone}
        return Contact(**{**given, "locale": "de", "consents": agreed, **more})


class Carrier:
    """One of the two: takes, refuses, loses its answer, and tells later what became of it."""

    def __init__(self, season: Season, name: str) -> None:
        self.season, self.name = season, name

    def send(self, message: Outgoing) -> Sent | NotSent | Doubtful:
        """See ``ports.Channel``."""
        trouble = self.season.draw.choice(_TROUBLES)
        if trouble == "throttled":
            return NotSent("ThrottlingException", 10)
        if trouble == "lost":
            return Doubtful("ReadTimeoutError")
        if trouble == "opted out":
            return NotSent("opted_out", of_address=True, block=LISTED)
        self.season.took(message, self.name)
        return Doubtful("ReadTimeoutError") if trouble != "none" else Sent(f"{self.name}-{message.claim_id}")


class Season:
    """A few carts, their reminders, and what is wrong with these."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(f"texting {seed}")
        self.told, self.heard, self.numbers = Told(), 0, 0
        self.world = World(adapter=self.told)
        self.world.clock.at = START
        self.taken: list[tuple[str, Outgoing]] = []
        self.settled: set[str] = set()
        self.wrong: list[str] = []
        self.wakes: dict[str, tuple[datetime, dict[str, Any]]] = {}
        self.todo: list[tuple[datetime, int, Callable[[], None]]] = []
        way = channels.ByProvider(
            ("aws", "twilio"), {name: Carrier(self, name) for name in ("aws", "twilio")}
        )
        ways = {"email": self.world.outbox, "sms": way}
        self.world.touch = replace(self.world.touch, channels=ways)
        night = QuietHours(START.replace(hour=21).time(), START.replace(hour=8).time())
        caps = Caps(9, 9, 9, timedelta(0))
        policy = a_policy(touches=TOUCHES, pack="us", quiet=night, caps=caps, ladder=("sms",))
        self.world.settings.policies["demo"] = policy
        self._carried_by("aws")
        self._at(START + self.draw.uniform(2, 40) * HOUR, lambda: self._carried_by("twilio"))
        self.shoppers = [self._shopper(number) for number in range(PEOPLE)]

    def _carried_by(self, provider: str) -> None:
        self.world.settings.faces["demo"] = a_face(
            senders={"sms": "+491771234567"},
            country_senders={"US": "+18005550100"},
            providers={"sms": provider},
        )

    def _at(self, when: datetime, what: Callable[[], None]) -> None:
        self.numbers += 1
        self.todo.append((when, self.numbers, what))

    def _shopper(self, number: int) -> Shopper:
        phone = f"+1212555010{number}" if self.draw.random() < 0.4 else f"+49170123456{number}"
        one = Shopper(number, phone, START + self.draw.uniform(0, 12) * HOUR)
        seen = cart(one.left_at, SHIRT, ref=f"cart:{number}", contact=one.contact())
        self._at(one.left_at, lambda: self._hear(seen))
        fate = self.draw.random()
        at = one.left_at + self.draw.uniform(0.2, 16) * HOUR
        if fate < 0.3:
            self._at(at, lambda: self._buys(one))
        elif fate < 0.6:
            self._at(at, lambda: self._stops(one))
        return one

    def _buys(self, one: Shopper) -> None:
        now = self.world.clock.now()
        self._hear(order(now, f"cart:{one.number}", contact=one.contact(), ref=f"o{one.number}"))
        one.bought_at = now

    def _stops(self, one: Shopper) -> None:
        now = self.world.clock.now()
        word = ConsentSeen("sms", False, now, "explicit", "STOP", sticky=True)
        seen = cart(one.left_at, SHIRT, ref=f"cart:{one.number}", contact=one.contact(consents=(word,)))
        self._hear(seen)
        one.stopped_at = now

    def _hear(self, seen: Any) -> None:
        self.numbers += 1
        name = f"n{self.numbers}"
        delivery = self.told.delivery(name, seen, at=self.world.clock.now())
        self.world.apply_events([Message(name, "{}", delivery)])

    def took(self, message: Outgoing, carrier: str) -> None:
        """A carrier took a message: judge it, and tell of it later."""
        one = next(shopper for shopper in self.shoppers if shopper.phone == message.address)
        self._judge(one, message)
        one.texts.append(message)
        self.taken.append((carrier, message))
        by_aws, by_twilio = self.draw.choice(_FATES)
        now = self.world.clock.now()
        for number, said in enumerate(by_aws if carrier == "aws" else by_twilio):
            for _ in range(self.draw.choice((1, 1, 2))):
                late = now + self.draw.uniform(0, 30) * HOUR
                self._at(late, self._news(one, message, carrier, said, number))

    def _news(
        self, one: Shopper, message: Outgoing, carrier: str, said: Any, number: int
    ) -> Callable[[], None]:
        def tell() -> None:
            now = self.world.clock.now()
            if carrier == "aws":
                context = {"shop": message.shop, "claim": message.claim_id}
                at = int(now.timestamp() * 1000)
                event = {
                    "eventType": said,
                    "eventTimestamp": at,
                    "messageId": message.claim_id,
                    "context": context,
                }
            else:
                told = {"sid": message.claim_id, "status": said[0], "error": said[1], "at": now.isoformat()}
                event = {"twilio": told | {"shop": message.shop, "claim": message.claim_id}}
            self.world.apply_receipts(channels.receipts(event))
            self.settled.add(message.claim_id)
            if said in ("TEXT_INVALID", ("undelivered", "30005")):
                one.gone_at = now

        return tell

    def _judge(self, one: Shopper, message: Outgoing) -> None:
        now = self.world.clock.now()
        said = f"{message.touch} to {one.number} at {now}"
        if any(before.touch == message.touch for before in one.texts):
            self.wrong.append(f"{said}: twice")
        for what, since in (("bought", one.bought_at), ("left", one.stopped_at), ("gone", one.gone_at)):
            if since is not None:
                self.wrong.append(f"{said}: {what} since {since}")
        if not 8 <= now.astimezone(BERLIN).hour < 20:
            self.wrong.append(f"{said}: at night")
        if message.deadline is None or not now < message.deadline <= now + 12 * HOUR:
            self.wrong.append(f"{said}: may arrive until {message.deadline}")
        if one.phone.startswith("+1"):
            if one.texts:
                self.wrong.append(f"{said}: a second one to the US")
            if message.sender != "+18005550100":
                self.wrong.append(f"{said}: from {message.sender}")

    def play(self) -> Season:
        """Go through the season."""
        while self.world.clock.now() < START + LASTS:
            self.world.clock.at += STEP
            for due in sorted(each for each in self.todo if each[0] <= self.world.clock.now()):
                self.todo.remove(due)
                due[2]()
            fresh, self.heard = self.world.bus.facts[self.heard :], len(self.world.bus.facts)
            for fact in fresh:
                self.world.start_flows(fact.name, fact.shop, fact.data, fact.at)
            self._wake()
        self._look_back()
        return self

    def _wake(self) -> None:
        now = self.world.clock.now()
        for name, about in self.world.runs.started.items():
            self.wakes.setdefault(name, (now + timedelta(seconds=about["wait_seconds"]), {}))
            at, known = self.wakes[name]
            if at > now:
                continue
            try:
                answer = self.world.touch.planned(
                    Run.from_task({"run": {"name": name, "about": about}}), known
                )
            except (TryLater, Conflict):
                continue
            except Refused as refusal:
                self.wrong.append(f"{name}: parked for {refusal.reason}")
                continue
            after = timedelta(seconds=answer["wait_seconds"]) if answer["next"] == "wait" else LASTS
            self.wakes[name] = (now + after, json.loads(json.dumps(answer["known"])))

    def _look_back(self) -> None:
        """What a carrier took and told of is settled, whatever it had answered."""
        rows = {row.claim_id: row for row, _ in self.world.tables.rows["claims"].values()}
        for name in self.settled:
            if rows[name].state not in ("sent", "delivered", "bounced"):
                self.wrong.append(f"{name} is still {rows[name].state}")
