"""A shop with a ticket system, and everything that acting needs, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from cartback.domain.connectors.actions import digest
from cartback.domain.connectors.connection import Connection
from cartback.domain.desk.entries import APPROVAL, Approval, Entry, decided, opened
from cartback.domain.subject import Subject
from cartback.ports import Ways
from cartback.usecases.act import Act
from cartback.usecases.connectors.asked import Asked
from cartback.usecases.connectors.calling import Calling
from cartback.usecases.connectors.reach_vendor import ReachVendor
from tests.fakes.connectors import (
    DictAccess,
    ListTeamMail,
    MemoryAccounts,
    MemoryConnections,
    MemoryDesk,
    MemoryEffects,
    MemoryWaiting,
    Vendor,
)
from tests.fakes.memory import MemoryLedger, MemoryTables
from tests.fakes.outside import CountingMetrics
from tests.fakes.world import HandClock

CART = Subject("cart", "c1", 1)


@dataclass
class Tickets:
    """``act`` carries out what ``asked`` asks for."""

    lookup: bool = True
    approve: tuple[str, ...] = ()
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.vendor, self.effects, self.accounts = Vendor(), MemoryEffects(), MemoryAccounts()
        self.connections, self.desk, self.work = MemoryConnections(), MemoryDesk(self.clock), MemoryWaiting()
        self.ledger, self.metrics = MemoryLedger(MemoryTables(self.clock)), CountingMetrics()
        self.connections.save(None, Connection("demo", "tickets", approve=self.approve))
        module = self.vendor.module(lookup=self.lookup)
        ways = Ways(None, ListTeamMail(), self.clock)
        reach = ReachVendor(self.connections, DictAccess(), lambda name: module, lambda: ways)
        self.act = Act(
            reach=reach,
            effects=self.effects,
            calling=Calling(self.accounts, self.clock),
            work=self.work,
            desk=self.desk,
            connections=self.connections,
            ledger=self.ledger,
            clock=self.clock,
            metrics=self.metrics,
        )

    def asked(self, action: str = "open_ticket", **changes: Any) -> Asked:
        given = {"text": "A lamp is broken"} if action == "open_ticket" else {}
        asked = Asked("demo", "care", "run-1", CART, "tell", f"tickets.{action}", given)
        return replace(asked, **changes)

    def go(self, asked: Asked, rounds: int = 20) -> dict[str, Any]:
        """Ask as a machine does: again after each wait."""
        for _ in range(rounds):
            answer = self.act(asked)
            if answer["next"] != "wait":
                return answer
            self.clock.move(seconds=answer["wait_seconds"])
        return answer

    def proposal(
        self,
        fields: dict[str, str],
        *,
        target: str = "tickets.open_ticket",
        about: str = "cart#c1",
        same: str = "",
    ) -> Entry:
        """An approval that waits on the desk."""
        now = self.clock.now()
        entry = opened(
            "demo", APPROVAL, "Open a ticket?", now, target, about, digest(fields), same, about=about
        )
        frozen = Approval(
            "care", "run-1", "ask", "token", fields, digest(fields), target, now.replace(year=2027)
        )
        entry = replace(entry, approval=frozen)
        self.desk.save(entry)
        return self.desk.read("demo", entry.entry_id)

    def decide(self, entry: Entry, word: str) -> str:
        """Answer it; gives its name."""
        self.desk.save(decided(entry, word, "anna", "", self.clock.now()))
        return entry.entry_id

    def waiting(self, kind: str) -> list[Entry]:
        """What waits on the desk."""
        return [entry for entry in self.desk.listed("demo") if entry.kind == kind]
