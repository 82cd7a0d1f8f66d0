"""The composition root: the only reader of the environment. Everything is made on first use, nothing at import.

It is a flat list, not a container that makes a use case by the names of its fields. Counted: of the 237 things that its
45 use cases are given, 135 (57 %) are an adapter called like the field, and four use cases get nothing else; 41 would
need words of their own all the same, for a variable, another account of the same kind, or a function of an adapter. A
law reads here which variables and which rights a door needs, which a container would hide.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, cast

from cartback import shops
from cartback.store.clients import Clients, session
from cartback.store.clock import SystemClock, clock_of

if TYPE_CHECKING:
    from cartback.ports import Channel, Clock, Http, ShopAdapter, ShopApi, Ways
    from cartback.store.bus import EventBridgeBus, StepFunctionsRuns
    from cartback.store.connectors.connections import DynamoConnections, SecretAccess
    from cartback.store.connectors.effects import DynamoEffects
    from cartback.store.desk.book import DynamoDesk
    from cartback.store.intake.keys import SecretKeys
    from cartback.store.intake.raw import S3Raw
    from cartback.store.messaging.due import DynamoDue
    from cartback.store.messaging.ledger import DynamoLedger
    from cartback.store.metrics import EmbeddedMetrics
    from cartback.store.shop.health import DynamoHealth
    from cartback.store.shop.refusals import DynamoRefusals
    from cartback.store.shop.settings import CachedSettings
    from cartback.store.shop.texts import SpokenSettings
    from cartback.store.tokens import PepperedHasher
    from cartback.store.trade.orders import DynamoOrders
    from cartback.store.trade.records import DynamoRecords
    from cartback.usecases.act import Act
    from cartback.usecases.answer_ask import AnswerAsk
    from cartback.usecases.ask import Ask
    from cartback.usecases.connectors.hear_tool import HearTool
    from cartback.usecases.connectors.reach_vendor import ReachVendor
    from cartback.usecases.consent.confirm import Confirm
    from cartback.usecases.consent.end_proofs import EndProofs
    from cartback.usecases.consent.leave import Leave
    from cartback.usecases.consent.prefer import Prefer
    from cartback.usecases.consent.subscribe import Subscribe
    from cartback.usecases.desk.decide import Decide
    from cartback.usecases.desk.press_button import PressButton
    from cartback.usecases.forward_facts import ForwardFacts
    from cartback.usecases.intake.collect import Collect
    from cartback.usecases.intake.receive_answer import ReceiveAnswer
    from cartback.usecases.look import Look
    from cartback.usecases.messaging.lapsed import Lapsed
    from cartback.usecases.messaging.open_link import OpenLink
    from cartback.usecases.messaging.send_message import SendMessage
    from cartback.usecases.messaging.settle_claims import SettleClaims
    from cartback.usecases.park_run import ParkRun
    from cartback.usecases.people.collect_export import CollectExport
    from cartback.usecases.people.start_erasing import StartErasing
    from cartback.usecases.people.start_exporting import StartExporting
    from cartback.usecases.people.sweep_erased import SweepErased
    from cartback.usecases.people.tell_awaited import TellAwaited
    from cartback.usecases.propose import Propose
    from cartback.usecases.receive_webhook import ReceiveWebhook
    from cartback.usecases.results.audit import AuditShops
    from cartback.usecases.shop.enrol_shop import EnrolShop
    from cartback.usecases.shop.reach_shop import ReachShop
    from cartback.usecases.shop.reconcile import Reconcile
    from cartback.usecases.shop.start_reconciling import StartReconciling
    from cartback.usecases.start_flows import StartFlows
    from cartback.usecases.start_listed import StartListed
    from cartback.usecases.take_batch import TakeBatch
    from cartback.usecases.work_desk import WorkDesk

APPLY_TIMEOUT = timedelta(seconds=30)
"""The time-out of the function that applies events: how long a begun key is left to its worker."""


@cache
def clients() -> Clients:
    """The AWS clients of this process, with less patience where a person or a sender waits for them."""
    made = {"brief": Clients.brief, "hasty": Clients.hasty}
    return made.get(os.environ.get("PATIENCE", ""), Clients)()


@cache
def clock() -> Clock:
    """Real time; on the local cloud the time that its Wait states keep."""
    told = os.environ.get("CARTBACK_CLOCK")
    return clock_of(told) if told else SystemClock()


@cache
def records() -> DynamoRecords:
    """Carts, people and stock."""
    from cartback.store.tables import Tables
    from cartback.store.trade.records import DynamoRecords

    env = os.environ
    tables = Tables(
        carts=env["CARTS_TABLE"],
        customers=env.get("CUSTOMERS_TABLE", ""),
        ledger=env.get("LEDGER_TABLE", ""),
        catalogue=env.get("CATALOGUE_TABLE", ""),
        orders=env.get("ORDERS_TABLE", ""),
    )
    return DynamoRecords(clients(), tables, clock())


@cache
def orders() -> DynamoOrders:
    """The record of trade."""
    from cartback.store.trade.orders import DynamoOrders

    return DynamoOrders(clients(), os.environ["ORDERS_TABLE"], clock())


@cache
def ledger() -> DynamoLedger:
    """Claims, decisions and links."""
    from cartback.store.messaging.ledger import DynamoLedger
    from cartback.store.tables import Tables

    env = os.environ
    tables = Tables(
        carts=env.get("CARTS_TABLE", ""),
        customers=env.get("CUSTOMERS_TABLE", ""),
        ledger=env["LEDGER_TABLE"],
        orders=env.get("ORDERS_TABLE", ""),
    )
    return DynamoLedger(clients(), tables, clock())


@cache
def settings() -> CachedSettings:
    """Shops and policies."""
    from cartback.store.shop.settings import CachedSettings

    return CachedSettings(clients(), os.environ["SETTINGS_TABLE"], clock())


@cache
def spoken_settings() -> SpokenSettings:
    """Shops and policies with the shops' own texts."""
    from cartback.store.shop.texts import SpokenSettings

    return SpokenSettings(clients(), os.environ["SETTINGS_TABLE"], clock())


@cache
def bus() -> EventBridgeBus:
    """Where facts are told."""
    from cartback.store.bus import EventBridgeBus

    return EventBridgeBus(clients(), os.environ["BUS_NAME"])


@cache
def hasher() -> PepperedHasher:
    """Recognises addresses."""
    from cartback.store.tokens import PepperedHasher

    return PepperedHasher(clients(), os.environ["PEPPER_SECRET"])


@cache
def metrics() -> EmbeddedMetrics:
    """Counters."""
    from cartback.store.metrics import EmbeddedMetrics

    return EmbeddedMetrics()


@cache
def raw() -> S3Raw:
    """The raw events."""
    from cartback.store.intake.raw import S3Raw

    return S3Raw(clients(), os.environ["RAW_BUCKET"], clock())


@cache
def receive_webhook() -> ReceiveWebhook:
    """The intake."""
    from cartback.store.intake.keys import SecretKeys
    from cartback.store.queue import SqsQueue
    from cartback.usecases.receive_webhook import ReceiveWebhook

    keys = SecretKeys(clients(), os.environ["SHOP_SECRET_PREFIX"], clock())
    queue = SqsQueue(clients(), os.environ["INTAKE_QUEUE_URL"], lambda delivery: raw().aside(delivery))
    # Not set while the function is of the version before its layer: then nothing is counted.
    counted = refusals if os.environ.get("INSIGHTS_TABLE") else None
    return ReceiveWebhook(keys, queue, clock(), shops.load, metrics, counted)


@cache
def refusals() -> DynamoRefusals:
    """Refused signatures, counted."""
    from cartback.store.shop.refusals import DynamoRefusals

    return DynamoRefusals(clients(), os.environ["INSIGHTS_TABLE"], clock())


@cache
def receive_answer() -> ReceiveAnswer:
    """The intake of what people answer."""
    from cartback.channels import answer_line
    from cartback.store.queue import SqsQueue
    from cartback.usecases.intake.receive_answer import ReceiveAnswer

    env = os.environ
    queue = SqsQueue(clients(), env["INTAKE_QUEUE_URL"])
    return ReceiveAnswer(answer_keys(), queue, clock(), answer_line, env["PUBLIC_URL"])


def source(platform: str) -> ShopAdapter:
    """Who understands a delivery: the adapter of its platform, or the reader of farewells.

    Raises ``Refused`` for a platform that nobody serves.
    """
    from cartback.domain.messaging import opt_out_reply

    return cast("ShopAdapter", opt_out_reply) if platform == opt_out_reply.ANSWERS else shops.load(platform)


@cache
def collect() -> Collect:
    """The intake of what visitors' pages tell."""
    from cartback.store.intake.keys import SecretKeys
    from cartback.store.messaging.counters import DynamoCounters, SparingCounters
    from cartback.store.queue import SqsQueue
    from cartback.usecases.intake.collect import Collect

    env = os.environ
    keys = SecretKeys(clients(), env["SHOP_SECRET_PREFIX"], clock())
    counters = SparingCounters(DynamoCounters(clients(), env["LEDGER_TABLE"], clock()), clock())
    queue = SqsQueue(clients(), env["INTAKE_QUEUE_URL"])
    return Collect(keys, settings(), queue, counters, clock(), shops.load, metrics)


@cache
def enrol_shop() -> EnrolShop:
    """The door for platforms that connect in a ceremony."""
    from cartback.store.intake.secrets import SecretWriter
    from cartback.store.tokens import SystemTokens
    from cartback.usecases.shop.enrol_shop import EnrolShop

    keys = SecretWriter(clients(), os.environ["SHOP_SECRET_PREFIX"])
    return EnrolShop(keys, SystemTokens(), clock(), shops.load)


@cache
def http() -> Http:
    """The way out to shops' own APIs; to this machine only where the local cloud says so."""
    from cartback.web.client import Http

    return Http(loopback=os.environ.get("SHOPS_ON_LOOPBACK") == "yes")


@cache
def reach() -> ReachShop:
    """The shops' own APIs."""
    from cartback.store.intake.keys import SecretKeys
    from cartback.usecases.shop.reach_shop import ReachShop

    keys = SecretKeys(clients(), os.environ["SHOP_SECRET_PREFIX"], clock())
    return ReachShop(keys.of, http, shops.api)


def api_of(shop: str) -> ShopApi:
    """The API of a shop; what reaches it is made when it is first asked."""
    return reach()(shop)


@cache
def health() -> DynamoHealth:
    """How well we hear each shop."""
    from cartback.store.shop.health import DynamoHealth

    return DynamoHealth(clients(), os.environ["INSIGHTS_TABLE"], clock())


@cache
def reconcile() -> Reconcile:
    """The task that compares a shop's own lists with ours."""
    from cartback.store.intake.secrets import SecretWriter
    from cartback.store.queue import SqsQueue
    from cartback.usecases.shop.reconcile import Reconcile

    return Reconcile(
        keys=SecretWriter(clients(), os.environ["SHOP_SECRET_PREFIX"]),
        reach=reach(),
        adapter=shops.load,
        records=records(),
        hasher=hasher(),
        queue=SqsQueue(clients(), os.environ["INTAKE_QUEUE_URL"]),
        book=health(),
        metrics=metrics(),
        clock=clock(),
        settings=settings(),
    )


@cache
def start_reconciling() -> StartReconciling:
    """What starts the comparisons."""
    from cartback.store.bus import StepFunctionsRuns
    from cartback.store.shop.settings import DynamoShopBook
    from cartback.usecases.shop.start_reconciling import StartReconciling

    book = DynamoShopBook(clients(), os.environ["SETTINGS_TABLE"])
    runs = StepFunctionsRuns(clients(), {"reconcile": os.environ["RECONCILE_ARN"]})
    return StartReconciling(lambda: [settings.shop for settings in book.shops()], runs)


@cache
def start_erasing() -> StartErasing:
    """What starts the sweeps."""
    from cartback.store.bus import StepFunctionsRuns
    from cartback.usecases.people.start_erasing import StartErasing

    return StartErasing(StepFunctionsRuns(clients(), {"erasure": os.environ["ERASURE_ARN"]}))


@cache
def start_exporting() -> StartExporting:
    """What starts the collecting of somebody's data."""
    from cartback.store.bus import StepFunctionsRuns
    from cartback.usecases.people.start_exporting import StartExporting

    return StartExporting(StepFunctionsRuns(clients(), {"export": os.environ["EXPORT_ARN"]}), metrics())


@cache
def sweep_erased() -> SweepErased:
    """The task that forgets beside the rows."""
    from cartback.store.people.raw_sweeping import RawSweep
    from cartback.store.people.sweeping import DeadLetterSweep, TableSweep
    from cartback.usecases.people.sweep_erased import SweepErased

    env = os.environ
    return SweepErased(
        records=records(),
        tables=TableSweep(clients(), replace(records().tables, desk=env["DESK_TABLE"])),
        orders=orders(),
        raw=RawSweep(clients(), env["RAW_BUCKET"]),
        connections=connections(),
        tools=connections(),
        access=connector_keys(),
        letters=DeadLetterSweep(clients(), env["INTAKE_DLQ_URL"]),
        hasher=hasher(),
        adapter=source,
        clock=clock(),
        metrics=metrics(),
    )


@cache
def collect_export() -> CollectExport:
    """What answers a request for somebody's data."""
    from cartback.store.people.proofs import ConsentChains
    from cartback.store.people.raw_sweeping import RawSweep
    from cartback.store.people.sweeping import TableSweep
    from cartback.usecases.people.collect_export import CollectExport
    from cartback.usecases.people.export_person import ExportPerson

    env = os.environ
    raw = RawSweep(clients(), env["RAW_BUCKET"])
    export = ExportPerson(
        records=records(),
        ledger=ledger(),
        proofs=ConsentChains(clients(), env["LEDGER_TABLE"]),
        tables=TableSweep(clients(), records().tables),
        orders=orders(),
        raw=raw,
        hasher=hasher(),
        adapter=source,
        clock=clock(),
    )
    return CollectExport(export, raw)


@cache
def take_batch() -> TakeBatch:
    """The worker behind the queue."""
    from cartback.channels import receipts
    from cartback.store.intake.once import PowertoolsOnce
    from cartback.store.messaging.standing import DynamoStanding
    from cartback.store.queue import SqsQueue
    from cartback.usecases.apply_events import ApplyEvents
    from cartback.usecases.apply_receipts import ApplyReceipts
    from cartback.usecases.intake.recognise import Recognise
    from cartback.usecases.intake.record_trade import RecordTrade
    from cartback.usecases.take_batch import TakeBatch
    from cartback.usecases.watch_standing import WatchStanding

    env = os.environ
    parking = SqsQueue(clients(), env["INTAKE_DLQ_URL"])
    events = ApplyEvents(
        records=records(),
        once=PowertoolsOnce(clients(), env["IDEMPOTENCY_TABLE"], APPLY_TIMEOUT),
        bus=bus(),
        raw=raw(),
        parking=parking,
        hasher=hasher(),
        clock=clock(),
        metrics=metrics(),
        adapter=source,
        fetcher=reach(),
        beat=health(),
        settings=settings(),
        recognise=Recognise(settings(), source),
        strangers=health(),
        told_once=health(),
        record_trade=RecordTrade(orders(), clock()),
        due=due_index,
        desk=desk,
    )
    standing = DynamoStanding(clients(), env["INSIGHTS_TABLE"])
    watch = WatchStanding(standing, records(), clock(), metrics())
    news = ApplyReceipts(ledger(), records(), bus(), clock(), metrics(), watch)
    return TakeBatch(events, news, raw().unpack, receipts, parking, metrics())


@cache
def flow_runs() -> StepFunctionsRuns:
    """The machines of the flows. The first two were made without a name, and keep the one that they were given."""
    from cartback.store.bus import StepFunctionsRuns

    env = os.environ
    unnamed = {"cart_recovery": env["FLOW_CART_RECOVERY_ARN"], "double_opt_in": env["FLOW_DOUBLE_OPT_IN_ARN"]}
    return StepFunctionsRuns(clients(), unnamed, env["FLOW_PREFIX"])


@cache
def start_flows() -> StartFlows:
    """The starter of runs."""
    from cartback.usecases.start_flows import StartFlows

    return StartFlows(settings(), ledger(), flow_runs(), clock(), due_index())


@cache
def due_index() -> DynamoDue:
    """The list of carts that wait for their first look."""
    from cartback.store.messaging.due import DynamoDue

    return DynamoDue(clients(), os.environ["LEDGER_TABLE"])


@cache
def start_listed() -> StartListed:
    """What starts the runs of listed carts."""
    from cartback.flows import all_flows
    from cartback.store.shop.settings import DynamoShopBook, Remembered
    from cartback.usecases.start_listed import StartListed

    env = os.environ
    return StartListed(
        shops=Remembered(DynamoShopBook(clients(), env["SETTINGS_TABLE"]).names, clock()),
        index=due_index(),
        records=records(),
        settings=settings(),
        ledger=ledger(),
        runs=flow_runs(),
        flows={flow.name: flow for flow in all_flows()},
        clock=clock(),
        metrics=metrics(),
        tell_awaited=tell_awaited,
    )


@cache
def tell_awaited() -> TellAwaited:
    """What tells that something fell due for somebody."""
    from cartback.usecases.people.tell_awaited import TellAwaited

    return TellAwaited(records(), orders(), due_index(), bus(), clock())


@cache
def channels() -> Mapping[str, Channel]:
    """The ways to a person that this stack has."""
    from cartback.channels import by_name
    from cartback.ports import Means

    return by_name(os.environ, Means(session, http, answer_keys, clock))


@cache
def answer_keys() -> SecretKeys:
    """The shops' access to providers of short messages, and what proves the answers there."""
    from cartback.store.intake.keys import SecretKeys

    return SecretKeys(clients(), os.environ["ANSWER_SECRET_PREFIX"], clock())


@cache
def look() -> Look:
    """The task that reads the truth for a run."""
    from cartback.channels import names
    from cartback.usecases.look import Look

    return Look(records(), settings(), ledger(), bus(), clock(), names())


@cache
def propose() -> Propose:
    """The same task for flows that no shopper sees: what a run of one does next."""
    from cartback import texts
    from cartback.usecases.propose import Propose

    return Propose(records(), settings(), ledger(), effects(), texts, texts.LANGUAGES, clock())


@cache
def touch() -> SendMessage:
    """The task that sends a message, of whatever flow."""
    from cartback.usecases.messaging.fresh_stock import FreshStock

    return replace(
        ask_confirmation(),
        channels=channels(),
        bus=bus(),
        fresh_stock=FreshStock(api_of, metrics()),
        index=due_index(),
    )


@cache
def ask_confirmation() -> SendMessage:
    """The task that asks whether a sign-up was meant: it asks no shop and tells no facts."""
    from cartback import texts
    from cartback.channels.ses import Ses
    from cartback.domain.channels import EMAIL
    from cartback.store.messaging.counters import DynamoCounters
    from cartback.store.tokens import SystemTokens
    from cartback.usecases.messaging.send_message import SendMessage

    env = os.environ
    return SendMessage(
        records=records(),
        settings=spoken_settings(),
        ledger=ledger(),
        channels={
            EMAIL: Ses(env["CONFIGURATION_SET"], transactional=env["TRANSACTIONAL_SET"], session=session)
        },
        texts=texts,
        tokens=SystemTokens(),
        clock=clock(),
        public_url=env["PUBLIC_URL"],
        counters=DynamoCounters(clients(), env["LEDGER_TABLE"], clock()),
        own_texts=spoken_settings().texts,
        metrics=metrics(),
    )


@cache
def park_run() -> ParkRun:
    """The task that puts a failed run aside."""
    from cartback.usecases.park_run import ParkRun

    return ParkRun(ledger(), clock(), metrics(), desk())


@cache
def settle_claims() -> SettleClaims:
    """What calls doubtful claims unknown."""
    from cartback.store.messaging.claim_index import DynamoClaimIndex
    from cartback.usecases.messaging.settle_claims import SettleClaims

    index = DynamoClaimIndex(clients(), os.environ["LEDGER_TABLE"], clock())
    return SettleClaims(index, ledger(), clock(), metrics(), desk())


@cache
def desk() -> DynamoDesk:
    """What waits for a person."""
    from cartback.store.desk.book import DynamoDesk

    return DynamoDesk(clients(), os.environ["DESK_TABLE"], clock())


@cache
def effects() -> DynamoEffects:
    """Effects on outside systems."""
    from cartback.store.connectors.effects import DynamoEffects

    return DynamoEffects(clients(), os.environ["LEDGER_TABLE"], clock())


@cache
def connections() -> DynamoConnections:
    """The connections of shops, and the tokens of their tools."""
    from cartback.store.connectors.connections import DynamoConnections

    return DynamoConnections(clients(), os.environ["SETTINGS_TABLE"])


@cache
def connector_keys() -> SecretAccess:
    """The access to outside systems."""
    from cartback.store.connectors.connections import SecretAccess

    return SecretAccess(clients(), os.environ["CONNECTOR_SECRET_PREFIX"], clock())


@cache
def ways() -> Ways:
    """The ways out that connectors are given."""
    from cartback.ports import Ways
    from cartback.store.desk.team_mail import SesTeamMail

    return Ways(http(), SesTeamMail(os.environ["TRANSACTIONAL_SET"], session), clock())


@cache
def reach_vendor() -> ReachVendor:
    """The outside systems of shops."""
    from cartback import connectors
    from cartback.usecases.connectors.reach_vendor import ReachVendor

    return ReachVendor(connections(), connector_keys(), connectors.load, ways)


@cache
def act() -> Act:
    """The task that does one thing at an outside system."""
    from cartback.store.connectors.effects import DynamoAccounts
    from cartback.store.desk.book import DynamoWaiting
    from cartback.usecases.act import Act
    from cartback.usecases.connectors.calling import Calling

    env = os.environ
    return Act(
        reach=reach_vendor(),
        effects=effects(),
        calling=Calling(DynamoAccounts(clients(), env["LEDGER_TABLE"], clock()), clock()),
        work=DynamoWaiting(clients(), env["DESK_TABLE"], clock()),
        desk=desk(),
        connections=connections(),
        ledger=ledger(),
        clock=clock(),
        metrics=metrics(),
    )


@cache
def decide() -> Decide:
    """The answers of people."""
    from cartback.store.desk.waiting_runs import StepFunctionsAnswers
    from cartback.usecases.desk.decide import Decide

    return Decide(desk(), effects(), StepFunctionsAnswers(clients()), clock())


@cache
def ask() -> Ask:
    """The task that asks a person."""
    from cartback import connectors
    from cartback.usecases.ask import Ask

    return Ask(desk(), decide(), connectors.actions, clock())


@cache
def answer_ask() -> AnswerAsk:
    """The page of whoever was asked."""
    from cartback.usecases.answer_ask import AnswerAsk

    return AnswerAsk(desk(), decide(), clock())


@cache
def press_button() -> PressButton:
    """The buttons in Slack."""
    from cartback.connectors.slack import people_of
    from cartback.usecases.desk.press_button import PressButton

    return PressButton(connections(), connector_keys(), decide(), http, people_of, clock())


@cache
def hear_tool() -> HearTool:
    """The tools that cannot sign."""
    from cartback.store.messaging.counters import DynamoCounters
    from cartback.store.queue import SqsQueue
    from cartback.usecases.connectors.hear_tool import HearTool

    env = os.environ
    counters = DynamoCounters(clients(), env["LEDGER_TABLE"], clock())
    return HearTool(
        connections(), counters, SqsQueue(clients(), env["INTAKE_QUEUE_URL"]), desk(), clock(), metrics()
    )


@cache
def forward_facts() -> ForwardFacts:
    """What tells shops' own tools of facts."""
    from cartback.store.desk.book import DynamoWaiting
    from cartback.usecases.forward_facts import ForwardFacts

    work = DynamoWaiting(clients(), os.environ["DESK_TABLE"], clock())
    return ForwardFacts(connections(), act(), work, desk(), clock(), metrics())


@cache
def work_desk() -> WorkDesk:
    """What the desk does by itself."""
    from cartback.store.shop.settings import DynamoShopBook, Remembered
    from cartback.store.tokens import SystemTokens
    from cartback.usecases.work_desk import WorkDesk

    env = os.environ
    every_shop = Remembered(DynamoShopBook(clients(), env["SETTINGS_TABLE"]).names, clock())
    return WorkDesk(
        desk=desk(),
        decide=decide(),
        connections=connections(),
        reach=reach_vendor(),
        act=act(),
        tokens=SystemTokens(),
        clock=clock(),
        metrics=metrics(),
        public_url=env["PUBLIC_URL"],
        shops=every_shop,
        send_due=lambda: forward_facts().send_due(every_shop()),
    )


@cache
def end_proofs() -> EndProofs:
    """What lets old proofs end."""
    from cartback.store.people.sweeping import TableSweep
    from cartback.usecases.consent.end_proofs import EndProofs

    return EndProofs(records(), TableSweep(clients(), records().tables), clock(), metrics())


@cache
def audit() -> AuditShops:
    """The daily audit."""
    from cartback.store.messaging.claim_index import DynamoClaimIndex
    from cartback.store.results.insights import DynamoAudits
    from cartback.store.shop.settings import DynamoShopBook
    from cartback.usecases.results.audit import AuditDay, AuditShops, LookBack

    env = os.environ
    index = DynamoClaimIndex(clients(), env["LEDGER_TABLE"], clock())
    book = DynamoAudits(clients(), env["INSIGHTS_TABLE"], clock())
    shops_ever = DynamoShopBook(clients(), env["SETTINGS_TABLE"]).names
    look_back = LookBack(index, records(), clock())
    return AuditShops(AuditDay(look_back, book, metrics()), shops_ever, clock())


@cache
def open_link() -> OpenLink:
    """The way back to a cart."""
    from cartback.store.messaging.counters import DynamoCounters
    from cartback.usecases.messaging.open_link import OpenLink

    counters = DynamoCounters(clients(), os.environ["LEDGER_TABLE"], clock())
    return OpenLink(ledger(), records(), settings(), clock(), metrics, counters)


@cache
def subscribe() -> Subscribe:
    """The sign-up."""
    from cartback.store.messaging.counters import DynamoCounters
    from cartback.usecases.consent.subscribe import Subscribe

    counters = DynamoCounters(clients(), os.environ["LEDGER_TABLE"], clock())
    return Subscribe(records(), settings(), counters, hasher(), bus(), clock(), metrics())


@cache
def confirm() -> Confirm:
    """The yes to a sign-up."""
    from cartback import texts
    from cartback.usecases.consent.confirm import Confirm

    return Confirm(ledger(), records(), settings(), texts, bus(), clock())


@cache
def preferences() -> Prefer:
    """The preference centre."""
    from cartback import texts
    from cartback.usecases.consent.prefer import Prefer

    return Prefer(ledger(), records(), settings(), texts, bus(), clock())


@cache
def lapsed() -> Lapsed:
    """Whose a link was that no longer works."""
    from cartback.usecases.messaging.lapsed import Lapsed

    return Lapsed(ledger(), settings())


@cache
def leave() -> Leave:
    """The way out."""
    from cartback.usecases.consent.leave import Leave

    return Leave(ledger(), records(), bus(), clock())
