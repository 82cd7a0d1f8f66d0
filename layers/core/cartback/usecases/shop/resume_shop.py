"""Let a stopped shop go on, because an operator says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.ports import RowSet
from cartback.usecases.intake.wanted_rows import SHOP_ITSELF
from cartback.usecases.watch_standing import MARKETING

if TYPE_CHECKING:
    from cartback.ports import Clock, Records, Standing


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
            self.records.save(shop, before, RowSet(blocks=dict.fromkeys(lifted)))
        return lifted
