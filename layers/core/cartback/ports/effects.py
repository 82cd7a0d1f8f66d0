"""Outside systems: how they are reached, how often, and what was done there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cartback.domain.connectors.connection import Connection
    from cartback.domain.connectors.deliveries import Waiting
    from cartback.domain.connectors.effects import Effect
    from cartback.domain.connectors.limits import AccountState
    from cartback.domain.connectors.tool_tokens import ToolToken
    from cartback.ports.service import Http
    from cartback.ports.world import Clock


class Connector(Protocol):
    """One outside system: a module of ``connectors``. Its actions are the methods marked with ``action``.

    An action gives ``Done``; it raises ``Refused`` for what never will be (401 and 403 mean that access is lost, 410
    that the receiver wants no more), ``TryLater`` for what may be asked again, ``Doubtful`` where nobody knows. A
    method named by ``found_by`` takes the same ``Wanted`` and gives ``Done``, or None if the other system knows nothing
    of it.
    """

    def check(self) -> str:
        """Ask for something harmless, and say in a line whom the access belongs to."""


class TeamMail(Protocol):
    """Mail to the shop's own team and its suppliers, without a shopper's data."""

    def send(
        self,
        sender: str,
        to: Sequence[str],
        subject: str,
        text: str,
        tag: str,
        enclosed: tuple[str, str] | None = None,
    ) -> str:
        """Send once, perhaps with a CSV file (its name and its text); gives the provider's id.

        Raises ``TryLater``, ``Refused`` or ``Doubtful``.
        """


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out that a connector is given."""

    http: Http
    mail: TeamMail
    clock: Clock


class Connections(Protocol):
    """The connections of shops, without their secrets."""

    def read(self, shop: str, connector: str, account: str) -> Connection | None: ...

    def connected(self, shop: str) -> list[Connection]:
        """All of a shop's, by name."""

    def save(self, before: Connection | None, after: Connection) -> None:
        """Write it over what was read. Raises ``Conflict`` if somebody was quicker."""

    def drop(self, connection: Connection) -> None:
        """Forget it; one that is gone already is no error."""


class ToolTokens(Protocol):
    """The tokens of tools that cannot sign."""

    def find(self, shop: str, token_id: str) -> ToolToken | None: ...

    def tokens(self, shop: str) -> list[ToolToken]: ...

    def keep_token(self, token: ToolToken) -> None: ...

    def revoke(self, shop: str, token_id: str) -> bool:
        """Forget one; whether it was there."""


class ConnectorKeys(Protocol):
    """The secrets of connections."""

    def of(self, name: str) -> Mapping[str, str] | None:
        """The access under ``<shop>/<connector>/<account>``; None if there is none."""

    def drop(self, name: str) -> None:
        """Forget it; one that is gone already is no error."""


class AccountBook(Protocol):
    """How each account at a vendor stands: its bucket and its breaker."""

    def read(self, shop: str, connector: str, account: str) -> AccountState: ...

    def save(self, after: AccountState) -> None:
        """Write it over the version that was read. Raises ``Conflict`` if somebody was quicker."""


class EffectBook(Protocol):
    """Effects on outside systems, and the vendors' ids of our subjects."""

    def read(self, shop: str, effect_id: str) -> Effect | None: ...

    def save(self, after: Effect) -> None:
        """Write it over the version that was read (0: it must not be there). Raises ``Conflict`` otherwise."""

    def linked(self, shop: str, connector: str, account: str, subject: str) -> str | None:
        """The vendor's id of a subject: the identity, once it is known."""

    def link(self, shop: str, connector: str, account: str, subject: str, vendor_id: str) -> None: ...


class WaitingWork(Protocol):
    """Work that waits for an outside system: visible, and in the case of deliveries sent on when due."""

    def wait(self, waiting: Waiting) -> None:
        """Keep or replace one."""

    def over(self, waiting: Waiting) -> None:
        """It waits no more; no error if it never did."""

    def waiting(self, shop: str) -> list[Waiting]:
        """What waits at this shop, soonest first."""

    def due(self, shop: str, now: datetime) -> list[Waiting]:
        """Deliveries whose time has come, the oldest hundred; those of the last moment may still be missing."""
