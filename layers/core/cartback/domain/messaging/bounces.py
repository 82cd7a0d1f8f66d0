"""Messages that came back for now, not for good: a full mailbox is forgiven, one that stays full is not.

Only the third within 30 days stops the writing, and only until there are fewer again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST, WITHIN = 3, timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SoftBounce:
    """One message that came back: which claim, from which address (its hash), when."""

    claim_id: str
    address_hash: str
    at: datetime


def counted(known: tuple[SoftBounce, ...], new: SoftBounce) -> tuple[SoftBounce, ...]:
    """Count one more. News comes doubled and in any order: a claim counts once, what is too old not at all."""
    every = {one.claim_id: one for one in (*known, new)}.values()
    since = max(one.at for one in every) - WITHIN
    return tuple(sorted((one for one in every if one.at > since), key=lambda one: one.at))


def without(known: tuple[SoftBounce, ...], claim_id: str) -> tuple[SoftBounce, ...]:
    """The messages that came back but for one, which did arrive."""
    return tuple(one for one in known if one.claim_id != claim_id)


def too_often_until(known: tuple[SoftBounce, ...], address_hash: str) -> datetime | None:
    """Until when this address has sent back so many messages within 30 days that nothing goes there; None if not."""
    of_address = sorted(one.at for one in known if one.address_hash == address_hash)
    return of_address[-MOST] + WITHIN if len(of_address) >= MOST else None
