"""What Twilio tells of answers to our short messages: is it Twilio, and does somebody leave?

Signature: twilio/request_validator.py as described in integrations.md § 1.7. HMAC-SHA1 over the public URL and the
sorted form fields; it carries no time, so a replay is known by its ``MessageSid`` alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from cartback.domain.errors import Refused
from cartback.domain.intake.responses import Answer
from cartback.domain.intake.signatures import proven
from cartback.domain.messaging.opt_out_reply import Heard, OptOutReply
from cartback.domain.messaging.stop_words import STOP, meaning
from cartback.domain.people import address

if TYPE_CHECKING:
    from cartback.domain.intake.responses import Visit

ANSWERS_ON = "sms"
"""A WhatsApp number that is rented from Twilio tells of its answers here too."""

# Nothing is said back: Twilio confirms an opt-out itself, and a second message would be one too many.
_SILENCE = Answer(200, "<Response/>", "text/xml", exact=True)
_MOST_FIELDS = 200
_CLAIM = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_PORTS = {"https": 443, "http": 80}


def prove(visit: Visit, urls: Sequence[str], secrets: Sequence[str]) -> None:
    """See ``ports.AnswerLine``; the secrets are auth tokens of the account that owns the number."""
    fields_of(urls, visit.body, visit.headers.get("x-twilio-signature", ""), secrets)


def hear(visit: Visit, now: datetime) -> Heard:
    """See ``ports.AnswerLine``. What became of a message of ours is told to the same address, with its claim."""
    fields = dict(_pairs(visit.body))
    account = fields.get("AccountSid", "")
    if fields.get("MessageStatus") and "Body" not in fields:
        return _status(visit, fields, account, now)
    found = farewells(fields, now)
    return Heard(_SILENCE, fields["MessageSid"][:64], tuple(found), account=account)


def _status(visit: Visit, fields: Mapping[str, str], account: str, now: datetime) -> Heard:
    """News of a message, without the number that it went to; nothing of one that was not sent by us."""
    claim = dict(_pairs(visit.query.encode())).get("claim", "")
    sid, status = fields.get("MessageSid", "")[:64], fields["MessageStatus"][:40]
    if not sid:
        raise Refused("MessageSid: missing; a status callback has MessageSid and MessageStatus")
    if not _CLAIM.fullmatch(claim):
        return Heard(_SILENCE, sid, account=account)
    error = fields.get("ErrorCode", "")[:20]
    told = {"sid": sid, "status": status, "error": error, "claim": claim, "at": now.isoformat()}
    return Heard(_SILENCE, f"{sid}:{status}:{error}", news={"twilio": told}, account=account)


def fields_of(urls: Sequence[str], body: bytes, signature: str, tokens: Sequence[str]) -> dict[str, str]:
    """The form fields of a genuine request to one of our public ``urls``. Raises ``Refused`` (403) for any other.

    ``tokens`` are the auth tokens that may have signed: two while one is rotated. A body that is no form is refused
    with 400, whoever signed it.
    """
    pairs = _pairs(body)
    # Of a repeated field each value counts once, sorted.
    told = "".join(name + value for name, value in sorted(set(pairs)))
    signed = [(spelling + told).encode("utf-8", "replace") for url in urls for spelling in _spellings(url)]

    def proof(signed: bytes, token: str) -> bytes:
        return base64.b64encode(hmac.new(token.encode(), signed, hashlib.sha1).digest())

    # Which spelling of our own address was signed is no secret.
    if not any(proven(tokens, [signature], partial(proof, each)) for each in signed):
        raise Refused("the signature is not Twilio's", status=403)
    return dict(pairs)


def farewells(fields: dict[str, str], at: datetime) -> list[OptOutReply]:
    """The farewell in an answer, if it is one; ``at`` is when it reached us, because Twilio tells no time.

    Raises ``Refused`` that names the field for a request without what every incoming message has.
    """
    opted_out = fields.get("OptOutType", "").casefold() == STOP
    for name in ("MessageSid", "From", *(() if opted_out else ("Body",))):
        if name not in fields or not (fields[name] or name == "Body"):
            raise Refused(f"{name}: missing; an incoming message has MessageSid, From and Body")
    sid, sender = fields["MessageSid"], fields["From"]
    if not opted_out and meaning(fields["Body"]) != STOP:
        return []
    channel = "whatsapp" if sender.startswith("whatsapp:") else "sms"
    name = sender.removeprefix("whatsapp:")
    number, user = address.phone(name), address.whatsapp_user(name) if channel == "whatsapp" else None
    if number is None and user is None:
        return []  # a short code or a name: nobody whom we could write to
    return [OptOutReply(channel, number, at, f"twilio {sid[:40]}", user)]


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Refused("not a form", status=400) from error


def _spellings(url: str) -> tuple[str, ...]:
    """The URL as it is, without its port, and with its own or its scheme's: Twilio signs any of them.

    Which one is inconsistent, says Twilio's own validator (twilio-python, ``request_validator.py``), and tries all.
    """
    parts = urlsplit(url)
    bare = parts.netloc.removesuffix(f":{parts.port}")
    port = parts.port or _PORTS.get(parts.scheme)
    spelt = [url, parts._replace(netloc=bare).geturl()]
    if port is not None:
        spelt.append(parts._replace(netloc=f"{bare}:{port}").geturl())
    return tuple(dict.fromkeys(spelt))
