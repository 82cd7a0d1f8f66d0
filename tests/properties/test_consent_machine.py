"""Consent against a reference that keeps every word and judges them all anew."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cartback.domain.consent.consent import GRANTED, WITHDRAWN, Consent, basis_for, hear, withdraw
from cartback.domain.observations import ConsentSeen
from tests.fakes.world import START


class ConsentMachine(RuleBasedStateMachine):
    """A shop's records, the boxes of one checkout, and our own page, in any order and late."""

    @initialize()
    def start(self) -> None:
        self.known: Consent | None = None
        self.now = START
        self.records: list[tuple[datetime, bool]] = []
        self.boxes: list[tuple[datetime, bool]] = []

    @rule(minutes=st.integers(1, 30))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(granted=st.booleans(), ago=st.integers(0, 60))
    def the_shop_tells_a_record(self, granted: bool, ago: int) -> None:
        at = self.now - timedelta(minutes=ago)
        seen = ConsentSeen("email", granted, at, "explicit", "customer 1", sticky=True)
        self.known = hear(self.known, seen, self.now, "e", self.now)
        self.records.append((at, not granted))

    @rule(granted=st.booleans(), ago=st.integers(0, 60))
    def the_checkout_tells_its_box(self, granted: bool, ago: int) -> None:
        told_at = self.now - timedelta(minutes=ago)
        seen = ConsentSeen("email", granted, START - timedelta(days=1), "explicit", "checkout 1")
        self.known = hear(self.known, seen, self.now, "e", told_at)
        self.boxes.append((told_at, not granted))

    @rule()
    def the_person_leaves(self) -> None:
        self.known = withdraw(self.known, "email", "leave_link", self.now)
        self.records.append((self.now, True))

    def refused(self) -> bool | None:
        """The reference: records before boxes, the newest counts, at one instant the refusal; None for no word."""
        words = self.records or self.boxes
        return max(words)[1] if words else None

    @invariant()
    def it_says_what_the_reference_says(self) -> None:
        refused = self.refused()
        assert (self.known is None) == (refused is None)
        if self.known is not None:
            assert (self.known.state == GRANTED) == (refused is False)
            assert (self.known.state == WITHDRAWN) == (refused is True and bool(self.records))

    @invariant()
    def there_is_a_basis_exactly_for_a_consent(self) -> None:
        missing = basis_for(self.known, frozenset({"explicit"}))
        assert (missing is None) == (self.refused() is False)


ConsentMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
test_consent_keeps_step_with_its_reference = ConsentMachine.TestCase
