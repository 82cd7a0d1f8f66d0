"""The jobs that come by the clock. Of all the times at which they come, those are played that have something to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from cartback.domain import claims
from cartback.domain.claims import CLAIMED
from cartback.domain.errors import TryLater
from functions import settle_claims, start_listed
from tests.simulation.faults import Crash

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.domain.due import Due
    from tests.simulation.season import Season

QUARTER = timedelta(minutes=15)
SETTLED_AFTER = claims.SETTLE_WITHIN + QUARTER
SWEPT_AT = 7
"""The second of each minute at which the sweep of this stack happens to come."""


class Jobs:
    """Settle doubtful claims every quarter of an hour, start what is due every minute."""

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
