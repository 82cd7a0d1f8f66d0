"""What WhatsApp tells of answers and preferences: is it Meta, and does somebody leave?

Shapes and signature: WhatsApp Cloud API as described in integrations.md § 1.8. One request holds entries, these hold
changes, and these hold messages: all three levels are lists.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cartback.domain import address
from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.observations import ConsentSeen, Contact, CustomerSeen
from cartback.domain.stop_words import STOP, meaning


def verify(body: bytes, signature: str, secrets: Sequence[str]) -> None:
    """Check ``X-Hub-Signature-256`` over the raw bytes. Raises ``Refused`` (403) if nobody of ours signed them."""
    for secret in secrets:
        mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if hmac.compare_digest(f"sha256={mac}".encode(), signature.encode()):
            return
    raise Refused("the signature is not Meta's", status=403)


def observed(body: bytes, now: datetime) -> list[CustomerSeen]:
    """The farewells in one request: a word, a button, or the switch in WhatsApp's own menu.

    A time that is missing or ahead of ours is taken as ``now``. Raises ``Refused`` for a shape that is not Meta's.
    """
    try:
        document = json.loads(body)
        return [
            _farewell(number, ref, min(at, now), now)
            for number, ref, at in _said(document, now)
            if number is not None
        ]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise Refused(f"not a request of WhatsApp: {type(error).__name__}") from error


def _said(document: Mapping[str, Any], now: datetime) -> Iterator[tuple[str | None, str, datetime]]:
    """Who left, by which message, and when."""
    changes = [change for entry in document["entry"] for change in entry["changes"]]
    for value in (change["value"] for change in changes):
        for message in value.get("messages", ()):
            if meaning(_words(message)) == STOP:
                yield (
                    _number(message.get("from")),
                    str(message["id"]),
                    _instant(message.get("timestamp"), now),
                )
        for wish in value.get("user_preferences", ()):
            if wish.get("category") == "marketing_messages" and wish.get("value") == "stop":
                yield (
                    _number(wish.get("wa_id")),
                    json.dumps(wish, sort_keys=True),
                    _instant(wish.get("timestamp"), now),
                )


def _words(message: Mapping[str, dict]) -> str:
    """What somebody wrote, or the words on the button that they pressed."""
    kind = message.get("type")
    if kind == "text":
        return str(message["text"]["body"])
    if kind == "button":
        return str(message["button"].get("text") or message["button"].get("payload") or "")
    if kind == "interactive":
        return str(message["interactive"].get("button_reply", {}).get("title", ""))
    return ""


def _number(wa_id: object) -> str | None:
    """A number without its plus; people with a user name only may have none."""
    return address.phone(f"+{wa_id}") if wa_id else None


def _instant(seconds: object, now: datetime) -> datetime:
    return datetime.fromtimestamp(int(str(seconds)), UTC) if seconds else now


def _farewell(number: str, ref: str, at: datetime, now: datetime) -> CustomerSeen:
    source = f"whatsapp {short('wa', ref, length=16)}"
    word = ConsentSeen("whatsapp", False, at, "explicit", source, sticky=True)
    return CustomerSeen(Contact(phone=number, consents=(word,)), at)
