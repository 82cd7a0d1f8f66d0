"""Effects on outside systems, accounts at vendors and the vendors' ids of our subjects, in the table Ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cartback.domain.connectors.effects import Effect
from cartback.domain.connectors.limits import AccountState
from cartback.store.codec import decode, encode, expires, is_expired, text
from cartback.store.errors import translated
from cartback.store.guarded import put_over
from cartback.store.tables import LEDGER_KEPT, PEOPLE_KEPT

if TYPE_CHECKING:
    from cartback.ports import Clock
    from cartback.store.clients import Clients
    from cartback.store.codec import Row


class DynamoEffects:
    """The port ``EffectBook``."""

    def __init__(self, clients: Clients, table: str, clock: Clock) -> None:
        self._clients, self._table, self._clock = clients, table, clock

    def read(self, shop: str, effect_id: str) -> Effect | None:
        """See ``ports.EffectBook``."""
        row = _get(self._clients, self._table, _effect_key(shop, effect_id), self._clock)
        return None if row is None else decode(Effect, row)

    def save(self, after: Effect) -> None:
        """See ``ports.EffectBook``."""
        row = {
            **_effect_key(after.shop, after.effect_id),
            "body": encode(replace(after, version=after.version + 1)),
            "expires_at": expires(after.at, LEDGER_KEPT),
        }
        with translated("keep an effect"):
            self._clients.dynamodb.put_item(**put_over(self._table, row, after.version))

    def linked(self, shop: str, connector: str, account: str, subject: str) -> str | None:
        """See ``ports.EffectBook``."""
        row = _get(self._clients, self._table, _link_key(shop, connector, account, subject), self._clock)
        return None if row is None else str(row["vendor_id"]["S"])

    def link(self, shop: str, connector: str, account: str, subject: str, vendor_id: str) -> None:
        """See ``ports.EffectBook``. The latest id is the one that counts: a record may have been merged there."""
        row = {
            **_link_key(shop, connector, account, subject),
            "vendor_id": text(vendor_id),
            "expires_at": expires(self._clock.now(), PEOPLE_KEPT),
        }
        with translated("keep a vendor's id"):
            self._clients.dynamodb.put_item(TableName=self._table, Item=row)


class DynamoAccounts:
    """The port ``AccountBook``: one row per account, which everybody who calls it writes."""

    def __init__(self, clients: Clients, table: str, clock: Clock) -> None:
        self._clients, self._table, self._clock = clients, table, clock

    def read(self, shop: str, connector: str, account: str) -> AccountState:
        """See ``ports.AccountBook``. An account that was never called has a full bucket."""
        row = _get(self._clients, self._table, _account_key(shop, connector, account), self._clock)
        return AccountState(shop, connector, account) if row is None else decode(AccountState, row)

    def save(self, after: AccountState) -> None:
        """See ``ports.AccountBook``."""
        row = {
            **_account_key(after.shop, after.connector, after.account),
            "body": encode(replace(after, version=after.version + 1)),
            "expires_at": expires(self._clock.now(), LEDGER_KEPT),
        }
        with translated("keep how an account stands"):
            self._clients.dynamodb.put_item(**put_over(self._table, row, after.version))


def _effect_key(shop: str, effect_id: str) -> Row:
    return {"pk": text(f"{shop}#effect#{effect_id}"), "sk": text("effect")}


def _account_key(shop: str, connector: str, account: str) -> Row:
    return {"pk": text(f"{shop}#account#{connector}#{account}"), "sk": text("account")}


def _link_key(shop: str, connector: str, account: str, subject: str) -> Row:
    return {"pk": text(f"{shop}#vendor#{connector}#{account}#{subject}"), "sk": text("vendor")}


def _get(clients: Clients, table: str, key: Row, clock: Clock) -> Row | None:
    with translated("read of an outside system"):
        answer = clients.dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)
    row: Row | None = answer.get("Item")
    return None if row is None or is_expired(row, clock.now()) else row
