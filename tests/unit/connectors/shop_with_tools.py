"""A shop with an address that is told of paid orders, and tools that tell us, in memory."""

from __future__ import annotations

from typing import Any

from cartback import connectors
from cartback.domain.connectors.connection import Connection
from cartback.ports import Ways
from cartback.usecases.act import Act
from cartback.usecases.connectors.calling import Calling
from cartback.usecases.connectors.edit_connection import EditConnection
from cartback.usecases.connectors.hear_tool import HearTool
from cartback.usecases.connectors.reach_vendor import ReachVendor
from cartback.usecases.forward_facts import ForwardFacts
from tests.fakes.connectors import (
    DictAccess,
    ListTeamMail,
    MemoryAccounts,
    MemoryConnections,
    MemoryDesk,
    MemoryEffects,
    MemoryWaiting,
    Posted,
)
from tests.fakes.memory import MemoryCounters, MemoryLedger, MemoryTables
from tests.fakes.outside import CountingMetrics, ListQueue
from tests.fakes.world import START, HandClock, SeededTokens
from tests.unit.connectors.samples import SAMPLES

FACT = {
    "fact": "order.paid",
    "version": 1,
    "id": "f-1",
    "shop": "demo",
    "at": START.isoformat(),
    "data": {"order_ref": "1001", "person_id": "p1"},
}


class Tools:
    """A shop with one address that is told of paid orders."""

    def __init__(self) -> None:
        self.clock, self.http, self.tokens = HandClock(), Posted(), SeededTokens()
        self.connections, self.accounts, self.work = MemoryConnections(), MemoryAccounts(), MemoryWaiting()
        self.desk, self.metrics, self.queue = MemoryDesk(self.clock), CountingMetrics(), ListQueue()
        self.keys, self.tables = DictAccess(), MemoryTables(self.clock)
        ways = Ways(self.http, ListTeamMail(), self.clock)
        reach = ReachVendor(self.connections, self.keys, connectors.load, lambda: ways)
        calling = Calling(self.accounts, self.clock)
        act = Act(
            reach=reach,
            effects=MemoryEffects(),
            calling=calling,
            work=self.work,
            desk=self.desk,
            connections=self.connections,
            ledger=MemoryLedger(self.tables),
            clock=self.clock,
            metrics=self.metrics,
        )
        here = (self.connections, act, self.work, self.desk, self.clock, self.metrics)
        self.forward = ForwardFacts(*here)
        self.edit = EditConnection(
            self.connections,
            self.connections,
            self.accounts,
            self.work,
            self.keys,
            reach,
            calling,
            connectors.kind,
            self.tokens,
            self.clock,
        )
        self.hear = HearTool(
            self.connections, MemoryCounters(self.tables), self.queue, self.desk, self.clock, self.metrics
        )

    def connect(self, **document: Any) -> Connection:
        access = SAMPLES["standard_webhooks"].access("https://n8n.example")
        given = {"facts": ["order.paid"], **document}
        return self.edit.add("demo", "standard_webhooks", access, given, "anna")
