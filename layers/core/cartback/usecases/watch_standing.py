"""Stop a shop's marketing before mailbox providers stop it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.decision import Reason
from cartback.domain.deliverability import Tally, hurts, news, overdone
from cartback.domain.errors import Conflict, TryLater
from cartback.ports import RowSet

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.ports import Clock, Metrics, Records, Standing

MOST_TRIES = 8
MARKETING = "marketing"
"""The block that stands for all marketing of a shop."""


@dataclass(frozen=True, slots=True)
class WatchStanding:
    """Count what became of a message; pause the shop's marketing where too much of it bounces or hurts."""

    standing: Standing
    records: Records
    clock: Clock
    metrics: Metrics

    def __call__(self, before: Claim, after: Claim, permanent: bool) -> None:
        """Fold in one piece of news. What hurts is judged again whenever it is told again: a pause is never lost.

        Raises TryLater if the shop's row cannot be written for now.
        """
        added = news(before, after, permanent)
        now, shop = self.clock.now(), after.shop
        if added != Tally():
            self.standing.add(shop, now, added)
        if not hurts(after, permanent):
            return
        because = overdone(self.standing.lately(shop, now))
        if because is not None and self._paused(shop):
            self.metrics.count("MarketingPaused")
            self.metrics.count("MarketingPaused", shop=shop, because=because)

    def _paused(self, shop: str) -> bool:
        """Pause the marketing of a shop; False if it was paused before."""
        for _ in range(MOST_TRIES):
            known = self.records.read(shop, blocks=[MARKETING])
            if known.blocks[MARKETING] is not None:
                return False
            try:
                self.records.save(shop, known, RowSet(blocks={MARKETING: Reason.PAUSED_DELIVERABILITY.value}))
            except Conflict:
                continue
            return True
        raise TryLater("claims are always in the way of a pause")
