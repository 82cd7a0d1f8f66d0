"""How a shop's mail fares, in the table Insights: one row of counters per shop and day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cartback.domain.deliverability import WINDOW, Tally
from cartback.store.codec import expires, number, text
from cartback.store.errors import translated
from cartback.store.paging import pages

if TYPE_CHECKING:
    from cartback.store.clients import Clients
    from cartback.store.codec import Row

_PARTS = ("settled", "bounced", "complained")


class DynamoStanding:
    """The port ``Standing``. An addition that botocore repeats counts twice; a rate hardly notices."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._clients = clients
        self._table = table

    def add(self, shop: str, at: datetime, tally: Tally) -> None:
        """Add to the day of an instant (UTC)."""
        with translated("count what became of mail"):
            self._clients.dynamodb.update_item(
                TableName=self._table,
                Key={"pk": text(shop), "sk": text(_day(at))},
                UpdateExpression="SET expires_at = :expires_at ADD settled :settled, bounced :bounced, "
                "complained :complained",
                ExpressionAttributeValues={
                    ":expires_at": expires(at, 2 * WINDOW),
                    **{f":{part}": number(getattr(tally, part)) for part in _PARTS},
                },
            )

    def lately(self, shop: str, now: datetime) -> Tally:
        """The sum over the window that ends now, in whole days."""
        total = Tally()
        for row in self._rows(shop, now):
            total += Tally(*(int(row[part]["N"]) for part in _PARTS))
        return total

    def reset(self, shop: str, now: datetime) -> None:
        """Begin anew: what was before an operator let a shop go on shall not stop it again."""
        for row in self._rows(shop, now):
            with translated("begin to count anew"):
                self._clients.dynamodb.delete_item(
                    TableName=self._table, Key={"pk": row["pk"], "sk": row["sk"]}
                )

    def _rows(self, shop: str, now: datetime) -> list[Row]:
        found = pages(
            self._clients.dynamodb.query,
            "read what became of mail",
            TableName=self._table,
            KeyConditionExpression="pk = :shop AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":shop": text(shop),
                ":first": text(_day(now - WINDOW)),
                ":last": text(_day(now)),
            },
            ConsistentRead=True,
        )
        return [row for page in found for row in page]


def _day(at: datetime) -> str:
    return f"mail#{at.astimezone(UTC).date().isoformat()}"
