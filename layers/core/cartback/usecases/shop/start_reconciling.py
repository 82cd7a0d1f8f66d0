"""Start a comparison with each shop's own lists: one run a shop, so that none waits for another's failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.hashes import short

if TYPE_CHECKING:
    from cartback.ports import Runs

MACHINE = "reconcile"


@dataclass(frozen=True, slots=True)
class StartReconciling:
    """Start a run for every shop. ``occasion`` names this round, so that a repeated call starts nothing twice."""

    shops: Callable[[], list[str]]
    runs: Runs

    def __call__(self, occasion: str) -> list[str]:
        started = []
        for shop in self.shops():
            name = f"{MACHINE}-{short('reconcile', shop, occasion, length=32)}"
            if self.runs.start(MACHINE, name, {"flow": MACHINE, "shop": shop, "subject": shop}):
                started.append(shop)
        return started
