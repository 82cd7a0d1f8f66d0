"""End every connection of a shop that goes: with its secrets, and the tokens of its tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.ports import Connections, ConnectorKeys, ToolTokens


def end_all(connections: Connections, tools: ToolTokens, keys: ConnectorKeys, shop: str) -> int:
    """Forget them all; gives how many there were. What there is no more is no error, so it may be done again.

    The secret goes before the connection that names it: a crash in between leaves nothing that nobody finds.
    """
    ended = connections.connected(shop)
    for each in ended:
        keys.drop(f"{shop}/{each.connector}/{each.account}")
        connections.drop(each)
    for token in tools.tokens(shop):
        tools.revoke(shop, token.token_id)
    return len(ended)
