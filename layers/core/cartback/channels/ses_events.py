"""What SES tells of our mails (event publishing through SNS), as receipts.

Shapes and meanings: Amazon SES developer guide, "Contents of event data that Amazon SES publishes to Amazon SNS"
(bounce object, bounce types, complaint object). Every mail carries the tags ``shop`` and ``claim``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cartback.domain import claims
from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.messaging.receipts import Receipt

TELLS_OF = "email"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a type of news says: of the claim (``state``), and of the mailbox (``domain.messaging.receipts``)."""

    state: str
    permanent: bool = False
    automatic: bool = False
    of_message: bool = False
    listed: bool = False
    rescued: bool = False


_PLAIN = {
    "Send": ("send", Meaning(claims.SENT)),
    "Delivery": ("delivery", Meaning(claims.DELIVERED)),
    "Reject": ("reject", Meaning(claims.REJECTED)),
    "Rendering Failure": ("failure", Meaning(claims.REJECTED)),
}
_PARTS = {name: part for name, (part, _) in _PLAIN.items()} | {"Bounce": "bounce", "Complaint": "complaint"}

_GONE = Meaning(claims.BOUNCED, permanent=True)
_FULL = Meaning(claims.BOUNCED)
_UNCLEAR = Meaning(claims.BOUNCED, automatic=True)
_OURS = Meaning(claims.BOUNCED, of_message=True)
_NOT_TRIED = Meaning(claims.REJECTED, listed=True)

BOUNCES: dict[tuple[str, str], Meaning] = {
    ("Permanent", "General"): _GONE,
    ("Permanent", "NoEmail"): _GONE,
    # SES's own list for all of its customers: it counts towards the bounce rate, and entries leave it after a while.
    ("Permanent", "Suppressed"): Meaning(claims.BOUNCED, permanent=True, listed=True),
    # The list of the account: SES did not try, and it does not count towards the bounce rate.
    ("Permanent", "OnAccountSuppressionList"): _NOT_TRIED,
    # "General" is also how a note comes back that somebody is out of office; SES leaves these out of its rate.
    ("Transient", "General"): _UNCLEAR,
    ("Transient", "MailboxFull"): _FULL,
    ("Transient", "MessageTooLarge"): _OURS,
    ("Transient", "ContentRejected"): _OURS,
    ("Transient", "AttachmentRejected"): _OURS,
    ("Undetermined", "Undetermined"): _UNCLEAR,
}
"""Bounce type and sub-type."""

_OTHER_BOUNCES = {"Permanent": _GONE}
"""Of a sub-type that came after this table; of any other type it may be a note, and is taken for one."""

COMPLAINTS: dict[str, Meaning | None] = {
    "abuse": Meaning(claims.COMPLAINED),
    "fraud": Meaning(claims.COMPLAINED),
    "virus": Meaning(claims.COMPLAINED),
    "other": Meaning(claims.COMPLAINED),
    # The receiving server tells of SPF, DKIM or DMARC: it is about the sender's domain, and no reader said anything.
    "auth-failure": None,
    # The reader took the mail out of the junk folder: the contrary of a complaint.
    "not-spam": Meaning(claims.DELIVERED, rescued=True),
}
"""Feedback types (RFC 5965 § 7.3 and its registry); without one, and of any other, somebody complained."""


def tells(event: Mapping[str, Any]) -> bool:
    """Whether this is what SES publishes."""
    return "eventType" in event or "notificationType" in event


def receipts(event: Mapping[str, Any]) -> list[Receipt]:
    """The receipt of one event; nothing for kinds that say nothing about a claim (Open, DeliveryDelay).

    A mail without our tags is not ours, and gives nothing either. Raises ``Refused`` for a known kind whose shape
    is not SES's.
    """
    kind = str(event.get("eventType") or event.get("notificationType") or "")
    if kind not in _PARTS:
        return []
    try:
        mail = event["mail"]
        tags = mail.get("tags") or {}
        if not tags.get("claim") or not tags.get("shop"):
            return []
        part = event.get(_PARTS[kind]) or {}
        meaning = _meaning(kind, part)
        if meaning is None:
            return []
        return [
            Receipt(
                shop=str(tags["shop"][0]),
                claim_id=str(tags["claim"][0]),
                state=meaning.state,
                at=_instant(part.get("timestamp") or mail["timestamp"]),
                key=short("ses", mail["messageId"], kind, part.get("feedbackId") or "", length=64),
                permanent=meaning.permanent,
                detail=_detail(part),
                provider_id=str(mail["messageId"]),
                automatic=meaning.automatic,
                of_message=meaning.of_message,
                listed=meaning.listed,
                rescued=meaning.rescued,
            )
        ]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise Refused(f"{kind} event of SES: {type(error).__name__}") from error


def _meaning(kind: str, part: Mapping[str, Any]) -> Meaning | None:
    """What a piece of news means; None for what says nothing of a claim and its reader."""
    if kind == "Bounce":
        told = str(part.get("bounceType") or "")
        named = BOUNCES.get((told, str(part.get("bounceSubType") or "")))
        return named or _OTHER_BOUNCES.get(told, _UNCLEAR)
    if kind == "Complaint":
        if part.get("complaintSubType") == "OnAccountSuppressionList":
            return _NOT_TRIED
        feedback = str(part.get("complaintFeedbackType") or "").strip().lower()
        return COMPLAINTS.get(feedback, COMPLAINTS["other"])
    return _PLAIN[kind][1]


def _detail(part: Mapping[str, Any]) -> str:
    words = [
        part.get("bounceType"),
        part.get("bounceSubType"),
        part.get("complaintSubType"),
        part.get("complaintFeedbackType"),
        part.get("reason"),
    ]
    return "/".join(str(word) for word in words if word)[:100]


def _instant(text: object) -> datetime:
    at = datetime.fromisoformat(str(text))
    return at if at.tzinfo else at.replace(tzinfo=UTC)
