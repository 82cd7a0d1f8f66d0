"""One season: shops, shoppers, network, cloud and house on one schedule, decided by one number."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cartback.domain.claims import BOUNCED, COMPLAINED, Claim
from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.domain.facts import Fact
from cartback.domain.messaging.receipts import Receipt
from cartback.ports import Outgoing, TimelineEntry
from functions import (
    apply_events,
    look,
    park_run,
    receive_webhook,
    reconcile,
    start_flows,
    touch,
)
from tests import asl
from tests.fakes.world import plain_hash
from tests.simulation import faults
from tests.simulation.cloud import EventBus, Execution, Intake, Queued, StateMachines
from tests.simulation.faults import Crash, Invocation
from tests.simulation.field.cast import Field
from tests.simulation.following import SHOP, Following
from tests.simulation.house import House
from tests.simulation.invariants import Candidate, Violation
from tests.simulation.jobs import Jobs
from tests.simulation.looking_back import Claimed
from tests.simulation.network import Network, Platform
from tests.simulation.pages import Pages
from tests.simulation.provider import Mail, Provider
from tests.simulation.questions import Questions
from tests.simulation.schedule import Schedule, chances
from tests.simulation.sendings import Sendings
from tests.simulation.stage import SeasonClock, Stage
from tests.simulation.witness import Witness

_TASKS = {
    "look": look,
    "touch": touch,
    "park_run": park_run,
    "reconcile": reconcile,
}
_WITNESSED = frozenset({"touch"})
"""The task that sends: shoppers may act in the middle of it."""

_SHOP_FIRST = frozenset(
    "records.read records.save records.context ledger.note ledger.read_claim ledger.look counters.count".split()
)


@dataclass
class Season:
    """Everything that happens under one seed.

    ``kinds`` are the kinds of fault that may happen, ``scenes`` those of the field that are played.
    """

    seed: int
    kinds: frozenset[str]
    start: datetime
    keep_story: bool = False
    scenes: Collection[str] = ()
    violations: list[Violation] = field(default_factory=list)
    story: list[tuple[datetime, str, str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    stage: Stage = field(default_factory=Stage)

    def __post_init__(self) -> None:
        self.schedule = Schedule(self.start)
        self.witness = Witness()
        self.invocation = Invocation("nobody")
        self.log = hashlib.blake2b(digest_size=16)
        self.sendings = Sendings(self.witness, self.start)
        self.questions = Questions(self.witness, plain_hash)
        self.claims, self.jobs = Claimed(), Jobs(self)
        self.pages = Pages(self)
        self.network = Network(self.schedule, self.witness, self.kinds, self._post, self.note)
        self.network.listed, self.network.lose = f"shop{self.seed % 3}", self.jobs.compare
        self.intake = Intake(self.schedule, self.draw, self._work)
        self.bus = EventBus(self.schedule, self.draw, self._start)
        self.machines = StateMachines(self.schedule, self.draw, self.seed, self._task)
        self.provider = Provider(
            self.schedule,
            self.seed,
            self.kinds,
            self._accepted,
            lambda receipt: self.intake.add(receipt, "receipt"),
            self._mailbox,
        )
        cloud = (self.intake, self.bus, self.machines)
        self.house = House(self, SeasonClock(self), self.provider, cloud, Platform(self.network), self.seed)
        self.field = Field(self, self.scenes)
        self.following = Following(self)

    def _mailbox(self, message: Outgoing) -> str:
        return self.stage.mailbox(message)

    # what everybody may ask for -----------------------------------------------------------------------------------

    def draw(self, kind: str, share: float, *names: object) -> bool:
        """Whether a fault of this kind happens here."""
        if kind not in self.kinds or chances(1, self.seed, kind, *names)[0] >= share:
            return False
        self.counts[kind] += 1
        return True

    def note(self, who: str, whose: str, what: str) -> None:
        """Write a line of the story; all lines together are what a replay has to repeat."""
        self.log.update(f"{self.schedule.now} {who} {whose} {what}\n".encode())
        if self.keep_story:
            self.story.append((self.schedule.now, who, whose, what))

    def violated(
        self, invariant: str, what: str, shopper: str | None = None, scene: str | None = None
    ) -> None:
        """A promise was broken."""
        self.violations.append(Violation(invariant, self.schedule.now, what, shopper, scene))
        self.note(shopper or "?", "VIOLATION", f"{invariant}: {what}")

    def invoke(
        self,
        door: str,
        handler: Callable[[Mapping[str, Any], None], Any],
        event: Mapping[str, Any],
        subject: object,
        shops: frozenset[str],
        twin: Callable[[], None] | None = None,
    ) -> tuple[Any, Invocation]:
        """Run a door once. Raises what it raises; ``Crash`` if its process is gone."""
        outer = self.invocation
        drawn = chances(5, self.seed, door, subject, outer.depth)
        awaited = door in _WITNESSED and self.stage.awaited(*subject[:2])
        invocation = faults.planned(drawn, self.kinds, door, subject, shops, outer.depth + 1, awaited)
        invocation.twin = twin
        self.invocation = invocation
        try:
            return handler(event, None), invocation
        finally:
            self.invocation = outer

    def call(self, site: str, real: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Pass a call of a use case on to its port, unless this is the one that goes wrong."""
        invocation = self.invocation
        invocation.calls += 1
        if site in _SHOP_FIRST and invocation.shops and given[0] not in invocation.shops:
            self.violated(
                "I10", f"{invocation.door} for {sorted(invocation.shops)} asks {site} of {given[0]}"
            )
        if invocation.calls == invocation.pause_at:
            self._pause(invocation, site)
        if invocation.calls == invocation.fault_at and invocation.fault:
            self.counts[invocation.fault] += 1
            self.note(
                str(invocation.subject or ""), "fault", f"{invocation.fault} at {site} in {invocation.door}"
            )
            return faults.spoil(invocation.fault, site, lambda: real(*given, **named))
        return real(*given, **named)

    def _pause(self, invocation: Invocation, site: str) -> None:
        """Let the world go on in the middle of a call."""
        self.counts[faults.PAUSE] += 1
        until = self.schedule.now + invocation.pause
        self.note(str(invocation.subject or ""), "fault", f"pause before {site} in {invocation.door}")
        if invocation.twin is not None and faults.TWIN in self.kinds and invocation.pause.seconds % 3 == 0:
            self.counts[faults.TWIN] += 1
            invocation.twin()
        if invocation.door in _WITNESSED:
            self.stage.paused(*invocation.subject[:2])
        self.schedule.run_until(until)

    # doors --------------------------------------------------------------------------------------------------------

    def _post(self, shop: str, body: bytes, headers: dict[str, str], key: str) -> int:
        event = {
            "body": body.decode(),
            "headers": headers,
            "pathParameters": {"shop": shop},
            "requestContext": {"http": {"method": "POST"}},
        }
        return self.ask("receive_webhook", receive_webhook.handler, event, shop, key)[0]

    def ask(
        self, door: str, handler: Callable[..., Any], event: Mapping[str, Any], shop: str, what: object
    ) -> tuple[int, str]:
        """Ask a door over HTTP; gives status and body as the asker sees them."""
        answer = self.answer(door, handler, event, shop, what)
        return int(answer["statusCode"]), str(answer.get("body", ""))

    def answer(
        self, door: str, handler: Callable[..., Any], event: Mapping[str, Any], shop: str, what: object
    ) -> Mapping[str, Any]:
        """What a door answers over HTTP, as API Gateway gives it."""
        try:
            answer, _ = self.invoke(door, handler, event, (shop, what, self.schedule.now), frozenset({shop}))
        except (Crash, TryLater):
            return {"statusCode": 500}
        return answer

    def _work(self, batch: list[Queued]) -> set[int]:
        records = [
            {
                "messageId": str(message.number),
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": str(message.receives)},
            }
            for message in batch
        ]
        shops = frozenset(message.entry.shop for message in batch)
        subject = (batch[0].entry.shop, batch[0].entry.key, batch[0].received)
        try:
            answer, done = self.invoke(
                "apply_events", apply_events.handler, {"Records": records}, subject, shops
            )
        except Crash:
            return {message.number for message in batch}
        except Exception as bug:  # noqa: BLE001 - whatever it is, it is a find
            self.violated("bug", f"apply_events failed as a whole: {bug!r}")
            return {message.number for message in batch}
        failed = {int(item["itemIdentifier"]) for item in answer["batchItemFailures"]}
        for message in batch:
            if message.number not in failed:
                self._finished(message, done.verdicts.get(str(message.number)))
        return failed

    def _finished(self, message: Queued, verdict: str | None) -> None:
        """The house says that it is done with a message: from now on it is held to know it."""
        entry = message.entry
        if isinstance(entry, Receipt):
            hurt = entry.state == COMPLAINED or (entry.state == BOUNCED and entry.permanent)
            books = (self.sendings, self.questions, self.field.book, self.following)
            address = next(
                filter(None, (book.address_of(entry.shop, entry.claim_id) for book in books)), None
            )
            if hurt and address is not None:
                self.witness.hurt.add((entry.shop, address))
            return
        said = self.network.of(entry)
        said.verdict = said.verdict or verdict
        if verdict in ("applied", "duplicates"):
            if said.stored_at is None:
                self.note(said.key, "stored", said.label or "")
            self.witness.store(said, self.schedule.now)

    def _start(self, fact: Fact, number: int) -> None:
        event = {"detail": fact.as_detail()}
        self.invoke("start_flows", start_flows.handler, event, (fact.fact_id, number), frozenset({fact.shop}))

    def _task(self, execution: Execution, step: asl.Call) -> Any:
        shop, handler = execution.shop, _TASKS[step.function].handler
        subject = (shop, execution.cart_id, execution.calls)
        again = (shop, execution.cart_id, execution.calls, "twin")

        def twin() -> None:
            try:
                self.invoke(step.function, handler, step.payload, again, frozenset({shop}))
            except (Crash, TryLater, Conflict, Refused):
                return

        answer, _ = self.invoke(step.function, handler, step.payload, subject, frozenset({shop}), twin)
        return answer

    # what the house does to the outside ---------------------------------------------------------------------------

    def claimed(self, claim: Claim, address: str) -> None:
        """A claim was taken, under the rules that the shop has right now."""
        policy = self.house.policies.policies[claim.shop]
        label, walls = self.invocation.rendered, self.stage.walls(claim.shop, address)
        now, lang = self.schedule.now, self.invocation.lang
        book = self.field.book if claim.shop in self.field.shops else self.sendings
        book = self.following if claim.shop == SHOP else book
        book.take(Candidate(claim, address, label, policy, now, walls, lang))
        self.claims.take(claim)
        self.jobs.expect_news(claim)

    def asked(self, claim: Claim) -> None:
        """A mail that asks for a yes was claimed."""
        self.questions.take(claim, self.house.policies.policies[claim.shop], self.schedule.now)
        self.claims.take(claim)
        self.jobs.expect_news(claim)

    def decided(self, shop: str, subject: str, line: TimelineEntry) -> None:
        """The house kept a line of a story."""
        if self.keep_story:
            said = " ".join(
                f"{k}={v}" for k, v in line.data.items() if k in ("word", "reason", "touch", "until")
            )
            self.note(f"{shop} {subject}", "house", f"{line.kind} {said}")
        else:
            self.log.update(f"{line.at}{line.kind}{line.data.get('reason')}".encode())

    def _accepted(self, message: Outgoing) -> None:
        """The provider took a message: the shopper has it."""
        self.claims.settle(message.shop, message.claim_id)
        ours = self.sendings if message.leave_url is not None else self.questions
        in_the_field = message.shop in self.field.shops and message.leave_url is not None
        book = self.field.book if in_the_field else self.following if message.shop == SHOP else ours
        for invariant, why in book.accept(message, self.schedule.now):
            self.violated(invariant, why, message.html, self.field.scene_of(message.html))
        self.note(message.html, "mail", f"{message.touch} to {message.address}")
        self.stage.got(Mail(message, self.schedule.now))

    def run(self, until: timedelta, *, to_the_first: bool = False) -> None:
        """Let everything happen, or what happens up to the first broken promise."""
        with self.house.at_the_doors():
            self.schedule.run_until(self.start + until, lambda: to_the_first and bool(self.violations))
