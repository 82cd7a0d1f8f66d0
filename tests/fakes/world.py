"""A whole house in memory: every use case on fakes that remember what was asked of them."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cartback import shops, texts
from cartback.channels import answer_line
from cartback.domain.messaging.timing import Caps
from cartback.domain.policy import Policy
from cartback.domain.shop.presets import PRESETS
from cartback.domain.wording.own import ShopTexts
from cartback.flows import all_flows
from cartback.ports import Delivery, ShopFace, ShopKeys
from cartback.store.intake.once import REMEMBERED
from cartback.usecases.apply_events import ApplyEvents
from cartback.usecases.apply_receipts import ApplyReceipts
from cartback.usecases.batch import Message
from cartback.usecases.consent.confirm import Confirm
from cartback.usecases.consent.end_proofs import EndProofs
from cartback.usecases.consent.leave import Leave
from cartback.usecases.consent.prefer import Prefer
from cartback.usecases.consent.subscribe import Subscribe
from cartback.usecases.intake.collect import Collect
from cartback.usecases.intake.receive_answer import ReceiveAnswer
from cartback.usecases.intake.recognise import Recognise
from cartback.usecases.intake.record_trade import RecordTrade
from cartback.usecases.look import Look
from cartback.usecases.messaging.lapsed import Lapsed
from cartback.usecases.messaging.open_link import OpenLink
from cartback.usecases.messaging.send_message import SendMessage
from cartback.usecases.messaging.settle_claims import SettleClaims
from cartback.usecases.park_run import ParkRun
from cartback.usecases.people.collect_export import CollectExport
from cartback.usecases.people.erase_person import ErasePerson
from cartback.usecases.people.export_person import ExportPerson
from cartback.usecases.people.start_erasing import StartErasing
from cartback.usecases.people.start_exporting import StartExporting
from cartback.usecases.people.sweep_erased import SweepErased
from cartback.usecases.people.tell_awaited import TellAwaited
from cartback.usecases.propose import Propose
from cartback.usecases.receive_webhook import ReceiveWebhook
from cartback.usecases.results.audit import AuditDay, AuditShops, LookBack
from cartback.usecases.shop.enrol_shop import EnrolShop
from cartback.usecases.shop.reconcile import Reconcile
from cartback.usecases.shop.start_reconciling import StartReconciling
from cartback.usecases.start_flows import StartFlows
from cartback.usecases.start_listed import StartListed
from tests.fakes.audits import MemoryAudits, MemoryClaimIndex
from tests.fakes.effects import Effects
from tests.fakes.memory import (
    MemoryCounters,
    MemoryDue,
    MemoryLedger,
    MemoryOnce,
    MemoryOrders,
    MemoryRecords,
    MemoryTables,
)
from tests.fakes.outside import CountingMetrics, ListBus, ListQueue, ListRaw, ListRuns, Outbox
from tests.fakes.shop_api import DictHealth, ListedShop
from tests.fakes.sweeps import MemoryLetterSweep, MemoryProofs, MemoryRawSweep, MemoryTableSweep

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class HandClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


class SeededTokens:
    """Tokens of the right shape that come out the same for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.made: list[str] = []

    def fresh(self) -> str:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        self.made.append("".join(self.random.choices(alphabet, k=43)))
        return self.made[-1]


def plain_hash(shop: str, text: str) -> str:
    """A hash without a secret: good enough to be the same twice and different otherwise."""
    return hashlib.sha256(f"{shop}\x1f{text}".encode()).hexdigest()[:40]


class DictSettings:
    """Policies, faces and own texts by shop."""

    def __init__(self) -> None:
        self.policies: dict[str, Policy] = {}
        self.faces: dict[str, ShopFace] = {}
        self.words: dict[str, ShopTexts] = {}

    def policy(self, shop: str) -> Policy | None:
        return self.policies.get(shop)

    def shop(self, shop: str) -> ShopFace | None:
        return self.faces.get(shop)

    def texts(self, shop: str) -> ShopTexts | None:
        return self.words.get(shop)


class DictKeys:
    """Secrets by shop."""

    def __init__(self) -> None:
        self.by_shop: dict[str, ShopKeys] = {}

    def of(self, shop: str) -> ShopKeys | None:
        return self.by_shop.get(shop)

    def again(self, shop: str) -> ShopKeys | None:
        return None

    def read(self, shop: str) -> ShopKeys | None:
        return self.by_shop.get(shop)

    def write(self, shop: str, keys: ShopKeys) -> None:
        self.by_shop[shop] = keys

    def drop(self, shop: str) -> None:
        self.by_shop.pop(shop, None)


def a_policy(**changes) -> Policy:
    """The standard policy, without quiet hours unless asked for, so that tests may run at any hour.

    The market is one whose law takes a ticked box as a consent: what the strictest asks has tests of its own.
    """
    preset = PRESETS["standard"]
    given = {
        "version": 1,
        "flows": frozenset({"cart_recovery", "double_opt_in"}),
        "touches": preset.touches,
        "silence": preset.silence,
        "caps": Caps(),
        "pack": "eu",
        **changes,
    }
    return Policy(**given)


def a_face(shop: str = "demo", **changes) -> ShopFace:
    """A shop that shows itself in German first."""
    given = {
        "shop": shop,
        "name": "Haus Demo",
        "url": "https://demo.example",
        "domains": ("demo.example",),
        "sender": "hallo@demo.example",
        "reply_to": None,
        "imprint": ("Haus Demo GmbH", "Musterweg 1, 10115 Berlin"),
        "languages": ("de", "en"),
        "time_zone": "Europe/Berlin",
        **changes,
    }
    return ShopFace(**given)


@dataclass
class World:
    """Everything, wired. ``deliver`` applies raw events as the queue would."""

    clock: HandClock = field(default_factory=HandClock)
    adapter: Callable = shops.load
    shops: tuple[str, ...] = ("demo",)

    def __post_init__(self) -> None:
        self.tables = MemoryTables(self.clock)
        self.records = MemoryRecords(self.tables)
        self.ledger = MemoryLedger(self.tables)
        self.due = MemoryDue(self.tables)
        self.orders = MemoryOrders(self.tables)
        self.once = MemoryOnce(self.clock, timedelta(seconds=30), REMEMBERED)
        self.bus, self.runs, self.queue, self.raw = ListBus(), ListRuns(), ListQueue(), ListRaw()
        self.metrics, self.outbox, self.tokens = CountingMetrics(), Outbox(), SeededTokens()
        self.settings, self.keys = DictSettings(), DictKeys()
        for shop in self.shops:
            self.settings.policies[shop] = a_policy()
            self.settings.faces[shop] = a_face(shop)
            self.keys.by_shop[shop] = ShopKeys("shopify", ("secret",))
        self._wire()

    def _wire(self) -> None:
        channels = {"email": self.outbox}
        self.enrol_shop = EnrolShop(self.keys, self.tokens, self.clock, self.adapter)
        self.receive_webhook = ReceiveWebhook(self.keys, self.queue, self.clock, self.adapter)
        self.receive_answer = ReceiveAnswer(self.keys, self.queue, self.clock, answer_line)
        self.apply_events = ApplyEvents(
            records=self.records,
            once=self.once,
            bus=self.bus,
            raw=self.raw,
            parking=self.queue,
            hasher=plain_hash,
            clock=self.clock,
            metrics=self.metrics,
            adapter=self.adapter,
            settings=self.settings,
            record_trade=RecordTrade(self.orders, self.clock),
            due=lambda: self.due,
            desk=lambda: self.desk,
        )
        self.apply_receipts = ApplyReceipts(self.ledger, self.records, self.bus, self.clock, self.metrics)
        self._wire_starting()
        self.look = self.watch_cart = Look(
            self.records, self.settings, self.ledger, self.bus, self.clock, frozenset(channels)
        )
        self._wire_sending(channels)
        self._wire_effects()
        self.park_run = ParkRun(self.ledger, self.clock, self.metrics, self.desk)
        index = MemoryClaimIndex(self.tables)
        self.settle_claims = SettleClaims(index, self.ledger, self.clock, self.metrics, self.desk)
        self.look_back = LookBack(index, self.records, self.clock)
        audit_day = AuditDay(self.look_back, MemoryAudits(), self.metrics)
        self.audit = AuditShops(audit_day, lambda: sorted(self.settings.policies), self.clock)
        self.lapsed = Lapsed(self.ledger, self.settings)
        self.open_link = OpenLink(self.ledger, self.records, self.settings, self.clock, lambda: self.metrics)
        self.leave = Leave(self.ledger, self.records, self.bus, self.clock)
        self._wire_sign_up()
        self._wire_reconciliation()
        self._wire_privacy()

    def _wire_sending(self, channels: dict[str, Outbox]) -> None:
        self.touch = SendMessage(
            records=self.records,
            settings=self.settings,
            ledger=self.ledger,
            channels=channels,
            texts=texts,
            tokens=self.tokens,
            bus=self.bus,
            clock=self.clock,
            public_url="https://api.example",
            counters=MemoryCounters(self.tables),
            index=self.due,
            own_texts=self.settings.texts,
            metrics=self.metrics,
        )

    def _wire_effects(self) -> None:
        self.effects = Effects(self)
        self.desk, self.act, self.ask = self.effects.desk, self.effects.act, self.effects.ask
        self.answer_ask, self.press_button = self.effects.answer_ask, self.effects.press_button
        self.hear_tool, self.forward_facts = self.effects.hear_tool, self.effects.forward_facts
        self.work_desk = self.effects.work_desk
        here = (self.records, self.settings, self.ledger, self.effects.book)
        self.propose = Propose(*here, texts, texts.LANGUAGES, self.clock)

    def _wire_starting(self) -> None:
        self.start_flows = StartFlows(self.settings, self.ledger, self.runs, self.clock, self.due)
        self.start_listed = StartListed(
            lambda: list(self.shops),
            self.due,
            self.records,
            self.settings,
            self.ledger,
            self.runs,
            {flow.name: flow for flow in all_flows()},
            self.clock,
            self.metrics,
            lambda: TellAwaited(self.records, self.orders, self.due, self.bus, self.clock),
        )

    def _wire_privacy(self) -> None:
        here = {
            "records": self.records,
            "hasher": plain_hash,
            "clock": self.clock,
            "tables": MemoryTableSweep(self.tables),
            "orders": self.orders,
            "adapter": self.adapter,
        }
        self.raw_sweep, self.letters = MemoryRawSweep(self.raw), MemoryLetterSweep()
        self.sweep_erased = SweepErased(
            **here,
            raw=self.raw_sweep,
            letters=self.letters,
            connections=self.effects.connections,
            tools=self.effects.connections,
            access=self.effects.keys,
            metrics=self.metrics,
        )
        self.export = ExportPerson(
            **here, ledger=self.ledger, proofs=MemoryProofs(self.tables), raw=self.raw_sweep
        )
        self.collect_export = CollectExport(self.export, self.raw_sweep)
        self.erase_person = ErasePerson(self.records, plain_hash, self.bus, self.clock, lambda: self.due)
        self.start_erasing = StartErasing(self.runs)
        self.start_exporting = StartExporting(self.runs, self.metrics)
        self.end_proofs = EndProofs(self.records, here["tables"], self.clock, self.metrics)

    def _wire_sign_up(self) -> None:
        here = {
            "ledger": self.ledger,
            "records": self.records,
            "settings": self.settings,
            "clock": self.clock,
        }
        self.subscribe = Subscribe(
            self.records,
            self.settings,
            MemoryCounters(self.tables),
            plain_hash,
            self.bus,
            self.clock,
            self.metrics,
        )
        self.collect = Collect(
            self.keys,
            self.settings,
            self.queue,
            MemoryCounters(self.tables),
            self.clock,
            shops.load,
            lambda: self.metrics,
        )
        self.ask_confirmation = replace(self.touch, bus=None)
        self.confirm = Confirm(**here, texts=texts, bus=self.bus)
        self.preferences = Prefer(**here, texts=texts, bus=self.bus)

    def _wire_reconciliation(self) -> None:
        self.api, self.health = ListedShop(), DictHealth(self.clock)
        self.apply_events = replace(
            self.apply_events,
            beat=self.health,
            recognise=Recognise(self.settings, self.adapter),
            strangers=self.health,
            told_once=self.health,
        )
        self.reconcile = Reconcile(
            keys=self.keys,
            reach=lambda shop: self.api,
            adapter=self.adapter,
            records=self.records,
            hasher=plain_hash,
            queue=self.queue,
            book=self.health,
            metrics=self.metrics,
            clock=self.clock,
            settings=self.settings,
        )
        self.start_reconciling = StartReconciling(lambda: list(self.shops), self.runs)

    def deliver(self, *deliveries: Delivery):
        """Apply deliveries as one batch; gives the report."""
        messages = [
            Message(f"m{number}-{delivery.key}", json.dumps({"key": delivery.key}), delivery)
            for number, delivery in enumerate(deliveries)
        ]
        return self.apply_events(messages)

    def start_due(self) -> list[str]:
        """Start the runs that the published facts ask for."""
        started = []
        for fact in list(self.bus.facts):
            started.extend(self.start_flows(fact.name, fact.shop, fact.data, fact.at))
        return started
