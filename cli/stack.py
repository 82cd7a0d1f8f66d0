"""A deployed stack: where it is, what its parts are called, and the stores that work on them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from cartback import channels, connectors, flows, shops
from cartback.channels import answered
from cartback.channels.one_request import ONE_REQUEST
from cartback.channels.ses import SesTrials
from cartback.domain.errors import Refused, TryLater
from cartback.ports import Clock, Ways
from cartback.store.clients import Clients
from cartback.store.clock import SystemClock, clock_of
from cartback.store.connectors.connections import DynamoConnections, SecretAccess
from cartback.store.connectors.effects import DynamoAccounts, DynamoEffects
from cartback.store.desk.book import DynamoDesk, DynamoWaiting
from cartback.store.desk.team_mail import SesTeamMail
from cartback.store.desk.waiting_runs import StepFunctionsAnswers
from cartback.store.intake.raw import S3Raw
from cartback.store.intake.secrets import SecretWriter
from cartback.store.messaging.claim_index import DynamoClaimIndex
from cartback.store.messaging.ledger import DynamoLedger
from cartback.store.people.proofs import ConsentChains
from cartback.store.queue import SqsQueue
from cartback.store.results.browse import BusAgain, CartShelf, DeadLetters, IntakeAgain
from cartback.store.results.insights import DynamoAudits
from cartback.store.shop.health import DynamoHealth
from cartback.store.shop.refusals import DynamoRefusals
from cartback.store.shop.settings import DynamoShopBook, face
from cartback.store.shop.texts import DynamoTextBook
from cartback.store.tables import Tables
from cartback.store.tokens import SystemTokens
from cartback.store.trade.orders import DynamoOrders
from cartback.store.trade.records import DynamoRecords
from cartback.texts import folder, judging
from cartback.usecases.connectors.calling import Calling
from cartback.usecases.connectors.edit_connection import EditConnection
from cartback.usecases.connectors.reach_vendor import ReachVendor
from cartback.usecases.desk.decide import Decide
from cartback.usecases.intake.replay import Replay
from cartback.usecases.results.audit import LookBack
from cartback.usecases.shop.connect_shop import ConnectShop
from cartback.usecases.shop.edit_shop import EditShop, Known
from cartback.usecases.shop.edit_texts import EditTexts
from cartback.usecases.shop.hear_answers import HearAnswers
from cartback.usecases.shop.push_key import PushKey
from cartback.usecases.shop.try_text import TryText
from cartback.usecases.shop.whatsapp_templates import WhatsAppTemplates
from cartback.web.client import Http
from cli.patience import PATIENCE, say_who_is_silent

_LOCAL_FILE = Path(".local") / "stack.json"


class StackClients(Clients):
    """The clients of one account and region, or of the local cloud.

    ``endpoints`` are the services that are served elsewhere than at ``endpoint_url``: on the local cloud that of mail.
    """

    def __init__(
        self,
        session: boto3.Session,
        endpoint_url: str | None = None,
        endpoints: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(PATIENCE)
        self._session: Any = session
        self._endpoint_url = endpoint_url
        self._endpoints = endpoints

    def _client(self, service: str, config: Config) -> Any:
        url = self._endpoints.get(service, self._endpoint_url)
        return self._session.client(service, endpoint_url=url, config=config)

    def _make(self, service: str) -> Any:
        client = self._client(service, PATIENCE)
        client.meta.events.register("needs-retry.*", partial(say_who_is_silent, service))
        return client

    def once(self, service: str) -> Any:
        """A client that asks once: what it asks for must not happen twice."""
        return self._client(service, ONE_REQUEST)

    @cached_property
    def cloudformation(self) -> Any:
        """CloudFormation."""
        return self._make("cloudformation")

    @cached_property
    def sns(self) -> Any:
        """Who is told of alarms."""
        return self._make("sns")

    @cached_property
    def awslambda(self) -> Any:
        """Lambda's limits of the account."""
        return self._make("lambda")


@dataclass(frozen=True)
class Stack:
    """One stack and its outputs."""

    name: str
    outputs: Mapping[str, str]
    clients: StackClients
    clock: Clock = field(default_factory=SystemClock)
    is_local: bool = False

    def __getitem__(self, output: str) -> str:
        """An output by its name. Raises Refused if the stack has none of that name."""
        if output not in self.outputs:
            raise Refused(f"stack: {self.name} has no output {output}; is it a Cartback of this version?")
        return self.outputs[output]

    @property
    def tables(self) -> Tables:
        """The names of its tables."""
        return Tables(
            carts=self["CartsTable"],
            customers=self["CustomersTable"],
            ledger=self["LedgerTable"],
            catalogue=self["CatalogueTable"],
            orders=self["OrdersTable"],
            desk=self["DeskTable"],
        )

    def _secrets(self, prefix: str) -> SecretWriter:
        return SecretWriter(self.clients, self[prefix], self.outputs.get("KeyArn"))

    def book(self) -> EditShop:
        """Adding, changing and removing of shops."""
        return EditShop(
            DynamoShopBook(self.clients, self["SettingsTable"]),
            self._secrets("ShopSecretPrefix"),
            self.clock,
            known(),
        )

    def texts(self) -> EditTexts:
        """What shops say in their own words."""
        table = DynamoTextBook(self.clients, self["SettingsTable"])
        return EditTexts(table, judging, self.book().show, face, self.clock)

    def try_text(self, *, sends: bool = False) -> TryText:
        """Looking at texts. A test mail goes out once, whatever is answered to it."""
        mail = SesTrials(self["ConfigurationSet"], self.clients.once("sesv2")) if sends else None
        return TryText(judging, self.book().show, face, self["ApiUrl"], mail)

    def answers(self) -> HearAnswers:
        """Hearing what people answer."""
        return HearAnswers(self._secrets("AnswerSecretPrefix"), answered())

    def whatsapp(self) -> WhatsAppTemplates:
        """Shops' access to WhatsApp, and their templates there."""
        from cartback.channels.whatsapp_meta import API

        return WhatsAppTemplates(
            self._secrets("AnswerSecretPrefix"),
            lambda: Http(loopback=self.is_local),
            self["ApiUrl"].rstrip("/"),
            API,
        )

    def push_key(self) -> PushKey:
        """The keys under which shops push."""
        from cartback.channels.sealing import vapid  # native, and few commands sign

        return PushKey(self._secrets("AnswerSecretPrefix"), vapid.made)

    def connect(self) -> ConnectShop:
        """Connecting of shops. Shops on this machine are called only from the local cloud."""
        return ConnectShop(
            self._secrets("ShopSecretPrefix"),
            Http(loopback=self.is_local),
            shops.api,
            SystemTokens(),
            self["ApiUrl"],
        )

    def health(self) -> DynamoHealth:
        """How well each shop is heard."""
        return DynamoHealth(self.clients, self["InsightsTable"], self.clock)

    def refusals(self) -> DynamoRefusals:
        """Webhooks that were refused for their signature."""
        return DynamoRefusals(self.clients, self["InsightsTable"], self.clock)

    def records(self) -> DynamoRecords:
        """Carts and people."""
        return DynamoRecords(self.clients, self.tables, self.clock)

    def ledger(self) -> DynamoLedger:
        """Claims, decisions and links."""
        return DynamoLedger(self.clients, self.tables, self.clock)

    def orders(self) -> DynamoOrders:
        """The record of trade."""
        return DynamoOrders(self.clients, self["OrdersTable"], self.clock)

    def desk(self) -> DynamoDesk:
        """What waits for a person."""
        return DynamoDesk(self.clients, self["DeskTable"], self.clock)

    def decide(self) -> Decide:
        """Deciding what waits."""
        effects = DynamoEffects(self.clients, self["LedgerTable"], self.clock)
        return Decide(self.desk(), effects, StepFunctionsAnswers(self.clients), self.clock)

    def connections(self) -> EditConnection:
        """Connections to outside systems. Those on this machine are called only from the local cloud."""
        table = DynamoConnections(self.clients, self["SettingsTable"])
        keys = SecretAccess(
            self.clients, self["ConnectorSecretPrefix"], self.clock, self.outputs.get("KeyArn")
        )
        accounts = DynamoAccounts(self.clients, self["LedgerTable"], self.clock)
        mail = SesTeamMail(self.outputs.get("ConfigurationSet", ""))
        ways = Ways(Http(loopback=self.is_local), mail, self.clock)
        return EditConnection(
            connections=table,
            tools=table,
            accounts=accounts,
            work=DynamoWaiting(self.clients, self["DeskTable"], self.clock),
            keys=keys,
            reach=ReachVendor(table, keys, connectors.load, lambda: ways),
            calling=Calling(accounts, self.clock),
            kind=connectors.kind,
            tokens=SystemTokens(),
            clock=self.clock,
        )

    def proofs(self) -> ConsentChains:
        """What people agreed to, entry by entry."""
        return ConsentChains(self.clients, self["LedgerTable"])

    def shelf(self) -> CartShelf:
        """The carts by shop."""
        return CartShelf(self.clients, self.tables, self.clock)

    def shops_ever(self) -> list[str]:
        """Every shop that was ever added."""
        return DynamoShopBook(self.clients, self["SettingsTable"]).names()

    def audits(self) -> DynamoAudits:
        """What the nightly audits found."""
        return DynamoAudits(self.clients, self["InsightsTable"], self.clock)

    def look_back(self) -> LookBack:
        """Judging a day anew."""
        index = DynamoClaimIndex(self.clients, self["LedgerTable"], self.clock)
        return LookBack(index, self.records(), self.clock)

    def replay(self) -> Replay:
        """Kept raw events once more through the intake queue."""
        shelf = S3Raw(self.clients, self["RawBucket"], self.clock)
        return Replay(shelf, SqsQueue(self.clients, self["IntakeQueueUrl"]), self.clock)

    def dead_letters(self) -> dict[str, DeadLetters]:
        """The dead-letter queues by the words that the operator uses for them."""
        intake = IntakeAgain(self.clients, self["IntakeQueueUrl"])
        bus = BusAgain(self.clients, self["BusName"])
        return {
            "intake": DeadLetters(self.clients, self["IntakeDlqUrl"], intake),
            "flows": DeadLetters(self.clients, self["FlowsDlqUrl"], bus),
        }


def known() -> Known:
    """What there is in the folders."""
    cards = {flow.name: flow for flow in flows.all_flows()}
    texts = {kind: folder.written("cart_recovery", kind) for kind in folder.SPELT}
    return Known(frozenset(shops.platforms()), cards, texts, shops.check_secret, channels.names())


def local(start: Path) -> Stack:
    """The stack of the local cloud, as ``make up`` or ``make demo`` describes it in ``.local/stack.json``.

    Looked for from ``start`` upwards. Raises Refused if no local cloud is running.
    """
    file = next(
        (place / _LOCAL_FILE for place in (start, *start.parents) if (place / _LOCAL_FILE).is_file()), None
    )
    if file is None:
        raise Refused("--local: no .local/stack.json here or above; start the local cloud with `make up`")
    try:
        told = json.loads(file.read_text())
        session = boto3.Session(
            region_name=told["region"],
            aws_access_key_id="000000000000",
            aws_secret_access_key="local",  # noqa: S106
        )
        clients = StackClients(session, told["endpoint_url"], told.get("endpoints", {}))
        clock: Clock = clock_of(told["clock"]) if "clock" in told else SystemClock()
        name = told["stack_name"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"--local: {file} cannot be read ({type(error).__name__}); start `make up` again"
        ) from error
    return Stack(name, outputs_of(clients.cloudformation, name), clients, clock, is_local=True)


def deployed(name: str, region: str | None) -> Stack:
    """A stack in the AWS account that this shell is logged in to. Raises Refused if it is not there."""
    try:
        clients = StackClients(boto3.Session(region_name=region))
        return Stack(name, outputs_of(clients.cloudformation, name), clients)
    except BotoCoreError as error:
        raise _shell(error) from error


def outputs_of(cloudformation: Any, name: str) -> dict[str, str]:
    """The outputs of a stack. Raises Refused for one that is not there, TryLater where nobody answers."""
    try:
        stacks = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        said = error.response["Error"]
        if said["Code"] == "ValidationError":
            raise Refused(f"--stack: {said['Message']}", 404) from error
        raise TryLater(f"AWS refuses: {said['Message']}") from error
    except BotoCoreError as error:
        raise _shell(error) from error
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}


def _shell(error: BotoCoreError) -> Refused | TryLater:
    """What somebody can do about a stack that could not even be asked: set up the shell, or try again."""
    if isinstance(error, NoRegionError | InvalidRegionError):
        return Refused(f"AWS: {error} Say --region, or set AWS_DEFAULT_REGION")
    if isinstance(error, NoCredentialsError | PartialCredentialsError | ProfileNotFound):
        return Refused(
            f"AWS: {error}. Log in with the AWS CLI, or set AWS_PROFILE to a profile that `aws` knows"
        )
    return TryLater(f"not reachable: {error}")
