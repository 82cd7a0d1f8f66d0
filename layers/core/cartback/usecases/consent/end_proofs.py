"""Give the proof of a consent its end once nobody can be written to on the strength of it any more.

While a person's row is there, a message may stand on what they said. The row forgets itself two years after its last
change, and every message changes it. So a proof whose person is gone was last relied on two years ago, or longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.usecases.people.sweep_erased import PROOF_KEPT

if TYPE_CHECKING:
    from cartback.domain.consent.evidence import Evidence
    from cartback.ports import Clock, Metrics, Records, TableSweep

PERSON_KEPT = timedelta(days=730)
"""How long after its last change a person's row is there."""

STILL_KEPT = PROOF_KEPT - PERSON_KEPT
"""How long a proof outlives the row: claims from a message, or from one that was not to be sent any more, lapse three
years after it (BGB §§ 195, 199), and two of them are over when the row is."""

PARTS = 30
"""A part of the store is looked through each day, so that every proof is looked at once in thirty days."""


@dataclass(frozen=True, slots=True)
class EndProofs:
    """Look through today's part; gives how many people's proofs were given an end. Twice a day is harmless."""

    records: Records
    tables: TableSweep
    clock: Clock
    metrics: Metrics

    def __call__(self) -> int:
        now = self.clock.now()
        ended = 0
        for shop, person_id in self._over(now):
            self.tables.fade(shop, person_id, now + STILL_KEPT)
            ended += 1
        if ended:
            self.metrics.count("ProofsEnding", ended)
        return ended

    def _over(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Of whom there is a proof and nobody any more."""
        chains: dict[tuple[str, str], set[str]] = {}
        for entry in self.tables.lasting(now.date().toordinal() % PARTS, PARTS):
            chains.setdefault((entry.shop, entry.person_id), set()).update(_addresses(entry))
        for (shop, person_id), addresses in chains.items():
            if not self._is_relied_on(shop, person_id, addresses):
                yield shop, person_id

    def _is_relied_on(self, shop: str, person_id: str, addresses: set[str]) -> bool:
        """Whether the person is there, or whoever the address belongs to since two rows turned out to be one."""
        page = self.records.read(shop, persons=[person_id], aliases=sorted(addresses))
        if page.persons[person_id] is not None:
            return True
        owners = sorted({owner for owner in page.aliases.values() if owner})
        return bool(owners) and any(self.records.read(shop, persons=owners).persons.values())


def _addresses(entry: Evidence) -> set[str]:
    return {entry.address_hash} if entry.address_hash else set()
