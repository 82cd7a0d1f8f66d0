"""Sort a batch of the intake queue: events of shops to be applied, news of providers to be folded in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cartback.domain.errors import Refused, TryLater
from cartback.domain.messaging.opt_out_reply import ANSWERS, NEWS
from cartback.usecases.batch import Message

if TYPE_CHECKING:
    from cartback.domain.messaging.receipts import Receipt
    from cartback.ports import Delivery, Metrics, Parking
    from cartback.usecases.apply_events import ApplyEvents
    from cartback.usecases.apply_receipts import ApplyReceipts


@dataclass(frozen=True, slots=True)
class TakeBatch:
    """Work off messages given as (id, body); give the ids of those that have to come back.

    What cannot be read is parked with its reason, and the rest goes on.
    """

    apply_events: ApplyEvents
    apply_receipts: ApplyReceipts
    unpack: Callable[[dict[str, Any]], Delivery]
    receipts: Callable[[Mapping[str, object]], list[Receipt]]
    parking: Parking
    metrics: Metrics

    def __call__(self, messages: Sequence[tuple[str, str]]) -> list[str]:
        deliveries: list[Message] = []
        news: list[tuple[str, list[Receipt]]] = []
        failed: list[str] = []
        unread: list[tuple[str, str, str]] = []
        for message_id, body in messages:
            try:
                envelope = _read(body)
                if envelope is None:
                    self.metrics.count("Ignored")
                elif (envelope.get("platform"), envelope.get("topic")) == (ANSWERS, NEWS):
                    news.append((message_id, self.receipts(_document(self.unpack(envelope).body))))
                elif "cartback" in envelope:
                    deliveries.append(Message(message_id, body, self.unpack(envelope)))
                else:
                    news.append((message_id, self.receipts(envelope)))
            except Refused as refusal:
                unread.append((message_id, body, refusal.reason))
        failed.extend(self.apply_events(deliveries).failed)
        for message_id, receipts in news:
            try:
                self.apply_receipts(receipts)
            except TryLater:
                failed.append(message_id)
        # Last, because a bug further up lets the door try each message by itself, and a letter would lie there twice.
        for message_id, body, reason in unread:
            failed.extend(self.park(message_id, body, reason))
        return failed

    def park(self, message_id: str, body: str, reason: str) -> list[str]:
        """Put a message aside with its reason. Gives its id if it has to come back, because nobody took it."""
        try:
            self.parking.park(body, reason)
        except TryLater:
            return [message_id]
        self.metrics.count("Parked")
        return []


def _read(body: str) -> dict[str, Any] | None:
    """The envelope of a message; None for SNS's plain-text greeting. Raises Refused for what is neither."""
    if body.startswith("Successfully validated SNS topic"):
        return None
    return _document(body)


def _document(body: str) -> dict[str, Any]:
    try:
        envelope = json.loads(body)
    except ValueError as error:
        raise Refused("message is not JSON") from error
    if not isinstance(envelope, dict):
        raise Refused("message is no JSON object")
    return envelope
