"""Claims, decisions and links in DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cartback.domain.claims import RELEASED, Claim
from cartback.domain.errors import Conflict
from cartback.domain.hashes import short
from cartback.ports import Link, NotBlocked, TimelineEntry
from cartback.ports.rows import BLOCKED, CHANGED
from cartback.store.blocks import check_not_blocked
from cartback.store.codec import decode, encode, expires, is_expired, lean, number, text
from cartback.store.errors import cancelled, translated
from cartback.store.messaging.claim_index import index_keys
from cartback.store.paging import pages
from cartback.store.tables import LAPSED_LINKS_KEPT, LEDGER_KEPT
from cartback.store.trade.records import check_unchanged, put_person, puts

if TYPE_CHECKING:
    from cartback.domain.people.customer import Person
    from cartback.ports import Clock, Guard, RowSet
    from cartback.store.clients import Clients
    from cartback.store.codec import Row
    from cartback.store.splitting import Write
    from cartback.store.tables import Tables

CLAIMED_BEFORE, WARMING_UP = "claimed_before", "warming_up"
_BY_WEIGHT = (CLAIMED_BEFORE, BLOCKED, CHANGED, WARMING_UP)
"""An older claim or a block is final, a moved row means to decide again, and only a full day to wait for the next."""


class DynamoLedger:
    """The port ``Ledger`` on the table Ledger; claims also guard rows of Carts and Customers."""

    def __init__(self, clients: Clients, tables: Tables, clock: Clock) -> None:
        self._clients = clients
        self._tables = tables
        self._clock = clock

    def claim(
        self,
        claim: Claim,
        guards: Sequence[Guard],
        rows: RowSet,
        line: TimelineEntry,
        links: Sequence[Link] = (),
    ) -> str | None:
        """Take a claim in one transaction, or say why not."""
        table = self._tables.ledger
        written = puts(self._tables, rows, claim.claimed_at)
        told: list[tuple[str, Write]] = [
            (CLAIMED_BEFORE, self._put_claim(claim, "attribute_not_exists(pk) OR #state = :state", RELEASED)),
            *((CHANGED, write) for write in written),
            *((guard.refusal, self._condition(claim, guard)) for guard in guards),
            *((WARMING_UP, write) for write in self._under_ceiling(claim)),
            (
                CHANGED,
                {"Put": {"TableName": table, "Item": self._line(claim.shop, claim.subject.timeline, line)}},
            ),
            *((CHANGED, {"Put": {"TableName": table, "Item": _link_row(link)}}) for link in links),
        ]
        with translated("claim a message"):
            try:
                self._clients.dynamodb.transact_write_items(TransactItems=[write for _, write in told])
            except ClientError as error:
                return _why_not(error, [refusal for refusal, _ in told])
        return None

    def _condition(self, claim: Claim, guard: Guard) -> Write:
        if isinstance(guard, NotBlocked):
            return check_not_blocked(
                self._tables.customers, claim.shop, guard.name, claim.subject.id, guard.but
            )
        return check_unchanged(self._tables, claim.shop, guard.part, guard.name, guard.version)

    def mark(self, before: Claim, after: Claim, closing: RowSet | None = None) -> None:
        """Write a claim's new state over the one that was read, and the rows that close with it."""
        put = self._put_claim(after, "#state = :state", before.state)
        closed = puts(self._tables, closing, self._clock.now()) if closing is not None else []
        with translated("mark a claim"):
            if not closed:
                self._clients.dynamodb.put_item(**put["Put"])
            else:
                self._clients.dynamodb.transact_write_items(TransactItems=[put, *closed])

    def release(self, before: Claim, after: Claim, person: Person) -> None:
        """Give claim and budget back together."""
        with translated("release a claim"):
            self._clients.dynamodb.transact_write_items(
                TransactItems=[
                    self._put_claim(after, "#state = :state", before.state),
                    put_person(self._tables, person, self._clock.now()),
                    *([] if before.ceiling is None else [self._count_of_day(before, -1)]),
                ]
            )

    def read_claim(self, shop: str, claim_id: str) -> Claim | None:
        """The claim as it stands, consistently."""
        row = self._get(_claim_key(shop, claim_id))
        return decode(Claim, row) if row is not None else None

    def note(self, shop: str, subject: str, line: TimelineEntry) -> None:
        """Append a line. The same line noted twice is one line."""
        with translated("note a decision"):
            self._clients.dynamodb.put_item(
                TableName=self._tables.ledger, Item=self._line(shop, subject, line)
            )

    def story(self, shop: str, subject: str) -> list[TimelineEntry]:
        """All lines of a subject, oldest first."""
        now = self._clock.now()
        told = pages(
            self._clients.dynamodb.query,
            "read a story",
            TableName=self._tables.ledger,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": text(f"{shop}#{subject}")},
            ConsistentRead=True,
        )
        return [decode(TimelineEntry, row) for page in told for row in page if not is_expired(row, now)]

    def look(self, shop: str, token_hash: str) -> Link | None:
        """A link, unchanged."""
        row = self._get(_link_key(shop, token_hash))
        return _link(row) if row is not None else None

    def follow(self, shop: str, token_hash: str, at: datetime) -> Link | None:
        """A link, counted once more."""
        try:
            with translated("follow a link"):
                answer = self._clients.dynamodb.update_item(
                    TableName=self._tables.ledger,
                    Key=_link_key(shop, token_hash),
                    UpdateExpression="ADD uses :one SET used_at = :at",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeValues={":one": number(1), ":at": text(at.isoformat())},
                    ReturnValues="ALL_NEW",
                )
        except Conflict:
            return None
        return _link(answer["Attributes"])

    def _get(self, key: Row) -> Row | None:
        with translated("read the ledger"):
            answer = self._clients.dynamodb.get_item(
                TableName=self._tables.ledger, Key=key, ConsistentRead=True
            )
        row = answer.get("Item")
        return row if row is not None and not is_expired(row, self._clock.now()) else None

    def _put_claim(self, claim: Claim, condition: str, state: str) -> Write:
        return {
            "Put": {
                "TableName": self._tables.ledger,
                "Item": {
                    **_claim_key(claim.shop, claim.claim_id),
                    **index_keys(claim),
                    "state": text(claim.state),
                    "body": lean(claim),
                    "expires_at": expires(claim.claimed_at, LEDGER_KEPT),
                },
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": {":state": text(state)},
            }
        }

    def _under_ceiling(self, claim: Claim) -> list[Write]:
        """Count a claim against the day of a sender that warms up, if the day has room for it."""
        if claim.ceiling is None:
            return []
        write = self._count_of_day(claim, 1)
        update = write["Update"]
        update["ConditionExpression"] = "attribute_not_exists(#count) OR #count < :ceiling"
        update["ExpressionAttributeValues"][":ceiling"] = number(claim.ceiling)
        return [write]

    def _count_of_day(self, claim: Claim, by: int) -> Write:
        return {
            "Update": {
                "TableName": self._tables.ledger,
                "Key": {"pk": text(f"{claim.shop}#warm#{claim.claimed_at.date()}"), "sk": text("count")},
                "UpdateExpression": "SET expires_at = :expires_at ADD #count :by",
                "ExpressionAttributeNames": {"#count": "count"},
                "ExpressionAttributeValues": {
                    ":by": number(by),
                    ":expires_at": expires(claim.claimed_at, timedelta(days=7)),
                },
            }
        }

    def _line(self, shop: str, subject: str, line: TimelineEntry) -> Row:
        body = encode(line)
        name = short("line", line.kind, body["S"], length=12)
        return {
            "pk": text(f"{shop}#{subject}"),
            "sk": text(f"{line.at.isoformat(timespec='microseconds')}#{line.kind}#{name}"),
            "body": body,
            "expires_at": expires(line.at, LEDGER_KEPT),
        }


def _why_not(error: ClientError, refusals: Sequence[str]) -> str:
    """Read a cancelled transaction: the gravest of what its failed parts refuse with.

    Where none failed, it met another transaction that was under way: the rows are to be read again.
    """
    reasons = cancelled(error)
    if not reasons or not set(reasons) <= {"None", "ConditionalCheckFailed", "TransactionConflict"}:
        raise error
    failed = {refusals[i] for i, reason in enumerate(reasons) if reason == "ConditionalCheckFailed"}
    return min(failed, key=_BY_WEIGHT.index, default=CHANGED)


def _claim_key(shop: str, claim_id: str) -> Row:
    return {"pk": text(f"{shop}#claim#{claim_id}"), "sk": text("claim")}


def _link_key(shop: str, token_hash: str) -> Row:
    return {"pk": text(f"{shop}#link#{token_hash}"), "sk": text("link")}


def _link_row(link: Link) -> Row:
    return {
        **_link_key(link.shop, link.token_hash),
        "body": lean(link),
        "uses": number(0),
        "expires_at": expires(link.expires_at, LAPSED_LINKS_KEPT),
    }


def _link(row: Row) -> Link:
    return replace(decode(Link, row), uses=int(row["uses"]["N"]))
