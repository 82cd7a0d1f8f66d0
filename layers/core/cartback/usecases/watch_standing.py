"""Stop a shop's marketing before mailbox providers stop it, and let it go on when an operator says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.deliverability import Tally, news, overdone
from cartback.domain.touches import PAUSED
from cartback.ports import Clock, Metrics, Page, Records, Standing

if TYPE_CHECKING:
    from cartback.domain.claims import Claim

SHOP_ITSELF, MARKETING = "shop", "marketing"


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


@dataclass(frozen=True, slots=True)
class ResumeShop:
    """Lift what stopped a whole shop: the pause, and the mark that it had left."""

    standing: Standing
    records: Records
    clock: Clock

    def __call__(self, shop: str) -> dict[str, str]:
        """Give what was lifted, by where it stood; empty if nothing stopped the shop."""
        now: datetime = self.clock.now()
        before = self.records.read(shop, blocks=[SHOP_ITSELF, MARKETING])
        lifted = {where: because for where, because in before.blocks.items() if because}
        if MARKETING in lifted:
            self.standing.reset(shop, now)
        if lifted:
            self.records.save(shop, before, Page(blocks=dict.fromkeys(lifted)))
        return lifted
