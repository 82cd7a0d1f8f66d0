"""How an account at a vendor stands: whether it may be called now, and what a call showed of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.connectors import limits
from cartback.domain.errors import Conflict

if TYPE_CHECKING:
    from cartback.domain.connectors.connection import Connection
    from cartback.domain.connectors.limits import AccountState, Rate
    from cartback.ports import AccountBook, Clock

_MOST_TRIES = 8
_CROWDED = 2
"""Seconds to wait where so many take from one bucket that its row cannot be written."""


@dataclass(frozen=True, slots=True)
class Calling:
    """The bucket and the breaker of an account, shared by all workers."""

    accounts: AccountBook
    clock: Clock

    def take(self, connection: Connection, rate: Rate) -> int:
        """Take one call; gives the seconds to wait if there is none to take."""
        for _ in range(_MOST_TRIES):
            state = self.accounts.read(connection.shop, connection.connector, connection.account)
            after, wait = limits.take(state, rate, self.clock.now())
            if wait:
                return wait
            try:
                self.accounts.save(after)
            except Conflict:
                continue
            return 0
        return _CROWDED

    def answered(self, connection: Connection) -> None:
        """The other side gave an answer that can be used."""
        self._write(connection, limits.succeeded)

    def failed(self, connection: Connection, after_seconds: int | None = None) -> None:
        """It gave none, or named a time until which it wants to be left alone."""
        self._write(connection, lambda state: limits.failed(state, self.clock.now(), after_seconds))

    def is_without_access(self, connection: Connection) -> bool:
        """Whether it is known already that our access is refused."""
        state = self.accounts.read(connection.shop, connection.connector, connection.account)
        return state.lost_at is not None

    def lost(self, connection: Connection, because: str) -> None:
        """It refused our access."""
        self._write(connection, lambda state: limits.lost(state, self.clock.now(), because))

    def _write(self, connection: Connection, change: Callable[[AccountState], AccountState]) -> None:
        """Write how it stands now; whoever keeps losing against others lets them say it."""
        for _ in range(_MOST_TRIES):
            state = self.accounts.read(connection.shop, connection.connector, connection.account)
            after = change(state)
            if after == state:
                return
            try:
                self.accounts.save(after)
            except Conflict:
                continue
            return
