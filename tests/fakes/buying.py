"""A shop that buys what runs low: its counts of stock, the machine in virtual time, its purchasing and its supplier."""

from __future__ import annotations

import heapq
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cartback.domain.connectors.connection import Connection
from cartback.domain.desk.entries import APPROVAL, UNKNOWN, Entry
from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.observations import Observation, ProductSeen, StockSeen, VariantSeen
from cartback.usecases.apply_events import Message
from cartback.usecases.connectors.asked import Asked
from cartback.usecases.runs import Run as Asking
from tests.asl import Call, Ended, Run, Wait, start
from tests.asl_machine import Machine
from tests.fakes.told import Told
from tests.fakes.world import World, a_policy
from tests.laws.reading import ROOT

COFFEE = VariantSeen(
    "v1", "Kaffee", variant_title="250 g", sku="KAF-250", gtin="4006381333931", cost=Money(450, "EUR")
)


@cache
def machine_of(flow: str) -> Machine:
    """The real machine of a flow."""
    return Machine.load(ROOT / "statemachines" / f"{flow}.asl.json")


@dataclass
class Answers:
    """The port ``WaitingRuns``: a run goes on with the answer, once."""

    here: Buying
    waiting: dict[str, str] = field(default_factory=dict)

    def answer(self, token: str, word: dict[str, object]) -> bool:
        run = self.waiting.pop(token, None)
        if run is None:
            return False
        self.here.go_on(run, self.here.runs[run].resume(word))
        return True


class Buying:
    """One shop with ``low_stock`` switched on, or whichever ``flows`` that no shopper sees.

    ``runs`` are its runs, ``mail`` what left for people.
    """

    def __init__(self, **policy: Any) -> None:
        self.told = Told()
        self.world = World(adapter=self.told)
        self.clock, self.effects = self.world.clock, self.world.effects
        self.effects.decide = replace(self.effects.decide, runs=(answers := Answers(self)))
        self.effects.ask = replace(self.effects.ask, decide=self.effects.decide)
        self.effects.work_desk = replace(self.effects.work_desk, decide=self.effects.decide)
        self.answers, self.mail = answers, self.effects.mail
        given = {"flows": frozenset({"low_stock"}), **policy}
        self.world.settings.policies["demo"] = a_policy(**given)
        for name, to in (
            ("alert_email", "purchasing@demo.example"),
            ("supplier_email", "orders@roaster.example"),
        ):
            options = {"to": to, "sender": "shop@demo.example"}
            self.effects.connections.save(None, Connection("demo", name, options=options))
        self.runs: dict[str, Run] = {}
        self.timers: list[tuple[datetime, int, str]] = []
        self.number = 0

    # ── what the shop tells ──────────────────────────────────────────────────────────────────────────────────────

    def tell(self, *seen: Observation, name: str = "") -> None:
        """One event of the shop's; the facts that follow start what they start."""
        self.number += 1
        name = name or f"e{self.number}"
        delivery = self.told.delivery(name, *seen, at=self.clock.now())
        before = len(self.world.bus.facts)
        self.world.apply_events([Message(f"{name}-{self.number}", "{}", delivery)])
        for fact in self.world.bus.facts[before:]:
            self.hear(fact)

    def hear(self, fact: Any) -> None:
        """A fact reaches the starter; it may come again."""
        for name in self.world.start_flows(fact.name, fact.shop, fact.data, fact.at):
            given = json.loads(json.dumps(self.world.runs.started[name]))
            self.runs[name] = start(machine_of(given["flow"]), given, name=name)
            self.go_on(name, self.runs[name].resume())

    def sells(self, variant: VariantSeen = COFFEE, *, product: str = "p1", gone: bool = False) -> None:
        """The shop tells of a product."""
        at = self.clock.now()
        self.tell(ProductSeen(product, at, (variant,), deleted=gone, whole=True))

    def counts(
        self, pieces: int, variant: str = "v1", *, coming: int | None = None, at: datetime | None = None
    ) -> None:
        """The shop counts its pieces."""
        self.tell(StockSeen(at or self.clock.now(), pieces, variant, incoming=coming))

    # ── the machine ──────────────────────────────────────────────────────────────────────────────────────────────

    def go_on(self, name: str, step: Wait | Call | Ended) -> None:
        """Let a run go on until it waits for time or a person, or ends."""
        run = self.runs[name]
        while isinstance(step, Call):
            payload = json.loads(json.dumps(step.payload))
            if step.token is not None:
                token = f"{name}/{step.token}/{self.number}/{len(run.path)}"
                self.answers.waiting[token] = name
                payload = {**payload, "token": token}
            try:
                answer = self.task(step.function, payload)
            except Exception as error:  # noqa: BLE001 - a Lambda fails under its exception's name, whatever that is
                step = run.fail(type(error).__name__, str(error))
                continue
            if step.token is not None:
                return
            step = run.resume(json.loads(json.dumps(answer)))
        if isinstance(step, Wait):
            self.number += 1
            due_at = self.clock.now() + timedelta(seconds=step.seconds)
            heapq.heappush(self.timers, (due_at, self.number, name))

    def task(self, function: str, payload: dict[str, Any]) -> Any:
        """What a function answers."""
        if function == "look":
            return self.world.propose(Asking.from_task(payload), payload["step"], payload["proposed"])
        if function == "act":
            return self.effects.act(Asked.from_task(payload))
        if function == "ask":
            return self.effects.ask(payload)
        about = payload["run"]["about"]
        self.world.park_run(
            about["flow"],
            payload["run"]["name"],
            about["shop"],
            about["subject"],
            payload["error"],
            payload["cause"],
        )
        return {"parked": True}

    def passes(self, **by: float) -> None:
        """Time passes: runs wake, the desk looks after itself every hour."""
        until = self.clock.now() + timedelta(**by)
        while self.clock.now() < until:
            following = min(
                [until, self.clock.now() + timedelta(hours=1), *(at for at, _, _ in self.timers[:1])]
            )
            self.clock.at = max(self.clock.now(), following)
            while self.timers and self.timers[0][0] <= self.clock.now():
                name = heapq.heappop(self.timers)[2]
                self.go_on(name, self.runs[name].resume())
            self.effects.work_desk()

    # ── people ───────────────────────────────────────────────────────────────────────────────────────────────────

    def asked(self, kind: str = APPROVAL) -> list[Entry]:
        """What waits for somebody's word."""
        return [entry for entry in self.effects.desk.listed("demo") if entry.kind == kind and entry.waits]

    def says(self, word: str, *people: str, kind: str = APPROVAL) -> None:
        """People answer what waits; who comes too late or twice is refused, as on the page."""
        for entry in self.asked(kind):
            for person in people:
                try:
                    self.effects.decide("demo", entry.entry_id, word, person)
                except Refused:
                    continue

    @property
    def alerts(self) -> list[dict[str, Any]]:
        """What reached purchasing."""
        return [sent for sent in self.mail.sent if "enclosed" not in sent]

    @property
    def orders(self) -> list[dict[str, Any]]:
        """What reached the supplier."""
        return [sent for sent in self.mail.sent if "enclosed" in sent]

    @property
    def doubts(self) -> list[Entry]:
        """What nobody knows."""
        return self.asked(UNKNOWN)

    def ends(self) -> list[str]:
        """How the runs ended so far."""
        return [run.ended.status for run in self.runs.values() if run.ended is not None]

    def why(self, level: str) -> list[tuple[str, str]]:
        """What was decided about a level, and why."""
        lines = self.world.ledger.story("demo", f"level#{level}")
        return [(line.data["word"], line.data.get("reason", "")) for line in lines if line.kind == "decision"]
