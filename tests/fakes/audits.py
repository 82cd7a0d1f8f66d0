"""What looks back, in memory: claims by time, and the book of audits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from cartback.domain.claims import CLAIMED, Claim
from cartback.domain.results.audit import Audit
from tests.fakes.memory import MemoryTables


class MemoryClaimIndex:
    """The port ``ClaimIndex`` on the rows themselves."""

    def __init__(self, tables: MemoryTables) -> None:
        self.tables = tables

    def in_doubt(self, before: datetime) -> Iterator[Claim]:
        yield from (c for c in self._claims() if c.state == CLAIMED and c.claimed_at < before)

    def claimed_on(self, shop: str, day: date) -> Iterator[Claim]:
        yield from (
            c for c in self._claims() if c.shop == shop and c.claimed_at.astimezone(UTC).date() == day
        )

    def _claims(self) -> list[Claim]:
        names = list(self.tables.rows["claims"])
        found = [self.tables.live("claims", shop, name) for shop, name in names]
        return sorted((claim for claim in found if claim is not None), key=lambda claim: claim.claimed_at)


class MemoryAudits:
    """The port ``AuditBook``."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, date], Audit] = {}

    def keep(self, audit: Audit) -> None:
        self.kept[(audit.shop, audit.day)] = audit

    def read(self, shop: str, day: date) -> Audit | None:
        return self.kept.get((shop, day))
