"""Reach an outside system on behalf of a shop: its connection, its access, and the connector made of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cartback.domain.connectors.actions import actions_of
from cartback.domain.errors import Refused

if TYPE_CHECKING:
    from cartback.domain.connectors.actions import Action
    from cartback.domain.connectors.connection import Connection
    from cartback.domain.connectors.limits import Rate
    from cartback.ports import Connections, ConnectorKeys, Ways


@dataclass(frozen=True, slots=True)
class Reached:
    """A connector, ready to be asked: its connection, what it can do, how often, and the thing itself."""

    connection: Connection
    actions: Mapping[str, Action]
    rate: Rate
    connector: Any
    gone_ends_it: bool


@dataclass(frozen=True, slots=True)
class ReachVendor:
    """``module`` loads a connector of the folder, ``ways`` makes the ways out when they are first needed."""

    connections: Connections
    keys: ConnectorKeys
    module: Callable[[str], ModuleType]
    ways: Callable[[], Ways]

    def __call__(self, shop: str, connector: str, account: str) -> Reached:
        """Raises ``Refused`` for a connection that is not there, is off, or has no access, naming what is missing."""
        module = self.module(connector)
        connection = self.connections.read(shop, connector, account)
        if connection is None:
            raise Refused(f"{shop} has no connection {connector}/{account}: cartback connector add", 404)
        if not connection.is_on:
            raise Refused(f"{connection.name} of {shop} is switched off: {connection.off_because}", 409)
        access: Mapping[str, str] = {}
        if not module.NEEDS.fit({}):
            access = self.keys.of(f"{shop}/{connector}/{account}") or {}
        module.NEEDS.check(access)
        made = module.Connector(connection, access, self.ways())
        return Reached(
            connection, actions_of(module.Connector), module.RATE, made, gone_ends_it=module.GONE_ENDS_IT
        )
