"""Outside systems, the desk and whoever works on them, wired in memory; part of the world."""

from __future__ import annotations

from typing import Any

from cartback import connectors
from cartback.connectors.slack import people_of
from cartback.ports import Ways
from cartback.usecases.act import Act
from cartback.usecases.answer_ask import AnswerAsk
from cartback.usecases.ask import Ask
from cartback.usecases.connectors.calling import Calling
from cartback.usecases.connectors.hear_tool import HearTool
from cartback.usecases.connectors.reach_vendor import ReachVendor
from cartback.usecases.desk.decide import Decide
from cartback.usecases.desk.press_button import PressButton
from cartback.usecases.forward_facts import ForwardFacts
from cartback.usecases.work_desk import WorkDesk
from tests.fakes.connectors import (
    DictAccess,
    ListAnswers,
    ListTeamMail,
    MemoryAccounts,
    MemoryConnections,
    MemoryDesk,
    MemoryEffects,
    MemoryWaiting,
    Posted,
)
from tests.fakes.memory import MemoryCounters

PUBLIC_URL = "https://api.example"


class Effects:
    """Made of a world's clock, ledger, queue, tokens, tables and metrics. ``module`` loads a connector by its name."""

    def __init__(self, world: Any, module: Any = connectors.load, actions: Any = connectors.actions) -> None:
        clock = world.clock
        self.clock, self.http, self.mail, self.runs = clock, Posted(), ListTeamMail(), ListAnswers()
        self.connections, self.keys, self.book = MemoryConnections(), DictAccess(), MemoryEffects()
        self.desk, self.work, self.accounts = MemoryDesk(clock), MemoryWaiting(), MemoryAccounts()
        ways = Ways(self.http, self.mail, clock)
        self.reach = ReachVendor(self.connections, self.keys, module, lambda: ways)
        self.act = Act(
            reach=self.reach,
            effects=self.book,
            calling=Calling(self.accounts, clock),
            work=self.work,
            desk=self.desk,
            connections=self.connections,
            ledger=world.ledger,
            clock=clock,
            metrics=world.metrics,
        )
        self.decide = Decide(self.desk, self.book, self.runs, clock)
        self.ask = Ask(self.desk, self.decide, actions, clock)
        self.answer_ask = AnswerAsk(self.desk, self.decide, clock)
        self.press_button = PressButton(
            self.connections, self.keys, self.decide, lambda: self.http, people_of, clock
        )
        counters = MemoryCounters(world.tables)
        self.hear_tool = HearTool(self.connections, counters, world.queue, self.desk, clock, world.metrics)
        self.forward_facts = ForwardFacts(
            self.connections, self.act, self.work, self.desk, clock, world.metrics
        )
        self.work_desk = WorkDesk(
            desk=self.desk,
            decide=self.decide,
            connections=self.connections,
            reach=self.reach,
            act=self.act,
            tokens=world.tokens,
            clock=clock,
            metrics=world.metrics,
            public_url=PUBLIC_URL,
            shops=lambda: list(world.shops),
            send_due=lambda: self.forward_facts.send_due(list(world.shops)),
        )
