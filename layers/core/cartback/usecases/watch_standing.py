"""Stop a shop's marketing before mailbox providers stop it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.deliverability import Tally, news, overdone
from cartback.domain.touches import PAUSED
from cartback.ports import Clock, Metrics, Page, Records, Standing

if TYPE_CHECKING:
    from cartback.domain.claims import Claim

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
        added = news(before, after, permanent)
        if added == Tally():
            return
        now, shop = self.clock.now(), after.shop
        self.standing.add(shop, now, added)
        if not added.bounced and not added.complained:
            return
        because = overdone(self.standing.lately(shop, now))
        if because is None:
            return
        known = self.records.read(shop, blocks=[MARKETING])
        if known.blocks[MARKETING] is None:
            self.records.save(shop, known, Page(blocks={MARKETING: PAUSED}))
            self.metrics.count("MarketingPaused")
            self.metrics.count("MarketingPaused", shop=shop, because=because)
