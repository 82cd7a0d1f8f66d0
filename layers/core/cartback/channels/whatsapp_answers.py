"""What WhatsApp tells of answers and preferences: is it Meta, and does somebody leave?

Shapes and signature: WhatsApp Cloud API as described in integrations.md § 1.8. One request holds entries, these hold
changes, and these hold messages: all three levels are lists.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.intake.json_limits import deeper_than
from cartback.domain.intake.responses import Answer, opens
from cartback.domain.intake.signatures import proven
from cartback.domain.messaging.opt_out_reply import Heard, OptOutReply, WroteBack
from cartback.domain.messaging.stop_words import STOP, meaning
from cartback.domain.people import address

if TYPE_CHECKING:
    from cartback.domain.intake.responses import Visit

ANSWERS_ON = "whatsapp"

_DEEPEST = 32
# Meta sends a number. It is given back as it came, so nothing that a browser could take for a page.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)

# Where a message holds words, by its type. An interactive one has a part that is named like its own type.
_CONTENT: dict[object, tuple[str, ...]] = {
    "text": ("body",),
    "button": ("text", "payload"),
    "interactive": ("title", "id"),
}
# Kinds of messages that somebody made for the shop to read. Reactions, orders and changes of a number are none.
_WRITTEN = frozenset("text button interactive image video audio voice document location contacts".split())
_CLAIM = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_NUMBERS = ("from", "wa_id")
_USERS = ("from_user_id", "user_id", "from_parent_user_id", "parent_user_id")

# By which message somebody left, and when.
type _Left = tuple[str, datetime]
type _Reading = Callable[[Mapping[str, Any], datetime], _Left | None]


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
    found, news, wrote = farewells(visit.body, now), statuses(visit.body, now), answers(visit.body, now)
    told = [one["id"] + one["status"] + one["error"] for one in news.values()]
    said = [*(one.source for one in found), *told, *(one.ref for one in wrote)]
    return Heard(Answer(200, "heard"), short("wa", *sorted(said)), tuple(found), news or None, wrote=wrote)


def answers(body: bytes, now: datetime) -> tuple[WroteBack, ...]:
    """Who wrote to the shop, and when: everything that is neither a farewell nor a sign of the app's own making.

    Of two names of somebody the number counts. A message of another shape is left, as in ``statuses``.
    """
    found: dict[str, WroteBack] = {}
    for message in _shaped(
        lambda: [one for value in _values(_document(body)) for one in value.get("messages", ())]
    ):
        if message.get("type") not in _WRITTEN or not isinstance(message.get("id"), str):
            continue
        if STOP in map(meaning, _shaped(partial(_words, message))):
            continue
        number = next(iter(_names(message, _NUMBERS, _number)), None)
        user = next(iter(_names(message, _USERS, address.whatsapp_user)), None)
        if number is not None or user is not None:
            ref = short("whatsapp", message["id"], length=20)
            found[ref] = WroteBack(number, min(_instant(message.get("timestamp"), now), now), ref, user)
    return tuple(found.values())


def verify(body: bytes, signature: str, secrets: Sequence[str]) -> None:
    """Check ``X-Hub-Signature-256`` over the raw bytes. Raises ``Refused`` (403) if nobody of ours signed them."""

    def proof(secret: str) -> bytes:
        return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}".encode()

    if not proven(secrets, [signature], proof):
        raise Refused("the signature is not Meta's", status=403)


def farewells(body: bytes, now: datetime) -> list[OptOutReply]:
    """The farewells in one request: a word, a button, or the switch in WhatsApp's own menu.

    A time that is missing, unreadable or ahead of ours is taken as ``now``. Raises ``Refused``, naming the field where
    there is one, for a shape that is not Meta's; a message of an odd shape does so only if nobody leaves beside it.
    """
    found: list[OptOutReply] = []
    odd: Refused | None = None
    for read, part, contacts in _shaped(lambda: list(_parts(_document(body)))):
        try:
            left = _shaped(partial(read, part, now))
            if left is not None:
                found.extend(_shaped(partial(_of_everybody, part, contacts, *left, now)))
        except Refused as refusal:
            odd = odd or refusal
    if odd is not None and not found:
        raise odd
    return found


def statuses(body: bytes, now: datetime) -> dict[str, dict[str, str]]:
    """What became of messages of ours, without the numbers that they went to; nothing of those that were not ours.

    A status that says nothing of its message, or in another shape, is left: what is not answered 200 comes for days.
    """
    found: dict[str, dict[str, str]] = {}
    for status in _shaped(
        lambda: [one for value in _values(_document(body)) for one in value.get("statuses", ())]
    ):
        claim, name = status.get("biz_opaque_callback_data"), status.get("id")
        if not isinstance(claim, str) or not _CLAIM.fullmatch(claim) or not isinstance(name, str):
            continue
        errors = status.get("errors")
        first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
        found[f"whatsapp.{len(found):04d}"] = {
            "id": name[:200],
            "status": str(status.get("status", ""))[:40],
            "error": str(first.get("code", ""))[:20],
            "claim": claim,
            "at": min(_instant(status.get("timestamp"), now), now).isoformat(),
        }
    return found


def _asked(visit: Visit) -> dict[str, str]:
    try:
        return dict(parse_qsl(visit.query, keep_blank_values=True, max_num_fields=20))
    except ValueError as error:
        raise Refused("not a query") from error


def _document(body: bytes) -> Mapping[str, Any]:
    text = body.decode()
    if deeper_than(text, _DEEPEST):
        raise Refused(f"JSON deeper than {_DEEPEST} levels")
    document: Mapping[str, Any] = json.loads(text)
    return document


def _shaped[T](read: Callable[[], T]) -> T:
    """What ``read`` gives; Refused for whatever it stumbles over in a document of another shape."""
    try:
        return read()
    except KeyError as error:
        raise Refused(f"{error.args[0]}: missing from a request of WhatsApp") from error
    except (ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise Refused(f"not a request of WhatsApp: {type(error).__name__}") from error


def _values(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [change["value"] for entry in document["entry"] for change in entry["changes"]]


def _parts(document: Mapping[str, Any]) -> Iterator[tuple[_Reading, Mapping[str, Any], list[Any]]]:
    """Everything that somebody may have left with, what reads it, and the contacts that are told beside it."""
    for value in _values(document):
        contacts = value.get("contacts") or []
        yield from ((_message, message, contacts) for message in value.get("messages", ()))
        yield from ((_wish, wish, contacts) for wish in value.get("user_preferences", ()))


def _message(message: Mapping[str, Any], now: datetime) -> _Left | None:
    if STOP not in map(meaning, _words(message)):
        return None
    return str(message["id"]), _instant(message.get("timestamp"), now)


def _wish(wish: Mapping[str, Any], now: datetime) -> _Left | None:
    if wish.get("category") != "marketing_messages" or wish.get("value") != "stop":
        return None
    return json.dumps(wish, sort_keys=True), _instant(wish.get("timestamp"), now)


def _words(message: Mapping[str, Any]) -> list[str]:
    """What somebody wrote, or what stands on the button or row that they pressed, and behind it.

    Of a kind that we do not read there are none, and of a message whose content Meta could not pass on: it tells errors
    131000 or 131051 instead, and repeats for days what is not answered 200.
    """
    kind = message.get("type", "")
    if kind not in _CONTENT or (kind not in message and message.get("id")):
        return []
    content = message[kind]
    if kind == "interactive":
        content = content.get(content.get("type", "")) or {}
    return [str(content[field]) for field in _CONTENT[kind] if content.get(field)]


def _of_everybody(
    part: Mapping[str, Any], contacts: list[Any], ref: str, at: datetime, now: datetime
) -> list[OptOutReply]:
    """A farewell under each name of whoever left: number and ids. Without any, of the only contact beside it."""
    numbers, users = _names(part, _NUMBERS, _number), _names(part, _USERS, address.whatsapp_user)
    if not numbers and not users and len(contacts) == 1:
        numbers, users = (
            _names(contacts[0], _NUMBERS, _number),
            _names(contacts[0], _USERS, address.whatsapp_user),
        )
    at, source = min(at, now), f"whatsapp {short('wa', ref, length=16)}"
    return [
        *(OptOutReply("whatsapp", number, at, source) for number in numbers),
        *(OptOutReply("whatsapp", None, at, source, user) for user in users),
    ]


def _names(told: Mapping[str, Any], fields: Sequence[str], read: Callable[[object], str | None]) -> list[str]:
    found = (read(told.get(field)) for field in fields)
    return list(dict.fromkeys(name for name in found if name is not None))


def _number(wa_id: object) -> str | None:
    """A number without its plus; people with a user name only may have none."""
    return address.phone(f"+{wa_id}") if wa_id else None


def _instant(seconds: object, now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return now
