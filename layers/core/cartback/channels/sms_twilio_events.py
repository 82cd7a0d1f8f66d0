"""What Twilio tells of our short messages (status callbacks), as receipts.

Shapes and meanings: Twilio's documentation, "Outbound message status in status callbacks" and "Error and warning
dictionary". ``twilio_answers`` has proven the call and kept of it what stands here; it carries no time, so the
receipt's is when it reached us.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cartback.domain import claims
from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.messaging.text_news import FAILED, OPTED_OUT, OURS, UNREACHABLE, Meaning, receipt_of

if TYPE_CHECKING:
    from cartback.domain.messaging.receipts import Receipt

TELLS_OF = "sms"

NEWS = "twilio"

_SENT = Meaning(claims.SENT)
_DELIVERED = Meaning(claims.DELIVERED)

STATES: dict[str, Meaning] = {
    "accepted": _SENT,
    "scheduled": _SENT,
    "queued": _SENT,
    "sending": _SENT,
    "sent": _SENT,
    "delivered": _DELIVERED,
    "read": _DELIVERED,
    "partially_delivered": _DELIVERED,
    "canceled": Meaning(claims.REJECTED),
}
"""``MessageStatus`` of what did not fail."""

ERRORS: dict[str, Meaning] = {
    "21211": FAILED,
    "21610": OPTED_OUT,
    "21614": FAILED,
    "30003": UNREACHABLE,
    "30004": FAILED,  # the recipient's telephone or carrier blocks messages to it
    "30005": FAILED,  # unknown or no longer in service
    "30006": FAILED,  # a landline
    "30007": OURS,  # filtered for what it says
    "30036": OURS,  # its validity period expired
}
"""``ErrorCode`` of what failed; any other is a fault of the account, the sender or the way."""

_FAILED = ("failed", "undelivered")


def tells(event: Mapping[str, Any]) -> bool:
    """Whether this is what ``twilio_answers`` kept of a status callback."""
    return NEWS in event


def receipts(event: Mapping[str, Any]) -> list[Receipt]:
    """The receipt of one callback; nothing for a status that came after this table.

    Raises ``Refused`` for what ``twilio_answers`` did not keep.
    """
    told = event[NEWS]
    try:
        status, error = str(told["status"]), str(told.get("error") or "")
        meaning = ERRORS.get(error, OURS) if status in _FAILED else STATES.get(status)
        if meaning is None:
            return []
        sid = str(told["sid"])
        key = short("twilio", sid, status, error, length=64)
        at = datetime.fromisoformat(told["at"])
        return [
            receipt_of(
                meaning, str(told["shop"]), str(told["claim"]), at, key, f"{status} {error}".strip(), sid
            )
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise Refused(f"status callback of Twilio: {type(fault).__name__}") from fault
