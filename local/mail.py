"""A message as SES was asked to send it: what the recipient sees, and what SES tells its sender about it later."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from typing import Any

# A raw message may carry SES's own settings as headers, which SES takes out before it sends.
_SET_HEADER, _TAGS_HEADER = "x-ses-configuration-set", "x-ses-message-tags"


@dataclass(frozen=True, slots=True)
class Message:
    """One accepted message; ``sent_at`` is virtual time, ``tags`` are the sender's own."""

    id: str
    sent_at: datetime
    source: str
    to: tuple[str, ...]
    subject: str
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    tags: dict[str, str]
    configuration_set: str | None
    bounces: bool = False

    @property
    def shop(self) -> str:
        """Who writes, by the name in the From line."""
        return parseaddr(self.source)[0] or self.source

    def header(self, name: str) -> str | None:
        """Return the value of a header, None if the message has no such header."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def event(self, kind: str, at: datetime, detail: dict[str, Any]) -> dict[str, Any]:
        """Return what SES publishes when ``kind`` happens to this message.

        The shape is SES's event publishing, "Contents of event data that Amazon SES publishes to Amazon SNS", which
        differs from the older notifications: eventType, and tags as lists.
        """
        own = {"ses:configuration-set": self.configuration_set or "", "ses:operation": "SendEmail"}
        return {
            "eventType": kind,
            "mail": {
                "timestamp": stamp(self.sent_at),
                "source": self.source,
                "sendingAccountId": "000000000000",
                "messageId": self.id,
                "destination": list(self.to),
                "headersTruncated": False,
                "headers": [{"name": name, "value": value} for name, value in self.headers],
                "commonHeaders": {
                    "from": [self.source],
                    "to": list(self.to),
                    "messageId": self.id,
                    "subject": self.subject,
                },
                "tags": {name: [value] for name, value in (own | self.tags).items()},
            },
            kind.lower(): detail | ({} if kind == "Send" else {"timestamp": stamp(at)}),
        }


def stamp(at: datetime) -> str:
    """Write a moment as SES does: UTC, milliseconds, Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def read(request: dict[str, Any], message_id: str, sent_at: datetime, *, bounces: bool = False) -> Message:
    """Read the JSON of an SES v2 SendEmail request, Simple or Raw. Raises KeyError for any other content."""
    content = request["Content"]
    raw = _from_raw(content["Raw"]["Data"]) if "Raw" in content else _from_simple(request, content["Simple"])
    destination = request.get("Destination", {})
    to = [each for kind in ("To", "Cc", "Bcc") for each in destination.get(f"{kind}Addresses", [])]
    if not to:
        to = [address for _, address in getaddresses(raw.get_all("To", []) + raw.get_all("Cc", []))]
    tags = dict(pair.strip().split("=", 1) for pair in raw.get(_TAGS_HEADER, "").split(",") if "=" in pair)
    tags |= {tag["Name"]: tag["Value"] for tag in request.get("EmailTags", [])}
    text, html = raw.get_body(("plain",)), raw.get_body(("html",))
    return Message(
        id=message_id,
        sent_at=sent_at,
        source=request.get("FromEmailAddress") or str(raw["From"]),
        to=tuple(parseaddr(each)[1] for each in to),
        subject=str(raw.get("Subject", "")),
        headers=tuple(
            (name, str(value))
            for name, value in raw.items()
            if name.lower() not in (_SET_HEADER, _TAGS_HEADER)
        ),
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
        tags=tags,
        configuration_set=request.get("ConfigurationSetName") or raw.get(_SET_HEADER),
        bounces=bounces,
    )


def _from_raw(data: str) -> EmailMessage:
    return message_from_bytes(base64.b64decode(data), _class=EmailMessage, policy=policy.default)


def _from_simple(request: dict[str, Any], simple: dict[str, Any]) -> EmailMessage:
    """Build the message that SES builds of a Simple request."""
    mail = EmailMessage()
    mail["From"] = request["FromEmailAddress"]
    mail["To"] = ", ".join(request.get("Destination", {}).get("ToAddresses", []))
    mail["Subject"] = simple["Subject"]["Data"]
    if reply_to := request.get("ReplyToAddresses"):
        mail["Reply-To"] = ", ".join(reply_to)
    for header in simple.get("Headers", []):
        mail[header["Name"]] = header["Value"]
    body = simple["Body"]
    if "Text" in body:
        mail.set_content(body["Text"]["Data"])
    if "Html" in body and "Text" in body:
        mail.add_alternative(body["Html"]["Data"], subtype="html")
    elif "Html" in body:
        mail.set_content(body["Html"]["Data"], subtype="html")
    return mail
