"""A season of purchases: the real machine of ``post_purchase`` on virtual time, news that is late, repeated and out of
order, stores and a provider that fail.

``wrong`` collects what must never be, as sentences. What counts is what the house had been told when it claimed a
message: news that is still under way can end nothing.
"""

from __future__ import annotations

import heapq
import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from cartback.domain.claims import Claim
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.messaging.timing import Caps
from cartback.domain.observations import (
    CustomerErased,
    CustomerSeen,
    Observation,
    OrderSeen,
    ParcelSeen,
    RefundSeen,
    ReturnSeen,
)
from cartback.domain.trade import sale
from cartback.ports import Doubtful, NotSent
from cartback.usecases.batch import Message
from cartback.usecases.runs import Run
from tests.asl import Call, Ended, Wait, start
from tests.asl_machine import Machine
from tests.fakes.told import Told
from tests.fakes.world import START, World, a_policy
from tests.laws.reading import ROOT
from tests.simulation.buyers import DAY, KINDS, Buyer

MACHINE = Machine.load(ROOT / "statemachines" / "post_purchase.asl.json")
BUYERS, LASTS = 14, 45 * DAY
SWITCHED_ON = START - DAY
LATE = DAY
"""So long after it was due, and known to be so, a message comes at latest: provider and stores fail for a while."""


class Season:
    """One season. ``play`` gives it back when all is over."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.told = Told()
        self.world = World(adapter=self.told)
        self.thanks, self.trouble = bool(seed % 2), 0.06
        page = {"care_page": "https://demo.example/care"}
        self.world.settings.policies["demo"] = a_policy(
            flows=frozenset({"post_purchase"}),
            caps=Caps(per_day=20, per_week=20, per_month=20, min_gap=timedelta()),
            options={"post_purchase": {"thanks": self.thanks, **page}},
            flows_since={"post_purchase": SWITCHED_ON},
        )
        self.agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self.number, self.taken, self.seen_facts = 0, set[str](), 0
        self.known: dict[str, set[str]] = {}
        self.refusals, self.moved = set[str](), dict[str, datetime]()
        self.facts_of: dict[str, dict[str, datetime]] = {}
        self.sent: dict[tuple[str, str], int] = {}
        self.wrong: list[str] = []
        self.unheard: dict[tuple[str, int], tuple[datetime, Callable[[], None]]] = {}
        self.learnt: dict[str, datetime] = {}
        self.buyers = [self._buyer(number) for number in range(BUYERS)]
        self._faults()

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────

    def _buyer(self, number: int) -> Buyer:
        kind = self.draw.choice(KINDS)
        buyer = Buyer(f"{kind.__name__.replace('_', '')}{number}", self.draw)
        early = self.draw.random() < 0.1
        kind(buyer, START + self.draw.uniform(-6, -2 if early else 10) * DAY)
        for position, (at, seen) in enumerate(buyer.words):
            for copy in range(self.draw.choice((1, 1, 1, 2))):
                late = self.draw.choice((0.0, 0.0, 0.1, 0.1, 1.5)) * DAY * self.draw.random()
                heard = max(at + late + copy * self.draw.random() * DAY, START)
                self._at(heard, self._hears(f"{buyer.name}-{position}", at, seen, copy))
        return buyer

    def _hears(self, name: str, at: datetime, seen: Observation, copy: int) -> Callable[[], None]:
        """What delivers a word once, now or when it is its turn."""
        key = (name, copy)

        def hears() -> None:
            if self.unheard.pop(key, None) is not None:
                self._tell(name if copy == 0 else f"{name}-again", seen)

        self.unheard[key] = (at, hears)
        return hears

    def _at(self, at: datetime, what: Callable[[], None]) -> None:
        self.number += 1
        heapq.heappush(self.agenda, (at, self.number, what))

    def _later(self, seconds: float, what: Callable[[], None]) -> None:
        self._at(self.world.clock.at + timedelta(seconds=seconds), what)

    def _tell(self, name: str, seen: Observation) -> None:
        """One event of the shop, until it is taken in; then its facts start what they start."""
        delivery = self.told.delivery(name, seen, at=self.world.clock.now())
        self._may_know(seen)
        report = self.world.apply_events([Message(name, "{}", delivery)])
        if report.failed:
            self._later(120, lambda: self._tell(name, seen))
        else:
            self._learn(seen)
        self._start()

    def _start(self) -> None:
        facts = self.world.bus.facts[self.seen_facts :]
        self.seen_facts = len(self.world.bus.facts)
        for fact in facts:
            self._wake(fact)
        self._runs()

    def _wake(self, fact: Any) -> None:
        try:
            data = json.loads(json.dumps(fact.data, default=str))
            self.world.start_flows(fact.name, fact.shop, data, fact.at)
        except TryLater:
            self._later(60, lambda: self._wake(fact))
        if self.draw.random() < 0.1:
            self._later(3600, lambda: self._wake(fact))

    def _sweep(self) -> None:
        with suppress(TryLater):
            self.world.start_listed()
        self._runs()
        self._later(1800, self._sweep)

    def _runs(self) -> None:
        for name, given in self.world.runs.started.items():
            if name not in self.taken and given["flow"] == "post_purchase":
                self.taken.add(name)
                run = start(MACHINE, given, name, lambda longest: self.draw.uniform(0, longest))
                self._drive(run, run.resume())

    def _drive(self, run: Any, step: Wait | Call | Ended) -> None:
        if isinstance(step, Wait):
            self._later(step.seconds, lambda: self._drive(run, run.resume()))
        elif isinstance(step, Call):
            self._later(1, lambda: self._drive(run, self._called(run, step)))
        elif step.status != "SUCCEEDED":
            self.wrong.append(f"a run ended as {step.error}: {step.cause}")

    def _called(self, run: Any, call: Call) -> Any:
        payload = json.loads(json.dumps(call.payload))
        if call.function == "park_run":
            return run.resume({"parked": True})
        try:
            answer = self.world.touch.step(Run.from_task(payload), payload["step"])
            if self.draw.random() < self.trouble:
                return run.fail("Lambda.Unknown", "its answer was lost")
        except (TryLater, Conflict) as error:
            return run.fail(type(error).__name__)
        return run.resume(json.loads(json.dumps(answer)))

    # ── what fails ───────────────────────────────────────────────────────────────────────────────────────────────

    def _faults(self) -> None:
        self._failing(self.world.ledger, "claim", before=self._race)
        self._failing(self.world.ledger, "mark")
        self._failing(self.world.due, "put")
        self._failing(self.world.due, "drop")
        self._failing(self.world.runs, "start")
        self._failing(self.world.orders, "save")
        send = self.world.outbox.send

        def sending(message: Any) -> Any:
            fate = self.draw.random()
            if fate < self.trouble:
                self.world.outbox.answers = [NotSent("busy", after_seconds=600)]
            elif fate < 1.5 * self.trouble:
                self.world.outbox.answers = [Doubtful("no answer")]
            answer = send(message)
            if not isinstance(answer, NotSent):
                self._judge(message)
            return answer

        self.world.outbox.send = sending

    def _failing(self, store: Any, name: str, before: Callable[[Any], None] = lambda given: None) -> None:
        method = getattr(store, name)

        def failing(*given: Any, **named: Any) -> Any:
            before(given[0])
            fate = self.draw.random()
            if fate < self.trouble:
                raise TryLater("away")
            answer = method(*given, **named)
            if fate < 1.5 * self.trouble and name != "start":
                raise TryLater("away, and it was done")
            return answer

        setattr(store, name, failing)

    def _race(self, claim: Claim) -> None:
        """News of an order may come between a decision about it and its claim."""
        whose = f"{claim.cart_id.rpartition('-')[0]}-"
        if self.draw.random() < 0.7:
            unheard = [word for (name, _), word in self.unheard.items() if name.startswith(whose)]
            for at, hears in unheard:
                if at <= self.world.clock.at:
                    hears()

    # ── what must be ─────────────────────────────────────────────────────────────────────────────────────────────

    def _learn(self, seen: Observation) -> None:
        """What the house knows from now on."""
        match seen:
            case OrderSeen():
                ref = seen.order_ref or ""
                ends = {"test": seen.test, "staff": seen.staff, "renewal": seen.renewal}
                self._ended(ref, *(name for name, holds in ends.items() if holds))
                if seen.cancelled_at:
                    self._ended(ref, "cancelled")
            case ParcelSeen():
                if seen.state == sale.UNDELIVERABLE:
                    self._ended(seen.order_ref, "undelivered")
            case ReturnSeen():
                self._ended(seen.order_ref, "returned")
            case RefundSeen():
                self._ended(seen.payment_ref, "refunded")
            case CustomerErased():
                self.refusals.add(str(seen.contact.email))
            case CustomerSeen() if seen.contact.consents and not seen.contact.consents[0].granted:
                self.refusals.add(str(seen.contact.email))
            case CustomerSeen() if str(seen.contact.email).endswith(".new@example.com"):
                self.moved[str(seen.contact.email).replace(".new@", "@")] = seen.at

    def _may_know(self, seen: Observation) -> None:
        """When an order was paid, sent and delivered, as soon as the house is told: it may keep it and not say so."""
        if isinstance(seen, OrderSeen):
            self._fact(seen.order_ref or "", "paid", seen.placed_at)
        elif isinstance(seen, ParcelSeen):
            words = {sale.DELIVERED: "delivered", sale.SHIPPED: "shipped"}
            if seen.state in words:
                self._fact(seen.order_ref, words[seen.state], seen.at)
            if seen.eta is not None:
                self._fact(seen.order_ref, "announced", seen.eta)

    def _fact(self, ref: str, word: str, at: datetime) -> None:
        facts = self.facts_of.setdefault(ref, {})
        if facts.get(word) != at:
            facts[word] = at
            self.learnt[ref] = self.world.clock.at

    def _ended(self, ref: str, *why: str) -> None:
        self.known.setdefault(ref, set()).update(why)

    def due_at(self, ref: str, step: str) -> datetime:
        """When a step is due by what is known: two days after delivery, or as if it were delivered by then."""
        facts = self.facts_of[ref]
        sent = facts["shipped"] + 2 * DAY if "shipped" in facts else facts["paid"] + 5 * DAY
        sent = max(sent, facts.get("announced", sent))
        return facts.get("delivered", sent) + {"care_guide": 2 * DAY, "goes_with_it": 10 * DAY}[step]

    def _judge(self, message: Any) -> None:
        claim: Claim = self.world.ledger.read_claim("demo", message.claim_id)
        ref, step, now = claim.cart_id, claim.touch, self.world.clock.at
        buyer = next(each for each in self.buyers if ref in each.orders)
        self.sent[ref, step] = self.sent.get((ref, step), 0) + 1
        if self.sent[ref, step] > 1:
            self._say(f"{step} went out twice")
        for why in self.known.get(ref, ()):
            self._say(f"{step} went out after it was known that the order is {why}")
        boxes = (*buyer.boxes, buyer.typed) if step == "thanks" else buyer.boxes
        if message.address not in boxes:
            self._say(f"{step} went to somebody else than the buyer")
        if message.address in self.moved and self.facts_of[ref]["paid"] <= self.moved[message.address]:
            self._say(f"{step} went to a mailbox that the account had left")
        if self.facts_of[ref]["paid"] < SWITCHED_ON:
            self._say(f"{step} went out about an order from before the flow was switched on")
        if step != "thanks":
            self._judge_advertising(message, ref, step, now)
        elif not self.thanks:
            self._say("thanks went out that the shop does not want")

    def _judge_advertising(self, message: Any, ref: str, step: str, now: datetime) -> None:
        buyer = next(each for each in self.buyers if ref in each.orders)
        if not buyer.consents or message.address in self.refusals:
            self._say(f"{step} went to somebody who had not agreed")
        due = self.due_at(ref, step)
        if now < due:
            self._say(f"{step} went out too early")
        if now > max(due, self.learnt[ref]) + LATE:
            self._say(f"{step} went out too late")
        if not message.leave_url:
            self._say(f"{step} cannot be left")

    def _say(self, sentence: str) -> None:
        self.wrong.append(sentence)

    def play(self) -> Season:
        """Go through the season. Towards its end nothing fails any more, and what was due has to have come."""
        self._at(START, self._sweep)
        while self.agenda and self.agenda[0][0] <= START + LASTS:
            at, _, what = heapq.heappop(self.agenda)
            self.world.clock.at = max(at, self.world.clock.at)
            if at > START + LASTS - 10 * DAY:
                self.trouble = 0.0
            what()
        for buyer in self.buyers:
            self._served(buyer)
        return self

    def _served(self, buyer: Buyer) -> None:
        """Whoever kept the goods and agreed has heard of them, but for a message that is doubtful."""
        for ref in buyer.orders:
            paid = self.facts_of[ref]["paid"]
            quiet = not buyer.consents or self.refusals & set(buyer.boxes) or len(buyer.boxes) > 1
            if (
                quiet
                or self.known.get(ref)
                or paid < SWITCHED_ON
                or buyer.name.startswith("ordersforthefamily")
            ):
                continue
            steps = ["care_guide"] + (["goes_with_it"] if len(buyer.orders) == 1 else [])
            for step in steps:
                if not self.sent.get((ref, step)) and not self._was_doubtful(ref, step):
                    self._say(f"{step} never went out")

    def _was_doubtful(self, ref: str, step: str) -> bool:
        """Whether its claim was taken, and its worker lost before it sent: then it is never sent again."""
        rows = self.world.tables.rows["claims"].values()
        return any((row[0].cart_id, row[0].touch) == (ref, step) for row in rows)


def violations(seeds: range) -> list[str]:
    """What went wrong in these seasons, with the seed."""
    return [f"seed {seed}: {each}" for seed in seeds for each in dict.fromkeys(Season(seed).play().wrong)]
