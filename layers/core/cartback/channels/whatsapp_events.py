"""What WhatsApp tells of our messages (statuses of the webhook ``messages``), as receipts.

Shapes and meanings: Meta, "Webhooks: status messages object" and "Cloud API error codes". ``whatsapp_answers`` has
proven the request and kept of each status what stands here, without the number that it is about. ``read`` says no more
of a claim than that it arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cartback.domain import claims
from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.messaging.text_news import OPTED_OUT, OURS, UNREACHABLE, Meaning, receipt_of

if TYPE_CHECKING:
    from cartback.domain.messaging.receipts import Receipt

NEWS = "whatsapp."
"""How the names of pieces of news begin: one request tells of several messages."""

STATES: dict[str, Meaning] = {
    "sent": Meaning(claims.SENT),
    "delivered": Meaning(claims.DELIVERED),
    "read": Meaning(claims.DELIVERED),
    "played": Meaning(claims.DELIVERED),
}
"""``status`` of what did not fail."""

ERRORS: dict[str, Meaning] = {
    "131026": UNREACHABLE,  # not on WhatsApp, an old version, or terms that were not accepted: no telling which
    "131049": OURS,  # Meta's own cap of marketing for one person
    "131050": OPTED_OUT,  # the person ended marketing of this business in WhatsApp
}
"""``errors[0].code`` of what failed; any other is a fault of the account, the template or the way."""


def tells(event: Mapping[str, Any]) -> bool:
    """Whether this is what ``whatsapp_answers`` kept of statuses."""
    return bool(event) and all(str(name).startswith(NEWS) for name in event)


def receipts(event: Mapping[str, Any]) -> list[Receipt]:
    """The receipts of one request, in the order in which they were told; nothing for a status that is not known.

    Raises ``Refused`` for what ``whatsapp_answers`` did not keep.
    """
    try:
        return [receipt for name in sorted(event) for receipt in _one(event[name])]
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise Refused(f"status of WhatsApp: {type(fault).__name__}") from fault


def _one(told: Mapping[str, str]) -> list[Receipt]:
    status, error = told["status"], told.get("error") or ""
    meaning = ERRORS.get(error, OURS) if status == "failed" else STATES.get(status)
    if meaning is None:
        return []
    name = told["id"]
    key = short("whatsapp", name, status, error, length=64)
    at = datetime.fromisoformat(told["at"])
    return [receipt_of(meaning, told["shop"], told["claim"], at, key, f"{status} {error}".strip(), name)]
