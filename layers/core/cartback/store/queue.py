"""The intake queue and its dead-letter queue."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cartback.domain.errors import Refused
from cartback.domain.intake.delivery import Delivery
from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.store.clients import Clients

LARGEST_MESSAGE = 1_000_000
_PACK_FROM, _PACK_TIGHTER_FROM = 200_000, 1_000_000
_LARGEST_DICTIONARY = 8 * 2**20


class SqsQueue:
    """The ports ``Queue`` and ``Parking``: one message per event."""

    def __init__(self, clients: Clients, url: str, aside: Callable[[Delivery], str] | None = None) -> None:
        self._clients = clients
        self._url = url
        self._aside = aside

    def put(self, delivery: Delivery) -> None:
        """Make an event durable. One that does not fit into a message is put ``aside``, and its place is sent.

        Raises Refused (413) where there is no place aside.
        """
        body = written(delivery)
        if len(body) > LARGEST_MESSAGE:
            if self._aside is None:
                raise Refused("event does not fit into a message", 413)
            body = _pointer(delivery, self._aside(delivery))
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
    """A delivery as the body of a message. Raises Refused (413) for one that does not fit into any."""
    text = written(delivery)
    if len(text) > LARGEST_MESSAGE:
        raise Refused("event does not fit into a message", 413)
    return text


def written(delivery: Delivery) -> str:
    """A delivery as one line of JSON, however long. Large bodies are compressed: SQS takes 1 MiB, JSON shrinks well."""
    packed, body = _packed(delivery.body)
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
        "body": body,
    }
    return json.dumps(envelope, ensure_ascii=True, separators=(",", ":"))


def unpack(envelope: dict[str, Any]) -> Delivery:
    """The delivery of a message's body. Raises Refused for what ``pack`` did not write, by the name of the field."""
    body = _text(envelope, "body")
    headers = envelope.get("headers")
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise Refused("no event in the message: headers are no texts")
    try:
        if envelope.get("packed"):
            body = _unpacked(base64.b64decode(body), envelope["packed"])
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


def _pointer(delivery: Delivery, place: str) -> str:
    named = ("shop", "platform", "topic", "key")
    return json.dumps({"cartback": 1, **{name: getattr(delivery, name) for name in named}, "aside": place})


def _packed(body: str) -> tuple[bool | str, str]:
    raw = body.encode()
    if len(raw) <= _PACK_FROM:
        return False, body
    if len(raw) <= _PACK_TIGHTER_FROM:
        return True, base64.b64encode(zlib.compress(raw, 6)).decode()
    import lzma  # a webhook in many thousands needs it

    # Its dictionary sees that an order's lines stand once more in its fulfilment; that of zlib ends after 32 kB.
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": _LARGEST_DICTIONARY}]
    return "xz", base64.b64encode(lzma.compress(raw, filters=filters)).decode()


def _unpacked(raw: bytes, packed: bool | str) -> str:
    if packed != "xz":
        return zlib.decompress(raw).decode()
    import lzma

    try:
        return lzma.decompress(raw).decode()
    except lzma.LZMAError as error:
        raise Refused(f"no event in the message: {type(error).__name__}") from error


def _text(envelope: dict[str, Any], name: str) -> str:
    value = envelope.get(name)
    if not isinstance(value, str):
        raise Refused(f"no event in the message: {name} is no text")
    return value
