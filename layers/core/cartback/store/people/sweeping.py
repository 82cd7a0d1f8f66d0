"""What only an erasure does: look through everything that is kept of a shop, page by page, and take people out.

Each method does one page and says where the next begins, so that whoever sweeps can stop anywhere and go on later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cartback.domain.consent.evidence import Evidence
from cartback.domain.errors import Conflict, Refused
from cartback.domain.trade.cart import Cart
from cartback.store.codec import decode, expires, is_expired, number, text
from cartback.store.errors import translated
from cartback.store.paging import get_rows, pages, write_rows
from cartback.store.queue import unpack
from cartback.store.tables import INDEXED, PEOPLE_KEPT, cart_key, evidence_key, owned_by
from cartback.store.trade.records import told_with

if TYPE_CHECKING:
    from cartback.ports import Delivery
    from cartback.store.clients import Clients
    from cartback.store.codec import Row
    from cartback.store.tables import Tables

_ENTERING = "entering "
_LETTERS_PER_PAGE = 10
_MOST_LETTERS = 500
_HELD_SECONDS = 900
"""Long enough for the rounds that thousands of letters take. What was held by an earlier round comes back by itself."""


class TableSweep:
    """The rows of a shop in all tables. Somebody's carts are found by an index; a shop that is gone is scanned for."""

    def __init__(self, clients: Clients, tables: Tables) -> None:
        self._clients = clients
        self._tables = tables

    def carts(self, shop: str, cursor: str) -> tuple[list[Cart], str]:
        """A page of the shop's carts, and where the next begins; empty at the end."""
        rows, following = self._page(self._tables.carts, cart_key(shop, ""), cursor)
        return [decode(Cart, row) for row in rows if "body" in row], following

    def carts_of(self, shop: str, names: Iterable[str]) -> list[Cart]:
        """See ``ports.TableSweep``. The index is behind by moments; rows are read as they are."""
        found: set[str] = set()
        for name in dict.fromkeys(names):
            owned = pages(
                self._clients.dynamodb.query,
                "find somebody's carts",
                TableName=self._tables.carts,
                IndexName="OwnedBy",
                KeyConditionExpression="#owner = :owner",
                ExpressionAttributeNames={"#owner": "owner"},
                ExpressionAttributeValues={":owner": text(owned_by(shop, name))},
            )
            found.update(row["pk"]["S"].split("#", 2)[2] for page in owned for row in page)
        keys = ((self._tables.carts, {"pk": text(cart_key(shop, each))}) for each in sorted(found))
        rows = get_rows(self._clients, keys, "read somebody's carts")
        return [decode(Cart, row) for _, row in rows]

    def index(self, cursor: str, now: datetime) -> str:
        """See ``ports.TableSweep``. Rows of releases before the index are entered while an erasure passes, once."""
        table = self._tables.carts
        if not cursor.startswith(_ENTERING):
            marks = get_rows(self._clients, [(table, {"pk": text(INDEXED)})], "see what is indexed")
            if any(not is_expired(row, now) for _, row in marks):
                return ""
        # A place that does not say so is that of a release that only looked: entering begins at the beginning.
        rows, following = self._page(
            table, "", cursor.removeprefix(_ENTERING) if cursor.startswith(_ENTERING) else ""
        )
        for row in rows:
            if "body" in row and "owner" not in row:
                self._enter(row)
        if not following:
            with translated("remember that all carts are indexed"):
                mark = {"pk": text(INDEXED), "expires_at": expires(now, PEOPLE_KEPT)}
                self._clients.dynamodb.put_item(TableName=table, Item=mark)
        return f"{_ENTERING}{following}" if following else ""

    def _enter(self, row: Row) -> None:
        cart = decode(Cart, row)
        ends = datetime.fromtimestamp(int(row["expires_at"]["N"]), UTC)
        for write in told_with(self._tables, cart, None, ends):
            with translated("enter a cart under its account"):
                self._clients.dynamodb.put_item(**write["Put"])
        if cart.person_id is None:
            return
        ask: dict[str, Any] = {
            "TableName": self._tables.carts,
            "Key": {"pk": row["pk"]},
            "UpdateExpression": "SET #owner = :owner",
            "ConditionExpression": "attribute_exists(pk) AND version = :version",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {
                ":owner": text(owned_by(cart.shop, cart.person_id)),
                ":version": row["version"],
            },
        }
        try:
            with translated("enter a cart under its owner"):
                self._clients.dynamodb.update_item(**ask)
        except Conflict:
            return  # saved in the meantime, and so entered

    def purge(self, shop: str, cursor: str, until: datetime) -> str:
        """Delete a page of everything of a shop but blocked addresses; proofs get an end (docs/privacy.md)."""
        tables = [name for name in of_shops(self._tables) if name]
        position, _, inside = cursor.partition("|")
        here = int(position or 0)
        rows, following = self._page(tables[here], f"{shop}#", inside)
        proof = evidence_key(shop, "")
        for row in rows:
            if row["pk"]["S"].startswith(proof) and "expires_at" not in row:
                self._end(row, until)
        doomed = [row for row in rows if not row["pk"]["S"].startswith((f"{shop}#block#", proof))]
        keys = ({name: row[name] for name in ("pk", "sk") if name in row} for row in doomed)
        deletes = ({"DeleteRequest": {"Key": key}} for key in keys)
        write_rows(self._clients, tables[here], deletes, "delete rows")
        if following:
            return f"{here}|{following}"
        return f"{here + 1}|" if here + 1 < len(tables) else ""

    def fade(self, shop: str, person_id: str, until: datetime) -> None:
        """Let the proof of a person's consents end at an instant; one that ends earlier anyway stays so."""
        proof = pages(
            self._clients.dynamodb.query,
            "read the proof of a consent",
            TableName=self._tables.ledger,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": text(evidence_key(shop, person_id))},
            ConsistentRead=True,
        )
        for row in (row for page in proof for row in page if "expires_at" not in row):
            self._end(row, until)

    def lasting(self, part: int, parts: int) -> Iterator[Evidence]:
        """See ``ports.TableSweep``. Scans a segment: an index of what never ends would hold every proof there is."""
        found = pages(
            self._clients.dynamodb.scan,
            "look for proofs without an end",
            TableName=self._tables.ledger,
            FilterExpression="contains(pk, :proof) AND attribute_not_exists(expires_at)",
            ExpressionAttributeValues={":proof": text(evidence_key("", ""))},
            Segment=part,
            TotalSegments=parts,
        )
        yield from (decode(Evidence, row) for page in found for row in page)

    def _end(self, row: Row, until: datetime) -> None:
        with translated("let a proof end"):
            self._clients.dynamodb.update_item(
                TableName=self._tables.ledger,
                Key={"pk": row["pk"], "sk": row["sk"]},
                UpdateExpression="SET expires_at = :until",
                ExpressionAttributeValues={":until": number(int(until.timestamp()))},
            )

    def _page(self, table: str, prefix: str, cursor: str) -> tuple[list[Row], str]:
        ask: dict[str, Any] = {
            "TableName": table,
            "ConsistentRead": True,
        }
        if prefix:
            ask["FilterExpression"] = "begins_with(pk, :prefix)"
            ask["ExpressionAttributeValues"] = {":prefix": text(prefix)}
        if cursor:
            ask["ExclusiveStartKey"] = json.loads(cursor)
        with translated("look through a table"):
            answer = self._clients.dynamodb.scan(**ask)
        last = answer.get("LastEvaluatedKey")
        return answer["Items"], json.dumps(last) if last else ""


def of_shops(tables: Tables) -> tuple[str, ...]:
    """The names of the tables that hold rows of shops, in a fixed order."""
    # Runs in flight count by these places: add at the end.
    return (tables.carts, tables.customers, tables.ledger, tables.catalogue, tables.orders, tables.desk)


class DeadLetterSweep:
    """The dead letters of the intake: events that nobody could digest, with the people in them."""

    def __init__(self, clients: Clients, url: str) -> None:
        self._clients = clients
        self._url = url

    def sweep(self, unwanted: Callable[[Delivery | None, str], bool]) -> bool:
        """See ``ports.LetterSweep``. While there are more, what was looked at stays hidden, so that others follow.

        A receipt brings one to ten letters, however many wait. Whoever is interrupted gives back what it holds, so
        that the next try finds it.
        """
        kept: dict[str, str] = {}
        more = False
        try:
            looked_at = 0
            for messages in self._letters():
                looked_at += len(messages)
                kept.update({message["MessageId"]: message["ReceiptHandle"] for message in messages})
                for message in messages:
                    if unwanted(_delivery(message["Body"]), message["Body"]):
                        with translated("delete a parked message"):
                            self._clients.sqs.delete_message(
                                QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"]
                            )
                        del kept[message["MessageId"]]
            more = looked_at >= _MOST_LETTERS
            return more
        finally:
            if not more:
                self._give_back(list(kept.values()))

    def _letters(self) -> Iterator[list[dict[str, Any]]]:
        """What waits, by the receipt, until nothing comes any more, or enough for one look did."""
        looked_at = 0
        while looked_at < _MOST_LETTERS:
            with translated("look into the dead-letter queue"):
                answer = self._clients.sqs.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=_LETTERS_PER_PAGE,
                    VisibilityTimeout=_HELD_SECONDS,
                    WaitTimeSeconds=1,
                )
            messages = answer.get("Messages", [])
            if not messages:
                return
            looked_at += len(messages)
            yield messages

    def _give_back(self, handles: list[str]) -> None:
        for start in range(0, len(handles), _LETTERS_PER_PAGE):
            entries = [
                {"Id": str(place), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                for place, handle in enumerate(handles[start : start + _LETTERS_PER_PAGE])
            ]
            with translated("give parked messages back"):
                self._clients.sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)


def _delivery(body: str) -> Delivery | None:
    try:
        envelope = json.loads(body)
        return unpack(envelope) if isinstance(envelope, dict) and "cartback" in envelope else None
    except (ValueError, Refused):
        return None
