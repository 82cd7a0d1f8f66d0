"""The budget of a person against a reference that counts every message that was not given back."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cartback.domain.messaging.timing import Caps, after_caps
from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from tests.fakes.world import START

CAPS = Caps(per_day=2, per_week=4, per_month=6, min_gap=timedelta(hours=4))


class BudgetMachine(RuleBasedStateMachine):
    """Flows of all kinds ask to write to one person, and providers sometimes take nothing."""

    @initialize()
    def start(self) -> None:
        self.person = Person("demo", "p1")
        self.other = Person("demo", "p2")
        self.now = START
        self.sent: list[datetime] = []
        self.of_other: list[datetime] = []

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def a_flow_asks(self) -> None:
        free = after_caps(self.now, self.person.sends, CAPS)
        if free <= self.now:
            self.person = customer.sent(self.person, self.now)
            self.sent.append(self.now)
        else:
            assert self._beyond(self.now), "refused although there was room"

    @rule()
    def a_flow_waits_as_long_as_it_must(self) -> None:
        self.now = max(self.now, after_caps(self.now, self.person.sends, CAPS))
        self.person = customer.sent(self.person, self.now)
        self.sent.append(self.now)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def the_provider_took_nothing(self, data) -> None:
        at = data.draw(st.sampled_from(self.sent))
        self.sent.remove(at)
        self.person = customer.unsent(self.person, at)

    @rule()
    def somebody_else_is_written_to(self) -> None:
        self.other = customer.sent(self.other, self.now)
        self.of_other.append(self.now)

    @rule()
    def the_two_turn_out_to_be_one(self) -> None:
        self.person, _ = customer.merge(self.person, self.other)
        self.sent.extend(self.of_other)
        self.other, self.of_other = Person("demo", "p2"), []
        self.merged_at = self.now

    merged_at: datetime | None = None

    def _beyond(self, at: datetime) -> bool:
        """The reference: whether one more message at this instant breaks a cap."""
        if any(at - then < CAPS.min_gap for then in self.sent):
            return True
        return any(
            sum(1 for then in self.sent if at - then < window) >= most for window, most in CAPS.windows()
        )

    @invariant()
    def every_message_of_the_last_month_is_remembered(self) -> None:
        lately = [then for then in self.sent if self.now - then < timedelta(days=30)]
        assert [then for then in self.person.sends if self.now - then < timedelta(days=30)] == sorted(lately)

    @invariant()
    def no_window_holds_more_than_its_cap_but_for_what_two_rows_brought_together(self) -> None:
        mine = sorted(then for then in self.sent if self.merged_at is None or then > self.merged_at)
        for window, most in CAPS.windows():
            for last in mine:
                assert sum(1 for then in mine if last - window < then <= last) <= most


BudgetMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
test_the_budget_keeps_step_with_its_reference = BudgetMachine.TestCase
