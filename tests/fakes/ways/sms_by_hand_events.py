"""What the provider behind ``sms_by_hand`` tells of its messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cartback.domain import claims
from cartback.domain.messaging.receipts import Receipt

TELLS_OF = "sms"
_STATES = {"delivered": claims.DELIVERED, "unknown_number": claims.BOUNCED, "switched_off": claims.BOUNCED}


def tells(event: Mapping[str, Any]) -> bool:
    """Whether this is news of ours."""
    return "sms_by_hand" in event


def receipts(event: Mapping[str, Any]) -> list[Receipt]:
    """The receipt of one piece of news."""
    told = event["sms_by_hand"]
    at = datetime.fromisoformat(told["at"])
    state, gone = _STATES[told["status"]], told["status"] == "unknown_number"
    return [
        Receipt(told["shop"], told["claim"], state, at, f"{told['claim']}/{told['status']}", permanent=gone)
    ]
