"""Make, try, change and end the connections of a shop, and the tokens of its tools: the operator's side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cartback.domain.connectors.connection import Connection, check, parsed_name, switched
from cartback.domain.connectors.tool_tokens import made
from cartback.domain.errors import Refused
from cartback.usecases.connectors.ending import end_all

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.connectors.connection import Kind
    from cartback.domain.connectors.tool_tokens import ToolToken
    from cartback.ports import AccountBook, Clock, Connections, Tokens, ToolTokens, WaitingWork
    from cartback.usecases.connectors.calling import Calling
    from cartback.usecases.connectors.reach_vendor import ReachVendor


@dataclass(frozen=True, slots=True)
class Standing:
    """A connection as it stands: off or not, without access since when, and how much waits for it."""

    connection: Connection
    lost_at: datetime | None
    lost_because: str
    breaker_open: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class EditConnection:
    """Each method raises ``Refused``, one line per field, for what the operator got wrong.

    ``keys`` writes the secrets (``store.connectors.connections.SecretAccess``), ``kind`` says what a connector takes.
    """

    connections: Connections
    tools: ToolTokens
    accounts: AccountBook
    work: WaitingWork
    keys: Any
    reach: ReachVendor
    calling: Calling
    kind: Callable[[str], Kind]
    tokens: Tokens
    clock: Clock

    def add(
        self, shop: str, name: str, access: Mapping[str, str], document: Mapping[str, Any], by: str
    ) -> Connection:
        """Make a connection, or its next version; it is on afterwards. Without access the old one stays."""
        connector, account = parsed_name(name)
        kind = self.kind(connector)
        before = self.connections.read(shop, connector, account)
        after = _connection(before or Connection(shop, connector, account), document)
        after = replace(after, off_because="", changed_at=self.clock.now(), changed_by=by)
        check(after, kind)
        if access or before is None:
            kind.needs.check(access)
        if access:
            self.keys.write(f"{shop}/{connector}/{account}", access)
        self.connections.save(before, after)
        return after

    def standing(self, shop: str) -> list[Standing]:
        """All connections of a shop as they stand."""
        waiting = self.work.waiting(shop)
        found = []
        for each in self.connections.connected(shop):
            state = self.accounts.read(shop, each.connector, each.account)
            own = [one for one in waiting if (one.connector, one.account) == (each.connector, each.account)]
            found.append(Standing(each, state.lost_at, state.lost_because, state.is_open, len(own)))
        return found

    def check(self, shop: str, name: str) -> str:
        """Ask the other system for something harmless. An answer closes the breaker: access is back."""
        connector, account = parsed_name(name)
        reached = self.reach(shop, connector, account)
        said: str = reached.connector.check()
        self.calling.answered(reached.connection)
        return said

    def switch(self, shop: str, name: str, because: str, by: str) -> Connection:
        """Switch it off for a reason, or on again without one."""
        before = self._there(shop, name)
        after = switched(before, because, self.clock.now(), by)
        self.connections.save(before, after)
        return after

    def drop(self, shop: str, name: str) -> None:
        """Forget the connection and its secrets. What waits for it is refused when it is asked for next."""
        there = self._there(shop, name)
        self.keys.drop(f"{shop}/{there.connector}/{there.account}")
        self.connections.drop(there)

    def end(self, shop: str) -> int:
        """Forget all connections and tokens of a shop that is taken out; gives how many connections there were."""
        return end_all(self.connections, self.tools, self.keys, shop)

    def make_token(self, shop: str, name: str, scopes: tuple[str, ...], by: str) -> tuple[ToolToken, str]:
        """Make a token for a tool that cannot sign; the token itself is given back once and never kept."""
        token, shown = made(shop, name, scopes, self.tokens.fresh(), self.clock.now(), by)
        self.tools.keep_token(token)
        return token, shown

    def revoke(self, shop: str, token_id: str) -> None:
        """Let a token open nothing any more."""
        if not self.tools.revoke(shop, token_id):
            raise Refused(f"{token_id}: {shop} has no such token", 404)

    def _there(self, shop: str, name: str) -> Connection:
        connector, account = parsed_name(name)
        found = self.connections.read(shop, connector, account)
        if found is None:
            raise Refused(f"{shop} has no connection {name}", 404)
        return found


def _connection(base: Connection, document: Mapping[str, Any]) -> Connection:
    """The connection with what a document says. Raises Refused for a field that there is not, or of another kind."""
    lines = [
        f"{name}: no such field; there are options, facts, mapping, approve and desk"
        for name in document
        if name not in ("options", "facts", "mapping", "approve", "desk")
    ]
    for name in ("options", "mapping"):
        value = document.get(name, {})
        if not isinstance(value, dict) or not all(
            isinstance(each, str) for pair in value.items() for each in pair
        ):
            lines.append(f"{name}: must be names with values, all of them text")
    for name in ("facts", "approve"):
        value = document.get(name, [])
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            lines.append(f"{name}: must be a list of names")
    if not isinstance(document.get("desk", False), bool):
        lines.append("desk: must be true or false")
    if lines:
        raise Refused("\n".join(lines))
    return replace(
        base,
        options={**base.options, **document.get("options", {})},
        facts=tuple(document.get("facts", base.facts)),
        mapping=dict(document.get("mapping", base.mapping)),
        approve=tuple(document.get("approve", base.approve)),
        desk=document.get("desk", base.desk),
    )
