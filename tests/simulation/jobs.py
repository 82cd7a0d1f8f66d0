"""The jobs that come by the clock. Of all the times at which they come, those are played that have something to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from cartback.domain import claims
from cartback.domain.claims import CLAIMED
from cartback.domain.errors import TryLater
from functions import settle_claims, start_listed, start_reconciling
from tests.simulation.faults import LOST_FOR_EVER, Crash

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.domain.messaging.due import Due
    from tests.simulation.season import Season
    from tests.simulation.witness import Said

QUARTER = timedelta(minutes=15)
SETTLED_AFTER = claims.SETTLE_WITHIN + QUARTER
MOST_ROUNDS = 20
"""How many comparisons are played for one lost event: what is no news to us any more is never taken in."""

SWEPT_AT = 7
"""The second of each minute at which the sweep of this stack happens to come."""


class Jobs:
    """Settle doubtful claims and compare lists every quarter of an hour, start what is due every minute."""

    def __init__(self, season: Season) -> None:
        self._season = season
        self._sweeps: set[datetime] = set()

    def expect_news(self, claim: Claim) -> None:
        """A message was claimed: if nothing is heard of it, it is settled in an hour or so."""
        self._season.schedule.after(SETTLED_AFTER, partial(self._settle, claim.shop, claim.claim_id, 0))

    def _settle(self, shop: str, claim_id: str, attempt: int) -> None:
        season = self._season
        row = season.house.tables.rows["claims"].get((shop, claim_id))
        if row is None or row[0].state != CLAIMED:
            return
        try:
            season.invoke("settle_claims", settle_claims.handler, {}, (shop, claim_id, attempt), frozenset())
        except (Crash, TryLater):
            season.schedule.after(QUARTER, partial(self._settle, shop, claim_id, attempt + 1))

    def compare(self, said: Said, rounds: int = 0) -> None:
        """A shop's lists hold something that its webhook never told: the next comparisons are worth playing."""
        schedule = self._season.schedule
        self._season.counts[LOST_FOR_EVER] += rounds == 0
        into = (schedule.now - self._season.start) % QUARTER
        schedule.after(QUARTER - into, partial(self._compare, said, rounds))

    def _compare(self, said: Said, rounds: int) -> None:
        season = self._season
        if said.accepted or rounds >= MOST_ROUNDS:
            return
        event = {"id": "schedule", "time": season.schedule.now.isoformat()}
        try:
            season.invoke("start_reconciling", start_reconciling.handler, event, event["time"], frozenset())
        except (Crash, TryLater):
            season.note("?", "comparing", "broke off")
        self.compare(said, rounds + 1)

    def listed(self, due: Due) -> None:
        """A cart was put on the list: the sweep of its minute is worth playing."""
        self._sweep_at(due.due_at)

    def _sweep_at(self, due_at: datetime) -> None:
        schedule = self._season.schedule
        minute = max(due_at, schedule.now).replace(second=SWEPT_AT, microsecond=0)
        if minute < max(due_at, schedule.now):
            minute += timedelta(minutes=1)
        if minute not in self._sweeps:
            self._sweeps.add(minute)
            schedule.at(minute, partial(self._sweep, minute))

    def _sweep(self, minute: datetime) -> None:
        season = self._season
        try:
            season.invoke("start_listed", start_listed.handler, {}, ("sweep", minute), frozenset())
        except (Crash, TryLater):
            season.note("?", "sweep", "broke off")
        # What is due and still there is what a sweep broke off before, or found too early by its wrong clock.
        if any(due.due_at <= season.schedule.now for due, _ in season.house.tables.rows["due"].values()):
            self._sweep_at(season.schedule.now + timedelta(seconds=1))
