"""What SES tells of our mails (event publishing through SNS), as receipts.

Shapes: Amazon SES developer guide, "Contents of event data". Every mail carries the tags ``shop`` and ``claim``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cartback.domain import claims
from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.receipts import Receipt

_STATES = {
    "Send": ("send", claims.SENT),
    "Delivery": ("delivery", claims.DELIVERED),
    "Bounce": ("bounce", claims.BOUNCED),
    "Complaint": ("complaint", claims.COMPLAINED),
    "Reject": ("reject", claims.REJECTED),
    "Rendering Failure": ("failure", claims.REJECTED),
}


def receipts(event: Mapping[str, Any]) -> list[Receipt]:
    """The receipt of one event; nothing for kinds that say nothing about a claim (Open, DeliveryDelay).

    A mail without our tags is not ours, and gives nothing either. Raises ``Refused`` for a known kind whose shape
    is not SES's.
    """
    kind = str(event.get("eventType") or event.get("notificationType") or "")
    if kind not in _STATES:
        return []
    part_name, state = _STATES[kind]
    try:
        mail = event["mail"]
        tags = mail.get("tags") or {}
        if not tags.get("claim") or not tags.get("shop"):
            return []
        part = event.get(part_name) or {}
        permanent = part.get("bounceType") == "Permanent"
        return [
            Receipt(
                shop=str(tags["shop"][0]),
                claim_id=str(tags["claim"][0]),
                state=state,
                at=_instant(part.get("timestamp") or mail["timestamp"]),
                key=short("ses", mail["messageId"], kind, part.get("feedbackId") or "", length=64),
                permanent=permanent,
                detail=_detail(part),
                provider_id=str(mail["messageId"]),
            )
        ]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise Refused(f"{kind} event of SES: {type(error).__name__}") from error


def _detail(part: Mapping[str, Any]) -> str:
    words = [
        part.get("bounceType"),
        part.get("bounceSubType"),
        part.get("complaintSubType"),
        part.get("reason"),
    ]
    return "/".join(str(word) for word in words if word)[:100]


def _instant(text: object) -> datetime:
    at = datetime.fromisoformat(str(text))
    return at if at.tzinfo else at.replace(tzinfo=UTC)
