"""What Twilio tells of answers to our short messages: is it Twilio, and does somebody leave?

Signature: twilio/request_validator.py as described in integrations.md § 1.7. HMAC-SHA1 over the public URL and the
sorted form fields; it carries no time, so a replay is known by its ``MessageSid`` alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from cartback.domain import address
from cartback.domain.errors import Refused
from cartback.domain.observations import ConsentSeen, Contact, CustomerSeen
from cartback.domain.stop_words import STOP, meaning

_MOST_FIELDS = 200
_PORTS = {"https": 443, "http": 80}


def fields_of(url: str, body: bytes, signature: str, tokens: Sequence[str]) -> dict[str, str]:
    """The form fields of a genuine request to our public ``url``. Raises ``Refused`` (403) for any other.

    ``tokens`` are the auth tokens that may have signed: two while one is rotated.
    """
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Refused("not a form", status=400) from error
    # Of a repeated field each value counts once, sorted.
    told = "".join(name + value for name, value in sorted(set(pairs)))
    for token in tokens:
        for spelling in _spellings(url):
            mac = hmac.new(token.encode(), (spelling + told).encode(), hashlib.sha1).digest()
            if hmac.compare_digest(base64.b64encode(mac), signature.encode()):
                return dict(pairs)
    raise Refused("the signature is not Twilio's", status=403)


def observed(fields: dict[str, str], at: datetime) -> list[CustomerSeen]:
    """The farewell in an answer, if it is one; ``at`` is when it reached us, because Twilio tells no time.

    Raises ``Refused`` for a request without the names that every incoming message has.
    """
    sid, sender, body = fields.get("MessageSid"), fields.get("From"), fields.get("Body")
    if not sid or not sender or body is None:
        raise Refused("an incoming message has MessageSid, From and Body")
    if fields.get("OptOutType", "").casefold() != STOP and meaning(body) != STOP:
        return []
    channel = "whatsapp" if sender.startswith("whatsapp:") else "sms"
    number = address.phone(sender.removeprefix("whatsapp:"))
    if number is None:
        return []  # a short code or a name: nobody whom we could write to
    word = ConsentSeen(channel, False, at, "explicit", f"twilio {sid[:40]}", sticky=True)
    return [CustomerSeen(Contact(phone=number, consents=(word,)), at)]


def _spellings(url: str) -> tuple[str, ...]:
    """The URL as it is and with its default port: Twilio signs either."""
    parts = urlsplit(url)
    if parts.port is not None or parts.scheme not in _PORTS:
        return (url,)
    with_port = parts._replace(netloc=f"{parts.netloc}:{_PORTS[parts.scheme]}").geturl()
    return url, with_port
