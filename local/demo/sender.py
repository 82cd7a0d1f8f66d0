"""The shops' side of the wire: webhooks out, and what was answered."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from local.clock import Watch

PATIENCE_SECONDS = 600
TRIES = 5
RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What an HTTP server said."""

    status: int
    location: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Parcel:
    """A webhook as it goes over the wire. ``topic`` is only for whoever reads what went wrong."""

    topic: str
    url: str
    body: bytes
    headers: dict[str, str]


def ask(method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
    """Make one request; redirects are told, not followed. Raises OSError if nobody answers."""
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, target, body or None, headers or {})
        response = connection.getresponse()
        return Reply(response.status, response.getheader("Location"), response.read())
    finally:
        connection.close()


class Wire:
    """Sends webhooks, and again as every shop does if they are not taken. Safe to use from several threads."""

    def __init__(self, clock: Watch) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.replies: list[Reply] = []
        self.retries = 0

    def send(self, packed: Callable[[datetime], Parcel]) -> Reply:
        """Send one webhook until it is taken, packed anew for each try: some signatures are dated.

        Gives the answer that took it. Raises RuntimeError with the answer for one that is refused, or not taken
        after several tries.
        """
        for _ in range(TRIES):
            parcel = packed(self._clock.now())
            reply = ask("POST", parcel.url, parcel.body, parcel.headers)
            if reply.status < 300:
                with self._lock:
                    self.replies.append(reply)
                return reply
            if reply.status < 500:
                break
            with self._lock:
                self.retries += 1
            time.sleep(RETRY_SECONDS)
        said = reply.body.decode(errors="replace").strip()
        raise RuntimeError(f"{parcel.topic} was not taken at {parcel.url}: {reply.status} {said}")
