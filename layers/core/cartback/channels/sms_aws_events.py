"""What AWS End User Messaging tells of our short messages, as receipts.

Shapes and meanings: AWS End User Messaging SMS user guide, "Event types" and "Example event data". The same document
comes by a configuration set's topic, or as the detail of an event of EventBridge. Every message carries ``shop`` and
``claim`` in its context.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cartback.domain import claims
from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.messaging.text_news import (
    FAILED,
    MEANS_NOTHING,
    OPTED_OUT,
    OURS,
    UNREACHABLE,
    Meaning,
    receipt_of,
)

if TYPE_CHECKING:
    from cartback.domain.messaging.receipts import Receipt

TELLS_OF = "sms"

MEANINGS: dict[str, Meaning | None] = {
    "TEXT_QUEUED": Meaning(claims.SENT),
    "TEXT_PENDING": Meaning(claims.SENT),
    "TEXT_SENT": Meaning(claims.SENT),
    # A carrier took it; of most countries nothing more is ever told.
    "TEXT_SUCCESSFUL": Meaning(claims.SENT),
    "TEXT_DELIVERED": Meaning(claims.DELIVERED),
    "TEXT_INVALID": FAILED,
    # The recipient's telephone refuses messages.
    "TEXT_BLOCKED": FAILED,
    "TEXT_UNREACHABLE": UNREACHABLE,
    "TEXT_CARRIER_UNREACHABLE": UNREACHABLE,
    "TEXT_INVALID_MESSAGE": OURS,
    "TEXT_CARRIER_BLOCKED": OURS,
    "TEXT_SPAM": OURS,
    # It was off for as long as we let the message wait, which is hours: that says little of the number.
    "TEXT_TTL_EXPIRED": OURS,
    "TEXT_PROTECT_BLOCKED": OPTED_OUT,
    # Nobody told the service anything for 72 hours.
    "TEXT_UNKNOWN": MEANS_NOTHING,
}
"""Types of events. One that came after this table says nothing."""


def tells(event: Mapping[str, Any]) -> bool:
    """Whether this is what the service publishes of a text message."""
    return str(_told(event).get("eventType") or "").startswith("TEXT_")


def receipts(event: Mapping[str, Any]) -> list[Receipt]:
    """The receipt of one event; nothing for kinds that say nothing of a claim, and for messages that are not ours.

    Raises ``Refused`` for one of ours whose shape is not the service's.
    """
    told = _told(event)
    kind = str(told["eventType"])
    meaning = MEANINGS.get(kind)
    context = told.get("context")
    if (
        meaning is None
        or not isinstance(context, Mapping)
        or not context.get("claim")
        or not context.get("shop")
    ):
        return []
    try:
        at = datetime.fromtimestamp(int(told["eventTimestamp"]) / 1000, UTC)
        message_id = str(told["messageId"])
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise Refused(f"{kind} event of AWS End User Messaging: {type(error).__name__}") from error
    key = short("sms", message_id, kind, length=64)
    return [receipt_of(meaning, str(context["shop"]), str(context["claim"]), at, key, kind, message_id)]


def _told(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document of the service, in whichever envelope it came."""
    detail = event.get("detail")
    return detail if isinstance(detail, Mapping) else event
