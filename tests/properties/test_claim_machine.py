"""A claim against a reference that knows what really left the house."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cartback.domain import claims
from cartback.domain.claims import (
    BOUNCED,
    CLAIMED,
    COMPLAINED,
    DELIVERED,
    REJECTED,
    RELEASED,
    SENT,
    UNKNOWN,
    Claim,
)
from cartback.domain.errors import Conflict
from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import Item
from cartback.ports import RowSet, TimelineEntry
from cartback.subjects.cart import KIND as CART_KIND
from tests.fakes.memory import MemoryLedger, MemoryRecords, MemoryTables
from tests.fakes.taking import take_touch
from tests.fakes.world import START, HandClock

GRAVITY = [UNKNOWN, SENT, REJECTED, DELIVERED, BOUNCED, COMPLAINED]
CLAIM = Claim("demo", "k1", "c1", 1, "reminder", "email", "p1", "h1", "email/explicit", 1, START)


class ClaimMachine(RuleBasedStateMachine):
    """Workers that crash and come again, a provider whose news overtakes our own marks."""

    @initialize()
    def start(self) -> None:
        self.clock = HandClock()
        tables = MemoryTables(self.clock)
        self.records, self.ledger = MemoryRecords(tables), MemoryLedger(tables)
        cart = Cart("demo", "c1", items=(Item("v1", "Hemd"),), person_id="p1")
        self.records.save("demo", RowSet(), RowSet(carts={"c1": cart}, persons={"p1": Person("demo", "p1")}))
        self.holder: Claim | None = None
        self.accepted = 0
        self.news: list[str] = []
        self.reported: list[str] = []

    def stored(self) -> Claim | None:
        return self.ledger.read_claim("demo", "k1")

    @rule(outcome=st.sampled_from(["sent", "not sent", "doubtful and sent", "doubtful and lost", "crash"]))
    def a_worker_tries(self, outcome: str) -> None:
        context = self.records.context("demo", "c1", "p1", None, CART_KIND)
        self.clock.move(seconds=1)
        claim = replace(CLAIM, claimed_at=self.clock.now())
        counted = customer.sent(context.person, claim.claimed_at)
        line = TimelineEntry(claim.claimed_at, "decision", {"word": "send"})
        refused = take_touch(self.ledger, claim, context, counted, line, ())
        assert (refused is None) == (self.holder is None), "taken exactly when nobody holds it"
        if refused is not None:
            return
        self.holder = claim
        if outcome in ("sent", "doubtful and sent"):
            self.accepted += 1
            self.news = [SENT, DELIVERED, BOUNCED, COMPLAINED]
        if outcome == "sent":
            self.ledger.mark(claim, claims.settle(claim, SENT, self.clock.now()))
            self.reported.append(SENT)
        if outcome == "not sent":
            person = self.records.read("demo", persons=["p1"]).persons["p1"]
            self.ledger.release(
                claim, replace(claim, state=RELEASED), customer.unsent(person, claim.claimed_at)
            )
            self.holder = None

    @precondition(lambda self: self.news)
    @rule(data=st.data())
    def the_provider_tells(self, data) -> None:
        state = data.draw(st.sampled_from(self.news))
        known = self.stored()
        settled = claims.settle(known, state, self.clock.now())
        if settled is not known:
            self.ledger.mark(known, settled)
        self.reported.append(state)

    @rule(minutes=st.integers(1, 90))
    def the_sweep_comes_by(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)
        known = self.stored()
        if known is not None and claims.is_doubtful(known, self.clock.now()):
            assert self.clock.now() - known.claimed_at >= timedelta(hours=1)
            self.ledger.mark(known, claims.settle(known, UNKNOWN, self.clock.now()))
            self.reported.append(UNKNOWN)

    @precondition(lambda self: self.holder is not None)
    @rule()
    def a_worker_that_slept_gives_back_what_was_settled(self) -> None:
        known = self.stored()
        if known.state == CLAIMED:
            return
        person = self.records.read("demo", persons=["p1"]).persons["p1"]
        try:
            self.ledger.release(self.holder, replace(self.holder, state=RELEASED), person)
        except Conflict:
            return
        raise AssertionError("a settled claim was given back")

    @invariant()
    def at_most_one_message_left(self) -> None:
        assert self.accepted <= 1

    @invariant()
    def the_gravest_news_is_what_is_known(self) -> None:
        known = self.stored()
        if self.holder is None:
            assert known is None or known.state == RELEASED
        else:
            gravest = max(self.reported, key=GRAVITY.index, default=CLAIMED)
            assert known.state == gravest

    @invariant()
    def the_budget_counts_the_claim_that_is_held(self) -> None:
        person = self.records.read("demo", persons=["p1"]).persons["p1"]
        assert person.sends == ((self.holder.claimed_at,) if self.holder else ())


ClaimMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
test_a_claim_keeps_step_with_its_reference = ClaimMachine.TestCase
