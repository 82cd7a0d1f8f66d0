"""The daily audit, run over every day of the season when nothing is left to happen: does it count what happened?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.results.audit import (
    AFTER_OPT_OUT,
    AFTER_PURCHASE,
    DUPLICATE,
    NOBODY_KNOWS,
    WITHOUT_BASIS,
)
from functions import audit
from tests.simulation.faults import SKEW
from tests.simulation.invariants import WRONG_CLOCK

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from tests.simulation.season import Season


class Claimed:
    """Every claim of every flow, and of which of them nobody knows what became: neither sent nor given back."""

    def __init__(self) -> None:
        self.at: dict[tuple[str, str], datetime] = {}
        self.doubtful: set[tuple[str, str]] = set()

    def take(self, claim: Claim) -> None:
        """A claim was taken, perhaps once more after it was given back."""
        name = (claim.shop, claim.claim_id)
        self.at[name] = claim.claimed_at
        self.doubtful.add(name)

    def settle(self, shop: str, claim_id: str) -> None:
        """Its message was taken by the provider, or it was given back."""
        self.doubtful.discard((shop, claim_id))


def check(season: Season) -> None:
    """Audit each day on which something was claimed, and compare with what the season saw."""
    if season.violations:
        return  # what is broken was found already, at the instant at which it broke
    claimed, audits = season.claims, season.house.audits
    with season.house.at_the_doors():
        for day in sorted({at.astimezone(UTC).date() for at in claimed.at.values()}):
            audit.handler({"day": day.isoformat()}, None)
    done = list(audits.kept.values())
    seen, unknown = sum(one.claims for one in done), sum(one.counts[NOBODY_KNOWS] for one in done)
    if seen != len(claimed.at):
        season.violated("audit", f"{len(claimed.at)} messages were claimed, the audit saw {seen}")
    if unknown != len(claimed.doubtful):
        season.violated(
            "audit", f"nobody knows of {len(claimed.doubtful)} messages, the audit says {unknown}"
        )
    # Clocks that are wrong make the audit ring falsely, but never by more than they are wrong.
    doubt = 2 * WRONG_CLOCK if SKEW in season.kinds else timedelta(0)
    for one in done:
        for found in one.findings:
            broken = found.kind in (AFTER_PURCHASE, AFTER_OPT_OUT, WITHOUT_BASIS, DUPLICATE)
            if broken and (found.known_at is None or found.claimed_at > found.known_at + doubt):
                season.violated("audit", f"the audit of {one.shop} on {one.day} finds {found}")
