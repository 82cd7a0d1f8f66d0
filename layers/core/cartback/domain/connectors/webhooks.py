"""Webhooks that we send: the signature of Standard Webhooks, and when one is tried again (integrations.md § 1.9)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from cartback.domain.errors import Refused

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The pauses after each attempt that the receiver did not take; after the last one a person is told."""

SHORTEST_KEY, LONGEST_KEY = 24, 64  # bytes


def key_of(secret: str) -> bytes:
    """The bytes of a ``whsec_`` secret. Raises Refused for one that no receiver could verify with."""
    text = secret.removeprefix("whsec_")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise Refused("secret: must be base64 with whsec_ before it (Standard Webhooks)") from None
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise Refused(f"secret: must be {SHORTEST_KEY} to {LONGEST_KEY} bytes once decoded")
    return key


def signed(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers over these bytes. ``message_id`` is the same for every attempt, the time is the attempt's."""
    timestamp = str(int(at.timestamp()))
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    proof = base64.b64encode(hmac.new(key_of(secret), content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{proof}",
    }


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts; None if that was the last one."""
    return SCHEDULE[attempts - 1] if attempts <= len(SCHEDULE) else None
