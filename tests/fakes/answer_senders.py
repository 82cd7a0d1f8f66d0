"""What Twilio and Meta send when somebody answers a message: bodies, and what they put beside them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode

FORM = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
JSON = {"content-type": "application/json"}
NUMBER = "+4915112345678"


def answer(body: str = "STOP", **more: str) -> dict[str, str]:
    """The fields of an incoming message at Twilio."""
    return {"MessageSid": "SM1", "From": NUMBER, "Body": body, **more}


def twilio(url: str, token: str, **fields: str) -> tuple[bytes, dict[str, str]]:
    """A form and its headers: HMAC-SHA1 over the address and the sorted fields, written without separators."""
    told = url + "".join(name + fields[name] for name in sorted(fields))
    mac = hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()
    return urlencode(fields).encode(), {**FORM, "x-twilio-signature": base64.b64encode(mac).decode()}


def whatsapp_request(**value: object) -> bytes:
    """A request of WhatsApp with one change."""
    return json.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
        }
    ).encode()


def whatsapp_message(seconds: int, body: str = "Stopp", number: str = NUMBER) -> dict[str, object]:
    """A text that somebody sent by WhatsApp."""
    return {
        "id": "wamid.1",
        "from": number.removeprefix("+"),
        "timestamp": str(seconds),
        "type": "text",
        "text": {"body": body},
    }


def meta(body: bytes, secret: str) -> dict[str, str]:
    """The headers with which Meta sends a body."""
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {**JSON, "x-hub-signature-256": f"sha256={mac}"}
