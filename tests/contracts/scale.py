"""Trials at scale: each asks a store for more than one page, one batch or one transaction holds.

A trial is a function of a ``Scale`` and names the methods that it tries; whoever adds a method to a store adds a
trial. They are run by ``test_at_scale.py`` on a generous and on a stingy AWS, and against planted bugs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from moto import mock_aws
from moto.sqs.models import sqs_backends

from cartback.ports import Delivery
from cartback.store.intake.raw import S3Raw
from cartback.store.messaging.ledger import DynamoLedger
from cartback.store.people.sweeping import TableSweep
from cartback.store.queue import SqsQueue
from cartback.store.trade.orders import DynamoOrders
from cartback.store.trade.records import DynamoRecords
from tests.contracts.stack import ACCOUNT, CREDENTIALS, REGION, Stack
from tests.contracts.stingy import Stingy, asked_again, hooked, lawful, stingy
from tests.doors.manners import well_mannered
from tests.fakes.world import START, HandClock


@dataclass
class Scale:
    """The stack, a clock, and the stores that most trials need. ``seeding`` stores are never put off."""

    stack: Stack
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.clients, self.tables = self.stack.clients, self.stack.tables
        self.records = DynamoRecords(self.clients, self.tables, self.clock)
        self.ledger = DynamoLedger(self.clients, self.tables, self.clock)
        self.seeding = DynamoRecords(self.stack.own, self.tables, self.clock)
        self.seeding_ledger = DynamoLedger(self.stack.own, self.tables, self.clock)
        self.sweep = TableSweep(self.clients, self.tables)
        self.orders = DynamoOrders(self.clients, self.tables.orders, self.clock)
        self.seeding_orders = DynamoOrders(self.stack.own, self.tables.orders, self.clock)

    def services(self) -> Stack:
        """The stack with everything beside the tables."""
        return self.stack if "RawBucket" in self.stack.refs else self.stack.with_services()

    def queue(self, name: str) -> SqsQueue:
        """A queue that is filled without being put off."""
        return SqsQueue(self.stack.own, self.services().refs[name])

    def bodies(self, queue: str) -> list[str]:
        """What lies on a queue; looking takes it."""
        found: list[str] = []
        while messages := self.stack.messages(queue):
            found += [message["Body"] for message in messages]
        return found

    def let_go(self, queue: str) -> None:
        """Let so much time pass that nobody holds a letter of a queue any more."""
        for message in sqs_backends[ACCOUNT][REGION].queues[queue]._messages:
            message.visible_at = 0.0

    def kept(self, shop: str, *names: str) -> None:
        """Keep one raw event each, in an object of its own."""
        raw = S3Raw(self.stack.own, self.services().refs["RawBucket"], self.clock)
        for name in names:
            raw.keep(shop, f"b-{name}", [Delivery(shop, "told", "told", name, START, "{}")])

    def keys(self, table: str) -> set[str]:
        """The keys of all rows of a table."""
        return {row["pk"]["S"] for row in self.stack.rows(table)}

    def objects(self) -> set[str]:
        """The names of all raw objects."""
        found = self.stack.own.s3.list_objects_v2(Bucket=self.services().refs["RawBucket"])
        return {each["Key"] for each in found.get("Contents", ())}


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial, and what it tries."""

    run: Callable[[Scale], None]
    methods: frozenset[str]


TRIALS: dict[str, Trial] = {}


def tries(*methods: str) -> Callable[[Callable[[Scale], None]], Callable[[Scale], None]]:
    """Enter a trial of these methods, ``Class.method`` each."""

    def entered(run: Callable[[Scale], None]) -> Callable[[Scale], None]:
        TRIALS[run.__name__] = Trial(run, frozenset(methods))
        return run

    return entered


@contextmanager
def scale(patch: Any, mood: Stingy | None, called: set[str] | None = None) -> Iterator[Scale]:
    """A stack on moto, lawful, and as stingy as ``mood``."""
    for name, value in CREDENTIALS.items():
        patch.setenv(name, value)
    with mock_aws(), ExitStack() as around:
        stack = Stack()
        around.enter_context(hooked(stack.clients, "provide-client-params", lawful))
        if mood is not None:
            around.enter_context(stingy(stack.clients, mood))
        around.enter_context(asked_again(patch, mood, set() if called is None else called))
        around.enter_context(well_mannered(stack))
        yield Scale(stack)
