"""The demo shop's side of the wire: signed webhooks out, and what was answered when."""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from local.signing import shopify_headers

PATIENCE_SECONDS = 60
TRIES = 5
RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What an HTTP server said, and when (real time)."""

    status: int
    location: str | None
    body: bytes
    answered_at: datetime
    seconds: float


def ask(method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
    """Make one request; redirects are told, not followed. Raises OSError if nobody answers."""
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE_SECONDS)
    began = time.monotonic()
    try:
        connection.request(method, target, body or None, headers or {})
        response = connection.getresponse()
        read = response.read()
    finally:
        connection.close()
    seconds = time.monotonic() - began
    return Reply(response.status, response.getheader("Location"), read, datetime.now(UTC), seconds)


class Sender:
    """Sends a shop's webhooks, and again as Shopify does if they are not taken."""

    def __init__(self, api_url: str, shop: str, secret: str) -> None:
        self._url = f"{api_url}/webhooks/{shop}"
        self._secret = secret
        self._lock = threading.Lock()
        self.replies: list[Reply] = []
        self.retries = 0

    def send(self, topic: str, payload: dict[str, Any], event_id: str, triggered_at: datetime) -> Reply:
        """Send one webhook until it is taken; give the answer that took it.

        Raises RuntimeError with the answer for one that is refused, or not taken after several tries.
        """
        body = json.dumps(payload, ensure_ascii=False).encode()
        headers = shopify_headers(body, topic, self._secret, event_id=event_id, triggered_at=triggered_at) | {
            "content-type": "application/json"
        }
        for _ in range(TRIES):
            reply = ask("POST", self._url, body, headers)
            if reply.status < 300:
                with self._lock:
                    self.replies.append(reply)
                return reply
            if reply.status < 500:
                break
            with self._lock:
                self.retries += 1
            time.sleep(RETRY_SECONDS)
        raise RuntimeError(
            f"{topic} was not taken: {reply.status} {reply.body.decode(errors='replace').strip()}"
        )

    def lag(self, seconds: float = 5.0) -> float:
        """How many real seconds the slowest of the latest answers took."""
        since = datetime.now(UTC) - timedelta(seconds=seconds)
        with self._lock:
            return max(
                (reply.seconds for reply in self.replies[-50:] if reply.answered_at > since), default=0.0
            )
