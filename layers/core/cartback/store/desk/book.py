"""The table Desk: entries that wait for a person, links to answer them, and work that waits for an outside system.

What waits carries two attributes that the index ``Listed`` is made of: whose list it is on, and when it is due. What is
over loses them, so that a list costs what waits and not what ever was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from cartback.domain.connectors.deliveries import DELIVERY, RUN, Waiting
from cartback.domain.desk.entries import KEPT, Entry
from cartback.ports import AnswerLink
from cartback.store.codec import decode, encode, expires, is_expired, number, text
from cartback.store.errors import translated
from cartback.store.guarded import put_over
from cartback.store.paging import pages

if TYPE_CHECKING:
    from cartback.ports import Clock
    from cartback.store.clients import Clients
    from cartback.store.codec import Row

INDEX = "Listed"
WAITS_AT_MOST = timedelta(days=14)
"""Only a broom: longer than the schedule of a delivery and than a run waits for a system that is away."""

_MOST = 100


class _Lists:
    """What both books do with the table."""

    def __init__(self, clients: Clients, table: str, clock: Clock) -> None:
        self._clients, self._table, self._clock = clients, table, clock

    def _get(self, key: Row) -> Row | None:
        with translated("read the desk"):
            answer = self._clients.dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        row: Row | None = answer.get("Item")
        return None if row is None or is_expired(row, self._clock.now()) else row

    def _list(self, name: str, until: datetime | None = None) -> Iterator[Row]:
        condition, values = "listed = :listed", {":listed": text(name)}
        if until is not None:
            condition, values = (
                f"{condition} AND due_at <= :until",
                {**values, ":until": text(_instant(until))},
            )
        found = pages(
            self._clients.dynamodb.query,
            "list the desk",
            TableName=self._table,
            IndexName=INDEX,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
        now = self._clock.now()
        return (row for page in found for row in page if not is_expired(row, now))


class DynamoDesk(_Lists):
    """The port ``DeskBook``."""

    def read(self, shop: str, entry_id: str) -> Entry | None:
        """See ``ports.DeskBook``."""
        row = self._get(_entry_key(shop, entry_id))
        return None if row is None else decode(Entry, row)

    def save(self, after: Entry) -> None:
        """See ``ports.DeskBook``."""
        with translated("keep an entry of the desk"):
            self._clients.dynamodb.put_item(**self._put(after))

    def answer(self, after: Entry, link: AnswerLink) -> None:
        """See ``ports.DeskBook``."""
        use = {
            "TableName": self._table,
            "Key": _link_key(link.shop, link.token_hash),
            "UpdateExpression": "SET used_at = :at",
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(used_at)",
            "ExpressionAttributeValues": {":at": text(_instant(self._clock.now()))},
        }
        with translated("answer an entry of the desk"):
            self._clients.dynamodb.transact_write_items(
                TransactItems=[{"Put": self._put(after)}, {"Update": use}]
            )

    def listed(self, shop: str) -> list[Entry]:
        """See ``ports.DeskBook``."""
        return [decode(Entry, row) for row in self._list(f"{shop}#desk")]

    def due(self, shop: str, now: datetime) -> list[Entry]:
        """See ``ports.DeskBook``."""
        return [decode(Entry, row) for row in islice(self._list(f"{shop}#desk", now), _MOST)]

    def keep_link(self, link: AnswerLink) -> None:
        """See ``ports.DeskBook``."""
        row = {
            **_link_key(link.shop, link.token_hash),
            "body": encode(link),
            "expires_at": number(int(link.expires_at.timestamp())),
        }
        with translated("keep a link of the desk"):
            self._clients.dynamodb.put_item(TableName=self._table, Item=row)

    def find_link(self, shop: str, token_hash: str) -> AnswerLink | None:
        """See ``ports.DeskBook``."""
        row = self._get(_link_key(shop, token_hash))
        if row is None:
            return None
        used = datetime.fromisoformat(row["used_at"]["S"]) if "used_at" in row else None
        return replace(decode(AnswerLink, row), used_at=used)

    def _put(self, after: Entry) -> dict[str, Any]:
        row = {
            **_entry_key(after.shop, after.entry_id),
            "body": encode(replace(after, version=after.version + 1)),
            "expires_at": expires(max(self._clock.now(), after.opened_at), KEPT),
        }
        if after.listed_at is not None:
            row |= {"listed": text(f"{after.shop}#desk"), "due_at": text(_instant(after.listed_at))}
        return put_over(self._table, row, after.version)


class DynamoWaiting(_Lists):
    """The port ``WaitingWork``."""

    def wait(self, waiting: Waiting) -> None:
        """See ``ports.WaitingWork``."""
        row = {
            **_work_key(waiting),
            "body": encode(waiting),
            "listed": text(f"{waiting.shop}#{waiting.kind}"),
            "due_at": text(_instant(waiting.due_at)),
            "expires_at": expires(waiting.due_at, WAITS_AT_MOST),
        }
        with translated("keep what waits"):
            self._clients.dynamodb.put_item(TableName=self._table, Item=row)

    def over(self, waiting: Waiting) -> None:
        """See ``ports.WaitingWork``."""
        with translated("end what waits"):
            self._clients.dynamodb.delete_item(TableName=self._table, Key=_work_key(waiting))

    def waiting(self, shop: str) -> list[Waiting]:
        """See ``ports.WaitingWork``."""
        found = [decode(Waiting, row) for kind in (RUN, DELIVERY) for row in self._list(f"{shop}#{kind}")]
        return sorted(found, key=lambda each: each.due_at)

    def due(self, shop: str, now: datetime) -> list[Waiting]:
        """See ``ports.WaitingWork``."""
        return [decode(Waiting, row) for row in islice(self._list(f"{shop}#{DELIVERY}", now), _MOST)]


def _entry_key(shop: str, entry_id: str) -> Row:
    return {"pk": text(f"{shop}#desk#{entry_id}")}


def _link_key(shop: str, token_hash: str) -> Row:
    return {"pk": text(f"{shop}#answer#{token_hash}")}


def _work_key(waiting: Waiting) -> Row:
    return {"pk": text(f"{waiting.shop}#work#{waiting.work_id}")}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
