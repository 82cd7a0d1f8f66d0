"""The real use cases behind the real doors, on the fakes of ``tests.fakes``, every call through the season's hands."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from cartback import texts, wiring
from cartback.domain.claims import Claim
from cartback.domain.customer import Person
from cartback.domain.policy import Policy
from cartback.domain.touches import Dossier
from cartback.ports import Channel, Clock, Line, Link, ShopFace, ShopKeys
from cartback.store.once import REMEMBERED
from cartback.usecases.apply_events import ApplyEvents, Message, Report
from cartback.usecases.apply_receipts import ApplyReceipts
from cartback.usecases.leave import Leave
from cartback.usecases.open_link import OpenLink
from cartback.usecases.park_run import ParkRun
from cartback.usecases.receive_webhook import ReceiveWebhook
from cartback.usecases.settle_claims import SettleClaims
from cartback.usecases.start_flows import StartFlows
from cartback.usecases.take_batch import TakeBatch
from cartback.usecases.touch import Touch
from cartback.usecases.watch_cart import WatchCart
from tests.fakes.audits import MemoryClaimIndex
from tests.fakes.memory import MemoryLedger, MemoryOnce, MemoryRecords, MemoryTables
from tests.fakes.world import CountingMetrics, SeededTokens, plain_hash
from tests.simulation.cloud import EventBus, Intake, StateMachines
from tests.simulation.faults import Guarded
from tests.simulation.network import Platform

if TYPE_CHECKING:
    from tests.simulation.season import Season

_RECORDS = ("read", "save", "dossier")
_LEDGER = ("claim", "mark", "release", "read_claim", "note", "story", "look", "follow")


class WitnessedLedger(MemoryLedger):
    """The ledger in memory; tells the season what was claimed and what was decided."""

    def __init__(self, tables: MemoryTables, season: Season) -> None:
        super().__init__(tables)
        self._season = season

    def claim(
        self, claim: Claim, dossier: Dossier, person: Person, line: Line, links: Sequence[Link]
    ) -> str | None:
        refused = super().claim(claim, dossier, person, line, links)
        if refused is None:
            self._season.claimed(claim, person.email)
        return refused

    def note(self, shop: str, subject: str, line: Line) -> None:
        super().note(shop, subject, line)
        self._season.decided(shop, subject, line)


class Policies:
    """The port ``Settings``: what each shop wants right now."""

    def __init__(self) -> None:
        self.policies: dict[str, Policy] = {}
        self.faces: dict[str, ShopFace] = {}

    def policy(self, shop: str) -> Policy | None:
        return self.policies.get(shop)

    def shop(self, shop: str) -> ShopFace | None:
        return self.faces.get(shop)


class Secrets:
    """The port ``Keys``: every shop of the season is known."""

    def __init__(self, shops: Mapping[str, ShopFace]) -> None:
        self._shops = shops

    def of(self, shop: str) -> ShopKeys | None:
        return ShopKeys("told", ("secret",)) if shop in self._shops else None


class Words:
    """The port ``Texts``: a mail that says which content of which cart it is about, and the token back to it."""

    def __init__(self, season: Season) -> None:
        self._season = season

    def email(self, flow: str, touch: str, lang: str, fields: Mapping[str, Any]) -> tuple[str, str, str]:
        labels = {item.title for item in fields["items"]}
        label = labels.pop()
        if labels:
            self._season.violated("I3", f"one mail about {label} and {sorted(labels)}")
        self._season.invocation.rendered = label
        return touch, label, str(fields["restore_url"]).rpartition("/")[2]

    @staticmethod
    def page(name: str, lang: str, fields: Mapping[str, object]) -> str:
        """A page that says its name; pages have tests of their own."""
        return name


class Raw:
    """The port ``RawStore``: kept, and not looked at again."""

    def keep(self, shop: str, batch: str, deliveries) -> None:
        """Nothing of the season is replayed."""


class House:
    """Everything between the doors, wired as ``wiring`` does it."""

    def __init__(
        self,
        season: Season,
        clock: Clock,
        channel: Channel,
        cloud: tuple[Intake, EventBus, StateMachines],
        platform: Platform,
        seed: int,
    ) -> None:
        self.intake, self.bus, self.machines = cloud
        self.clock, self.season = clock, season
        self.tables = MemoryTables(clock)
        self.policies = Policies()
        self.metrics = CountingMetrics()
        guard: Callable[..., Any] = lambda name, port, *methods: Guarded(season.call, name, port, methods)  # noqa: E731
        self.records = guard("records", MemoryRecords(self.tables), *_RECORDS)
        self.ledger = guard("ledger", WitnessedLedger(self.tables, season), *_LEDGER)
        once = MemoryOnce(clock, wiring.APPLY_TIMEOUT, REMEMBERED)
        self.once = guard("once", once, "begin", "complete", "abandon")
        self.told = guard("bus", self.bus, "publish")
        self.settings = guard("settings", self.policies, "policy", "shop")
        self.parking = guard("parking", self.intake, "park")
        self._wire(guard, channel, platform, seed)

    def _wire(self, guard: Callable[..., Any], channel: Channel, platform: Platform, seed: int) -> None:
        records, ledger, settings, clock, bus = (
            self.records,
            self.ledger,
            self.settings,
            self.clock,
            self.told,
        )
        queue, raw = guard("queue", self.intake, "put"), guard("raw", Raw(), "keep")
        runs = guard("runs", self.machines, "start")
        keys = Secrets(self.policies.faces)
        channels = {"email": channel}
        self.receive_webhook = ReceiveWebhook(keys, queue, clock, platform)
        self.apply_events = ApplyEvents(
            records, self.once, bus, raw, self.parking, plain_hash, clock, self.metrics, platform
        )
        receipts = ApplyReceipts(ledger, records, bus, clock, self.metrics)
        entries = self.intake.entries
        self.take_batch = TakeBatch(
            self._applied,
            receipts,
            lambda envelope: entries[envelope["n"]],
            lambda envelope: [entries[envelope["n"]]],
            self.parking,
            self.metrics,
        )
        self.start_flows = StartFlows(settings, ledger, runs, clock)
        self.watch_cart = WatchCart(records, settings, ledger, bus, clock, frozenset(channels))
        self.touch = Touch(
            records,
            settings,
            ledger,
            channels,
            Words(self.season),
            SeededTokens(seed),
            bus,
            clock,
            "https://api.example",
        )
        self.park_run = ParkRun(ledger, clock, self.metrics)
        self.open_link = OpenLink(ledger, records, settings, clock)
        self.settle_claims = SettleClaims(MemoryClaimIndex(self.tables), ledger, clock, self.metrics)
        self.leave = Leave(ledger, records, bus, clock)

    def _applied(self, messages: Sequence[Message]) -> Report:
        report = self.apply_events(messages)
        for verdict in ("applied", "duplicates", "ignored", "parked"):
            for message_id in getattr(report, verdict):
                self.season.invocation.verdicts[message_id] = verdict
        return report

    @contextmanager
    def at_the_doors(self) -> Iterator[None]:
        """Let the doors find these use cases, and nothing of the environment."""
        doors = (
            "receive_webhook take_batch start_flows watch_cart touch park_run open_link leave settle_claims settings"
        ).split()
        before = {name: getattr(wiring, name) for name in doors}
        for name in doors:
            setattr(wiring, name, partial(getattr, self, name))
        written, texts.page = texts.page, Words.page
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)
            texts.page = written
            for name, made in before.items():
                setattr(wiring, name, made)
