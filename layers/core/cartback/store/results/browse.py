"""What only an operator asks: which carts there are, and what waits in a dead-letter queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cartback.domain.errors import Refused, TryLater
from cartback.domain.trade.cart import Cart
from cartback.store.bus import SOURCE
from cartback.store.codec import decode, is_expired, text
from cartback.store.errors import translated
from cartback.store.tables import cart_key

if TYPE_CHECKING:
    from cartback.ports import Clock
    from cartback.store.clients import Clients
    from cartback.store.tables import Tables

_MOST_PAGES = 50
_HELD_SECONDS = 60
_WAIT_SECONDS = 1  # a short poll asks only some of the queue's servers and may come back empty
_MOST_PARKED = 500
_REASONS = ("reason", "ERROR_MESSAGE", "ERROR_CODE")  # ours, and those of EventBridge


class CartShelf:
    """The carts of a shop, without an index of their own: an operator looks rarely, an index costs on every write."""

    def __init__(self, clients: Clients, tables: Tables, clock: Clock) -> None:
        self._clients = clients
        self._table = tables.carts
        self._clock = clock

    def carts(self, shop: str, status: str | None = None) -> tuple[list[Cart], bool]:
        """The carts that were found, latest activity first, and whether that is all of them.

        Scans at most 50 pages of 1 MB: in a very large table it says so instead of reading for hours.
        """
        ask: dict[str, Any] = {
            "TableName": self._table,
            "FilterExpression": "begins_with(pk, :shop)",
            "ExpressionAttributeValues": {":shop": text(cart_key(shop, ""))},
        }
        found: list[Cart] = []
        now = self._clock.now()
        for _ in range(_MOST_PAGES):
            with translated("look through the carts"):
                answer = self._clients.dynamodb.scan(**ask)
            rows = [row for row in answer["Items"] if not is_expired(row, now)]
            found.extend(
                cart for cart in (decode(Cart, row) for row in rows) if status in (None, cart.status)
            )
            if "LastEvaluatedKey" not in answer:
                return sorted(found, key=_latest, reverse=True), True
            ask["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return sorted(found, key=_latest, reverse=True), False


def _latest(cart: Cart) -> datetime:
    return cart.activity_at or cart.closed_at or datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Parked:
    """One message of a dead-letter queue. ``handle`` lets its reader delete it while it holds it."""

    message_id: str
    body: str
    reason: str
    parked_at: datetime
    handle: str

    def envelope(self) -> dict[str, Any]:
        """The message as an object; empty for what is none."""
        try:
            read = json.loads(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


class DeadLetters:
    """A dead-letter queue that can be looked through and sent on. ``again`` is where its messages belong."""

    def __init__(self, clients: Clients, url: str, again: IntakeAgain | BusAgain) -> None:
        self._clients = clients
        self._url = url
        self._again = again

    def look(self) -> list[Parked]:
        """Everything that waits (at most 500), oldest first. It is given back at once, for others to see."""
        held = self._hold()
        self._give_back(held)
        return sorted(held, key=lambda parked: parked.parked_at)

    def send_again(self, message_ids: set[str]) -> tuple[list[Parked], list[str]]:
        """Send messages where they belong and take them out of here. Gives those that went, and why others did not.

        Sent first, deleted after: a crash in between leaves a duplicate, which the intake recognises. What stays is
        given back at once.
        """
        left = self._hold()
        sent: list[Parked] = []
        refusals: list[str] = []
        try:
            for parked in [parked for parked in left if parked.message_id in message_ids]:
                try:
                    self._again.send(parked)
                except Refused as refusal:
                    refusals.append(refusal.reason)
                    continue
                with translated("delete a parked message"):
                    self._clients.sqs.delete_message(QueueUrl=self._url, ReceiptHandle=parked.handle)
                left.remove(parked)
                sent.append(parked)
        finally:
            self._give_back(left)
        return sent, refusals

    def drop(self, message_ids: set[str]) -> list[Parked]:
        """Take messages out of here for good. Gives those that were there; what stays is given back at once."""
        left = self._hold()
        dropped: list[Parked] = []
        try:
            for parked in [parked for parked in left if parked.message_id in message_ids]:
                with translated("delete a parked message"):
                    self._clients.sqs.delete_message(QueueUrl=self._url, ReceiptHandle=parked.handle)
                left.remove(parked)
                dropped.append(parked)
        finally:
            self._give_back(left)
        return dropped

    def _hold(self) -> list[Parked]:
        """What waits. What is held when the queue cannot be asked any more is given back, for the next who looks."""
        held: dict[str, Parked] = {}
        try:
            for parked in self._receive():
                held[parked.message_id] = parked
        except TryLater:
            self._give_back(list(held.values()))
            raise
        return list(held.values())

    def _receive(self) -> Iterator[Parked]:
        taken = 0
        while taken < _MOST_PARKED:
            with translated("look into the dead-letter queue"):
                answer = self._clients.sqs.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=10,
                    VisibilityTimeout=_HELD_SECONDS,
                    WaitTimeSeconds=_WAIT_SECONDS,
                    AttributeNames=["SentTimestamp"],
                    MessageAttributeNames=["All"],
                )
            messages = answer.get("Messages", [])
            if not messages:
                return
            taken += len(messages)
            yield from (_parked(message) for message in messages)

    def _give_back(self, held: list[Parked]) -> None:
        for start in range(0, len(held), 10):
            entries = [
                {"Id": str(number), "ReceiptHandle": parked.handle, "VisibilityTimeout": 0}
                for number, parked in enumerate(held[start : start + 10])
            ]
            with translated("give parked messages back"):
                self._clients.sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)


class IntakeAgain:
    """Back to the intake queue."""

    def __init__(self, clients: Clients, url: str) -> None:
        self._clients = clients
        self._url = url

    def send(self, parked: Parked) -> None:
        """Queue the message as it first arrived."""
        with translated("send an event again"):
            self._clients.sqs.send_message(QueueUrl=self._url, MessageBody=parked.body)


class BusAgain:
    """Back to the bus: a fact that did not reach its flow."""

    def __init__(self, clients: Clients, bus: str) -> None:
        self._clients = clients
        self._bus = bus

    def send(self, parked: Parked) -> None:
        """Tell the fact again. Raises Refused for what is no event of ours.

        EventBridge parks the event itself, a failed Lambda its invocation with the event as ``requestPayload``.
        """
        envelope = parked.envelope()
        event = envelope.get("requestPayload", envelope)
        if not isinstance(event, dict) or event.get("source") != SOURCE or "detail" not in event:
            raise Refused(f"{parked.message_id}: is no fact that could be told again")
        entry = {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
        }
        with translated("tell a fact again"):
            answer = self._clients.events.put_events(Entries=[entry])
        if answer.get("FailedEntryCount"):
            raise TryLater("the bus did not take the fact")


def _parked(message: dict[str, Any]) -> Parked:
    attributes = message.get("MessageAttributes", {})
    said = [attributes[name]["StringValue"] for name in _REASONS if name in attributes]
    sent_at = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    reason = said[0] if said else "failed every time it was tried"
    return Parked(message["MessageId"], message["Body"], reason, sent_at, message["ReceiptHandle"])
