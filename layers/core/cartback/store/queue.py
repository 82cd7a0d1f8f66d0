"""The intake queue and its dead-letter queue."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cartback.domain.delivery import Delivery
from cartback.domain.errors import Refused
from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.store.clients import Clients

LARGEST_MESSAGE = 1_000_000
_PACK_FROM = 200_000


class SqsQueue:
    """The ports ``Queue`` and ``Parking``: one message per event."""

    def __init__(self, clients: Clients, url: str) -> None:
        self._clients = clients
        self._url = url

    def put(self, delivery: Delivery) -> None:
        """Make an event durable. Raises Refused (413) for one that does not fit into a message."""
        body = pack(delivery)
        with translated("keep the event"):
            self._clients.sqs.send_message(QueueUrl=self._url, MessageBody=body)

    def park(self, body: str, reason: str) -> None:
        """Put a message aside with its reason."""
        with translated("park the event"):
            self._clients.sqs.send_message(
                QueueUrl=self._url,
                MessageBody=body,
                MessageAttributes={
                    "reason": {"DataType": "String", "StringValue": reason[:250] or "unknown"}
                },
            )


def pack(delivery: Delivery) -> str:
    """A delivery as the body of a message. Large bodies are compressed: SQS takes 1 MiB, and JSON shrinks well."""
    raw = delivery.body.encode()
    packed = len(raw) > _PACK_FROM
    envelope = {
        "cartback": 1,
        "shop": delivery.shop,
        "platform": delivery.platform,
        "topic": delivery.topic,
        "key": delivery.key,
        "received_at": delivery.received_at.isoformat(),
        "headers": delivery.headers,
        **({"replayed": True, "generation": delivery.generation} if delivery.replayed else {}),
        "packed": packed,
        "body": base64.b64encode(zlib.compress(raw, 6)).decode() if packed else delivery.body,
    }
    text = json.dumps(envelope, ensure_ascii=True, separators=(",", ":"))
    if len(text) > LARGEST_MESSAGE:
        raise Refused("event does not fit into a message", 413)
    return text


def unpack(envelope: dict[str, Any]) -> Delivery:
    """The delivery of a message's body. Raises Refused for what ``pack`` did not write, by the name of the field."""
    body = _text(envelope, "body")
    headers = envelope.get("headers")
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise Refused("no event in the message: headers are no texts")
    try:
        if envelope.get("packed"):
            body = zlib.decompress(base64.b64decode(body)).decode()
        received_at = datetime.fromisoformat(_text(envelope, "received_at"))
    except (ValueError, zlib.error) as error:
        raise Refused(f"no event in the message: {type(error).__name__}") from error
    if received_at.tzinfo is None:
        raise Refused("no event in the message: received_at has no zone")
    return Delivery(
        shop=_text(envelope, "shop"),
        platform=_text(envelope, "platform"),
        topic=_text(envelope, "topic"),
        key=_text(envelope, "key"),
        received_at=received_at,
        body=body,
        headers=headers,
        replayed=bool(envelope.get("replayed")),
        generation=str(envelope.get("generation", "")),
    )


def _text(envelope: dict[str, Any], name: str) -> str:
    value = envelope.get(name)
    if not isinstance(value, str):
        raise Refused(f"no event in the message: {name} is no text")
    return value
