"""How often an account at a vendor may be called: a token bucket and a breaker, in one row per account.

The bucket holds what the vendor's limit allows and is filled by time; a vendor that names a time (``Retry-After``) is
left alone until then. The breaker opens after ``FAILURES`` calls in a row without a usable answer, and lets one call
through at a time to try. Access that is lost opens it as well, and is said once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FAILURES = 5
"""Calls in a row without a usable answer, after which nobody calls for a while."""

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
PROBE = timedelta(seconds=60)
"""How long one call that tries whether the other side is back keeps all others waiting."""

LOST_PAUSE = timedelta(minutes=15)
"""How often an account without access is tried: whoever mends it at the vendor's need not tell us."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in so long a time; up to ``burst`` of them at once."""

    calls: int
    per: timedelta
    burst: int = 1

    @property
    def a_second(self) -> float:
        """Calls a second."""
        return self.calls / self.per.total_seconds()


@dataclass(frozen=True, slots=True)
class AccountState:
    """How an account stands. Instants are UTC; ``version`` guards the row."""

    shop: str
    connector: str
    account: str
    tokens: float = 0.0
    filled_at: datetime | None = None
    held_until: datetime | None = None
    failures: int = 0
    open_until: datetime | None = None
    lost_at: datetime | None = None
    lost_because: str = ""
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the breaker is open: work waits."""
        return self.lost_at is not None or self.failures >= FAILURES


def take(state: AccountState, rate: Rate, now: datetime) -> tuple[AccountState, int]:
    """Take one call out of the bucket: the row as it is then and 0, or the same row and the seconds to wait."""
    for until in (state.open_until, state.held_until):
        if until is not None and now < until:
            return state, _seconds(until - now)
    passed = 0.0 if state.filled_at is None else max(0.0, (now - state.filled_at).total_seconds())
    full = float(rate.burst)
    tokens = full if state.filled_at is None else min(full, state.tokens + passed * rate.a_second)
    if tokens < 1:
        return state, _seconds(timedelta(seconds=(1 - tokens) / rate.a_second))
    probing = now + PROBE if state.is_open else None
    taken = replace(state, tokens=tokens - 1, filled_at=now, held_until=None, open_until=probing)
    return taken, 0


def succeeded(state: AccountState) -> AccountState:
    """The other side answered: the breaker closes, and access that was lost is back."""
    if not (state.failures or state.lost_at or state.open_until):
        return state
    return replace(state, failures=0, open_until=None, lost_at=None, lost_because="")


def failed(state: AccountState, now: datetime, after_seconds: int | None = None) -> AccountState:
    """The other side gave no usable answer. One that named a time is busy, not broken: it is only left alone."""
    if after_seconds is not None:
        until = now + min(timedelta(seconds=after_seconds), timedelta(days=1))
        return replace(state, held_until=until, open_until=None if not state.is_open else state.open_until)
    failures = state.failures + 1
    if failures < FAILURES:
        return replace(state, failures=failures)
    pause = min(FIRST_PAUSE * 2 ** min(failures - FAILURES, 10), LONGEST_PAUSE)
    return replace(state, failures=failures, open_until=now + pause)


def lost(state: AccountState, now: datetime, because: str) -> AccountState:
    """Access was refused: since when is kept, so that it is said once, until access is back."""
    since = now if state.lost_at is None else state.lost_at
    return replace(state, lost_at=since, lost_because=because[:300], open_until=now + LOST_PAUSE)


def _seconds(span: timedelta) -> int:
    return max(1, math.ceil(span.total_seconds()))
