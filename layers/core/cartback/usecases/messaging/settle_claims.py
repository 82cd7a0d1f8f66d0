"""Call a doubtful claim unknown once its provider has had time enough to speak.

A claim without a mark means that a worker died, or a provider's answer was lost, between claim and mark. Nobody sends
it again, whatever it is called: calling it unknown makes it count, and shows it to a person. News that comes later
still settles it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.claims import SETTLE_WITHIN, UNKNOWN, is_doubtful, settle
from cartback.domain.desk.entries import UNKNOWN as UNKNOWN_ENTRY
from cartback.domain.desk.entries import opened
from cartback.domain.errors import Conflict
from cartback.usecases.desk.opening import put_on_desk

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.claims import Claim
    from cartback.ports import ClaimIndex, Clock, DeskBook, Ledger, Metrics


@dataclass(frozen=True, slots=True)
class SettleClaims:
    """Settle what is overdue; gives how many became unknown. Running it twice at once is harmless."""

    index: ClaimIndex
    ledger: Ledger
    clock: Clock
    metrics: Metrics
    desk: DeskBook

    def __call__(self) -> int:
        now = self.clock.now()
        unknown = 0
        for claim in self.index.in_doubt(now - SETTLE_WITHIN):
            if not is_doubtful(claim, now):
                continue
            self._show(claim, now)
            try:
                self.ledger.mark(claim, settle(claim, UNKNOWN, now, "no_news"))
            except Conflict:
                continue  # the news came at this very moment, and it knows better
            unknown += 1
            self.metrics.count("ClaimsUnknown", shop=claim.shop)
        if unknown:
            self.metrics.count("ClaimsUnknown", unknown)
        return unknown

    def _show(self, claim: Claim, now: datetime) -> None:
        """Put it on the desk: somebody may look at the provider's, and say what became of it."""
        title = f"Nobody knows whether {claim.touch} by {claim.channel} went out"
        told = {"claim": claim.claim_id, "flow": claim.of_flow, "step": claim.touch, "channel": claim.channel}
        entry = opened(
            claim.shop, UNKNOWN_ENTRY, title, now, claim.claim_id, about=claim.subject.timeline, **told
        )
        put_on_desk(self.desk, entry, now)
