"""The table Insights: what was counted, by shop and day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from cartback.domain.results.audit import Audit
from cartback.store.codec import decode, encode, expires, is_expired, text
from cartback.store.errors import translated
from cartback.store.tables import LEDGER_KEPT

if TYPE_CHECKING:
    from cartback.ports import Clock
    from cartback.store.clients import Clients


class DynamoAudits:
    """The port ``AuditBook``: one row per shop and day, kept as long as the claims that it is about."""

    def __init__(self, clients: Clients, table: str, clock: Clock) -> None:
        self._clients = clients
        self._table = table
        self._clock = clock

    def keep(self, audit: Audit) -> None:
        """Keep an audit; a repeated one replaces the one before."""
        row = {
            "pk": text(audit.shop),
            "sk": text(_name(audit.day)),
            "body": encode(audit),
            "expires_at": expires(audit.audited_at, LEDGER_KEPT),
        }
        with translated("keep an audit"):
            self._clients.dynamodb.put_item(TableName=self._table, Item=row)

    def read(self, shop: str, day: date) -> Audit | None:
        """The kept audit of a day."""
        key = {"pk": text(shop), "sk": text(_name(day))}
        with translated("read an audit"):
            answer = self._clients.dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        row = answer.get("Item")
        return None if row is None or is_expired(row, self._clock.now()) else decode(Audit, row)


def _name(day: date) -> str:
    return f"audit#{day.isoformat()}"
