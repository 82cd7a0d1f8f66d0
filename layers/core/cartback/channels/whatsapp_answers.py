"""What WhatsApp tells of answers and preferences: is it Meta, and does somebody leave?

Shapes and signature: WhatsApp Cloud API as described in integrations.md § 1.8. One request holds entries, these hold
changes, and these hold messages: all three levels are lists.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from cartback.domain import address
from cartback.domain.answers import Answer, Visit, opens
from cartback.domain.depth import deeper_than
from cartback.domain.errors import Refused
from cartback.domain.farewells import Farewell, Heard
from cartback.domain.hashes import short
from cartback.domain.stop_words import STOP, meaning

ANSWERS_ON = "whatsapp"

_DEEPEST = 32
# Meta sends a number. It is given back as it came, so nothing that a browser could take for a page.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)


def prove(visit: Visit, urls: Sequence[str], secrets: Sequence[str]) -> None:
    """See ``ports.AnswerLine``; the secrets are app secrets. What Meta verifies an address with is made from them."""
    if visit.method == "GET":
        if not opens(_asked(visit).get("hub.verify_token", ""), secrets):
            raise Refused("the verify token is not ours", status=403)
        return
    verify(visit.body, visit.headers.get("x-hub-signature-256", ""), secrets)


def hear(visit: Visit, now: datetime) -> Heard:
    """See ``ports.AnswerLine``. Meta's handshake is answered with its own challenge."""
    if visit.method == "GET":
        asked = _asked(visit)
        if asked.get("hub.mode") != "subscribe":
            raise Refused("hub.mode: must be subscribe")
        if not _CHALLENGE.fullmatch(asked.get("hub.challenge", "")):
            raise Refused("hub.challenge: missing or not a word")
        return Heard(Answer(200, asked["hub.challenge"], exact=True))
    found = farewells(visit.body, now)
    return Heard(Answer(200, "heard"), short("wa", *sorted(one.source for one in found)), tuple(found))


def verify(body: bytes, signature: str, secrets: Sequence[str]) -> None:
    """Check ``X-Hub-Signature-256`` over the raw bytes. Raises ``Refused`` (403) if nobody of ours signed them."""
    given = signature.encode("utf-8", "replace")
    genuine = False
    for secret in secrets:
        mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        genuine |= hmac.compare_digest(f"sha256={mac}".encode(), given)
    if not genuine:
        raise Refused("the signature is not Meta's", status=403)


def farewells(body: bytes, now: datetime) -> list[Farewell]:
    """The farewells in one request: a word, a button, or the switch in WhatsApp's own menu.

    A time that is missing or ahead of ours is taken as ``now``. Raises ``Refused``, naming the field where there is
    one, for a shape that is not Meta's.
    """
    try:
        text = body.decode()
        if deeper_than(text, _DEEPEST):
            raise Refused(f"JSON deeper than {_DEEPEST} levels")
        document = json.loads(text)
        return [
            Farewell("whatsapp", number, min(at, now), f"whatsapp {short('wa', ref, length=16)}")
            for number, ref, at in _said(document, now)
            if number is not None
        ]
    except KeyError as error:
        raise Refused(f"{error.args[0]}: missing from a request of WhatsApp") from error
    except (ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise Refused(f"not a request of WhatsApp: {type(error).__name__}") from error


def _asked(visit: Visit) -> dict[str, str]:
    try:
        return dict(parse_qsl(visit.query, keep_blank_values=True, max_num_fields=20))
    except ValueError as error:
        raise Refused("not a query") from error


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
