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
from cartback.domain.people.suppression import FOR_NOW
from cartback.ports import Link, TimelineEntry
from cartback.store.codec import decode, encode, expires, is_expired, number, text
from cartback.store.errors import cancelled, translated
from cartback.store.messaging.blocks import check_not_blocked
from cartback.store.messaging.claim_index import index_keys
from cartback.store.paging import pages
from cartback.store.tables import LEDGER_KEPT, request_key
from cartback.store.trade.records import put_cart, put_person

if TYPE_CHECKING:
    from cartback.domain.consent.signup import SignUp
    from cartback.domain.context import Context
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.cart import Cart
    from cartback.ports import Clock
    from cartback.store.clients import Clients
    from cartback.store.codec import Row
    from cartback.store.splitting import Write
    from cartback.store.tables import Tables

_CLAIM, _BLOCKED, _CEILING = 0, (3, 4, 5), 6


class DynamoLedger:
    """The port ``Ledger`` on the table Ledger; claims also guard rows of Carts and Customers."""

    def __init__(self, clients: Clients, tables: Tables, clock: Clock) -> None:
        self._clients = clients
        self._tables = tables
        self._clock = clock

    def claim(
        self, claim: Claim, context: Context, person: Person, line: TimelineEntry, links: Sequence[Link]
    ) -> str | None:
        """Take a claim in one transaction, or say why not."""
        here, cart = self._tables, context.cart
        people, shop = here.customers, claim.shop
        writes: list[Write] = [
            self._put_claim(claim, "attribute_not_exists(pk) OR #state = :state", RELEASED),
            put_cart(here, cart, claim.claimed_at),
            put_person(here, person, claim.claimed_at),
            check_not_blocked(people, shop, claim.address_hash, but=FOR_NOW),
            check_not_blocked(people, shop, "shop", claim.cart_id),
            check_not_blocked(people, shop, "marketing", claim.cart_id),
            *self._under_ceiling(claim),
            {
                "Put": {
                    "TableName": here.ledger,
                    "Item": self._line(claim.shop, claim.subject.timeline, line),
                }
            },
            *({"Put": {"TableName": here.ledger, "Item": _link_row(link)}} for link in links),
            *([put_person(here, context.account, claim.claimed_at)] if context.account is not None else []),
        ]
        return self._taken(writes, _BLOCKED, _CEILING if claim.ceiling is not None else None)

    def claim_alone(
        self, claim: Claim, request: SignUp, line: TimelineEntry, links: Sequence[Link]
    ) -> str | None:
        """Take the claim of the answer to a request, or say why not."""
        table, people = self._tables.ledger, self._tables.customers
        writes: list[Write] = [
            self._put_claim(claim, "attribute_not_exists(pk) OR #state = :state", RELEASED),
            check_not_blocked(people, claim.shop, claim.address_hash, but=FOR_NOW | {"opted_out"}),
            check_not_blocked(people, claim.shop, "shop", request.request_id),
            self._unchanged(request),
            {"Put": {"TableName": table, "Item": self._line(claim.shop, claim.subject.timeline, line)}},
            *({"Put": {"TableName": table, "Item": _link_row(link)}} for link in links),
        ]
        return self._taken(writes, (1, 2), None)

    def _taken(self, writes: list[Write], blocked: tuple[int, ...], ceiling: int | None) -> str | None:
        with translated("claim a message"):
            try:
                self._clients.dynamodb.transact_write_items(TransactItems=writes)
            except ClientError as error:
                return self._why_not(error, blocked, ceiling)
        return None

    def _why_not(self, error: ClientError, blocked: tuple[int, ...], ceiling: int | None) -> str:
        """Read a cancelled transaction: an older claim or a block is final, a moved row means to decide again."""
        reasons = cancelled(error)
        failed = {i for i, reason in enumerate(reasons) if reason == "ConditionalCheckFailed"}
        known = set(reasons) <= {"None", "ConditionalCheckFailed", "TransactionConflict"}
        if not reasons or not known:
            raise error
        if _CLAIM in failed:
            return "claimed_before"
        if failed.intersection(blocked):
            return "blocked"
        return "warming_up" if failed == {ceiling} else "changed"

    def mark(self, before: Claim, after: Claim, closing: Cart | None = None) -> None:
        """Write a claim's new state over the one that was read, and the cart that closes with it."""
        put = self._put_claim(after, "#state = :state", before.state)
        with translated("mark a claim"):
            if closing is None:
                self._clients.dynamodb.put_item(**put["Put"])
            else:
                close = put_cart(self._tables, closing, self._clock.now())
                self._clients.dynamodb.transact_write_items(TransactItems=[put, close])

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
                    "body": encode(claim),
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

    def _unchanged(self, request: SignUp) -> Write:
        """The condition that a request is as it was read."""
        return {
            "ConditionCheck": {
                "TableName": self._tables.customers,
                "Key": {"pk": text(request_key(request.shop, request.request_id))},
                "ConditionExpression": "version = :version",
                "ExpressionAttributeValues": {":version": number(request.version)},
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


def _claim_key(shop: str, claim_id: str) -> Row:
    return {"pk": text(f"{shop}#claim#{claim_id}"), "sk": text("claim")}


def _link_key(shop: str, token_hash: str) -> Row:
    return {"pk": text(f"{shop}#link#{token_hash}"), "sk": text("link")}


def _link_row(link: Link) -> Row:
    return {
        **_link_key(link.shop, link.token_hash),
        "body": encode(link),
        "uses": number(0),
        "expires_at": number(int(link.expires_at.timestamp())),
    }


def _link(row: Row) -> Link:
    return replace(decode(Link, row), uses=int(row["uses"]["N"]))
