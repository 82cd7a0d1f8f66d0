"""The real use cases behind the real doors, on the fakes of ``tests.fakes``, every call through the season's hands."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from cartback import texts, wiring
from cartback.domain.policy import Policy
from cartback.flows import all_flows
from cartback.ports import Channel, Clock, Mail, ShopFace, ShopKeys
from cartback.store.intake.once import REMEMBERED
from cartback.usecases.apply_events import ApplyEvents
from cartback.usecases.apply_receipts import ApplyReceipts
from cartback.usecases.batch import Message, Report
from cartback.usecases.consent.confirm import Confirm
from cartback.usecases.consent.leave import Leave
from cartback.usecases.consent.prefer import Prefer
from cartback.usecases.consent.subscribe import Subscribe
from cartback.usecases.intake.recognise import Recognise
from cartback.usecases.intake.record_trade import RecordTrade
from cartback.usecases.look import Look
from cartback.usecases.messaging.lapsed import Lapsed
from cartback.usecases.messaging.open_link import OpenLink
from cartback.usecases.messaging.send_message import SendMessage
from cartback.usecases.messaging.settle_claims import SettleClaims
from cartback.usecases.park_run import ParkRun
from cartback.usecases.receive_webhook import ReceiveWebhook
from cartback.usecases.results.audit import AuditDay, AuditShops, LookBack
from cartback.usecases.shop.reconcile import Reconcile
from cartback.usecases.shop.start_reconciling import StartReconciling
from cartback.usecases.start_flows import StartFlows
from cartback.usecases.start_listed import StartListed
from cartback.usecases.take_batch import TakeBatch
from tests.fakes.audits import MemoryAudits, MemoryClaimIndex
from tests.fakes.connectors import MemoryDesk
from tests.fakes.memory import (
    MemoryCounters,
    MemoryOnce,
    MemoryOrders,
    MemoryRecords,
    MemoryTables,
)
from tests.fakes.shop_api import DictHealth
from tests.fakes.world import CountingMetrics, SeededTokens, plain_hash
from tests.simulation.cloud import EventBus, Intake, StateMachines
from tests.simulation.faults import Guarded
from tests.simulation.network import TOLD, Platform
from tests.simulation.reconciling import Found, ShopLists, reach
from tests.simulation.witnessed import WitnessedDue, WitnessedLedger

if TYPE_CHECKING:
    from tests.simulation.season import Season

PUBLIC_URL = "https://api.example"
_RECORDS = ("read", "save", "context")
_LEDGER = ("claim", "mark", "release", "read_claim", "note", "story", "look", "follow")


class Policies:
    """The port ``Settings``: what each shop wants right now, and who signs for those that sign."""

    def __init__(self) -> None:
        self.policies: dict[str, Policy] = {}
        self.faces: dict[str, ShopFace] = {}
        self.keys: dict[str, ShopKeys] = {}

    def policy(self, shop: str) -> Policy | None:
        return self.policies.get(shop)

    def shop(self, shop: str) -> ShopFace | None:
        return self.faces.get(shop)


class Secrets:
    """The port ``Keys``: every shop of the season is known; some have secrets of their own."""

    def __init__(self, shops: Mapping[str, ShopFace], own: Mapping[str, ShopKeys]) -> None:
        self._shops, self._own = shops, own

    def of(self, shop: str) -> ShopKeys | None:
        told = ShopKeys(TOLD, ("secret",)) if shop in self._shops else None
        return self._own.get(shop, told)

    read = of

    def again(self, shop: str) -> ShopKeys | None:
        """Nobody changes a secret in the middle of a season."""
        return None


class Words:
    """The port ``Texts``: a mail that says which content of which cart it is about, and holds its links."""

    def __init__(self, season: Season) -> None:
        self._season = season

    def write(self, kind: str, flow: str, touch: str, lang: str, fields: Mapping[str, Any]) -> Mail:
        if flow == "double_opt_in":
            return Mail(touch, "sign-up", str(fields["confirm_url"]))
        if flow == "post_purchase":
            return Mail(touch, "purchase", f"{fields['page_url']} {fields['prefs_url']}")
        labels = {item.title for item in fields["items"]}
        label = labels.pop()
        if labels:
            self._season.violated("I3", f"one mail about {label} and {sorted(labels)}")
        self._season.invocation.rendered, self._season.invocation.lang = label, lang
        return Mail(touch, label, f"{fields['restore_url']} {fields['prefs_url']}")

    @staticmethod
    def kinds(flow: str, touch: str) -> frozenset[str]:
        """For which kinds of content there are words: as in the house."""
        return texts.kinds(flow, touch)

    @staticmethod
    def page(name: str, lang: str, fields: Mapping[str, Any]) -> str:
        """A page that says its name, and what can be chosen there; pages have tests of their own."""
        if name != "prefs":
            return name
        view = fields["view"]
        until = view.paused_until.isoformat() if view.paused_until else None
        named = {"frequency": view.frequency, "language": view.language, "paused_until": until}
        return json.dumps({"topics": view.topics, "channels": view.channels, **named})

    @staticmethod
    def wording(lang: str, shop: ShopFace, topics: Sequence[str]) -> str:
        """What is agreed to."""
        return f"{shop.name}: {' '.join(topics)}"


class Raw:
    """The port ``RawStore``: kept, and not looked at again."""

    def keep(self, shop: str, batch: str, deliveries, names=None) -> None:
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
        records, ledger, settings = self.records, self.ledger, self.settings
        clock, bus = self.clock, self.told
        queue, raw = guard("queue", self.intake, "put"), guard("raw", Raw(), "keep")
        runs = guard("runs", self.machines, "start")
        keys = Secrets(self.policies.faces, self.policies.keys)
        channels = {"email": channel}
        self.receive_webhook = ReceiveWebhook(keys, queue, clock, platform)
        self._wire_intake(guard, raw, platform)
        due = guard("due", WitnessedDue(self.tables, self.season), "put", "until", "drop")
        self.start_flows = StartFlows(settings, ledger, runs, clock, due)
        shops = lambda: list(self.policies.policies)  # noqa: E731
        flows = {flow.name: flow for flow in all_flows()}
        self.start_listed = StartListed(
            shops, due, records, settings, ledger, runs, flows, clock, self.metrics
        )
        self.look = Look(records, settings, ledger, bus, clock, frozenset(channels))
        self.touch = SendMessage(
            records,
            settings,
            ledger,
            channels,
            Words(self.season),
            SeededTokens(seed),
            clock,
            PUBLIC_URL,
            bus,
            counters=guard("counters", MemoryCounters(self.tables), "count"),
            index=due,
        )
        self.desk = MemoryDesk(clock)
        self.park_run = ParkRun(ledger, clock, self.metrics, self.desk)
        self.open_link = OpenLink(ledger, records, settings, clock, lambda: self.metrics)
        self.settle_claims = SettleClaims(
            MemoryClaimIndex(self.tables), ledger, clock, self.metrics, self.desk
        )
        self.lapsed = Lapsed(ledger, settings)
        self.leave = Leave(ledger, records, bus, clock)
        self._wire_pages(guard)
        self._wire_looking(guard, platform)

    def _wire_intake(self, guard: Callable[..., Any], raw: Any, platform: Platform) -> None:
        records, settings, clock = self.records, self.settings, self.clock
        strangers = DictHealth(clock)
        self.apply_events = ApplyEvents(
            records,
            self.once,
            self.told,
            raw,
            self.parking,
            plain_hash,
            clock,
            self.metrics,
            platform,
            settings=settings,
            recognise=Recognise(settings, platform),
            strangers=strangers,
            told_once=strangers,
            record_trade=RecordTrade(guard("orders", MemoryOrders(self.tables), "read", "save"), clock),
        )
        receipts = ApplyReceipts(self.ledger, records, self.told, clock, self.metrics)
        entries = self.intake.entries
        self.take_batch = TakeBatch(
            self._applied,
            receipts,
            lambda envelope: entries[envelope["n"]],
            lambda envelope: [entries[envelope["n"]]],
            self.parking,
            self.metrics,
        )

    def _wire_pages(self, guard: Callable[..., Any]) -> None:
        records, ledger, settings, clock = self.records, self.ledger, self.settings, self.clock
        words, counters = Words(self.season), guard("counters", MemoryCounters(self.tables), "count")
        self.subscribe = Subscribe(records, settings, counters, plain_hash, self.told, clock, self.metrics)
        here = {"ledger": ledger, "records": records, "settings": settings, "texts": words, "clock": clock}
        self.confirm = Confirm(**here, bus=self.told)
        self.preferences = Prefer(**here, bus=self.told)

    def _wire_looking(self, guard: Callable[..., Any], platform: Platform) -> None:
        network = self.season.network
        lists = guard(
            "api", ShopLists(network, network.listed), "orders_since", "checkouts_since", "subscriptions"
        )
        self.reconcile = Reconcile(
            keys=Secrets(self.policies.faces, self.policies.keys),
            reach=partial(reach, lists, network.listed),
            adapter=platform,
            records=self.records,
            hasher=plain_hash,
            queue=Found(network, guard("queue", self.intake, "put").put),
            book=guard("book", DictHealth(), "read", "keep"),
            metrics=self.metrics,
            clock=self.clock,
        )
        runs, shops = guard("runs", self.machines, "start"), lambda: sorted(self.policies.faces)
        asked = lambda: [shop for shop in shops() if shop not in self.policies.keys]  # noqa: E731
        self.start_reconciling = StartReconciling(asked, runs)
        look_back = LookBack(MemoryClaimIndex(self.tables), self.records, self.clock)
        self.audits = MemoryAudits()
        self.audit = AuditShops(AuditDay(look_back, self.audits, self.metrics), shops, self.clock)

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
            "receive_webhook take_batch start_flows look touch park_run open_link leave lapsed settle_claims "
            "settings subscribe confirm preferences audit start_listed reconcile start_reconciling "
            "metrics"
        ).split()
        before = {name: getattr(wiring, name) for name in doors}
        for name in doors:
            setattr(wiring, name, partial(getattr, self, name))
        written, texts.page, texts.wording = (texts.page, texts.wording), Words.page, Words.wording
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)
            texts.page, texts.wording = written
            for name, made in before.items():
                setattr(wiring, name, made)
