"""What a sender is told when it calls, and the secret word in the path of senders that sign nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from cartback.domain.intake.signatures import proven

TOLD_PLAINLY = {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}
"""The headers of one line of text: never kept by anybody on the way, and taken for what it is."""


def told_across(allowed: str | None, **more: str) -> dict[str, str]:
    """``TOLD_PLAINLY`` for a script of another origin, if that is ``allowed`` to read the answer, and post JSON."""
    headers = {"vary": "origin", **TOLD_PLAINLY}
    if allowed is None:
        return headers
    return headers | {
        "access-control-allow-origin": allowed,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type",
        **more,
    }


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and one line. ``exact`` sends the line as it is, for senders that compare it byte by byte.

    ``kind`` is the content type; ``counted`` names a counter for what was dropped without a word to the sender.
    """

    status: int
    line: str
    kind: str = "text/plain; charset=utf-8"
    exact: bool = False
    counted: str = ""

    @property
    def body(self) -> str:
        """What goes over the wire."""
        return self.line if self.exact else self.line + "\n"

    def as_response(self) -> dict[str, object]:
        """What API Gateway wants to hear (payload 2.0)."""
        headers = {**TOLD_PLAINLY, "content-type": self.kind}
        return {"statusCode": self.status, "headers": headers, "body": self.body}


def raw_body(event: Mapping[str, Any]) -> bytes:
    """The bytes that a sender signed, out of an event of API Gateway (payload 2.0)."""
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as it came in. ``word`` is what follows the shop in the path, ``query`` the raw query string.

    ``headers`` have lower-cased names.
    """

    method: str
    word: str
    query: str
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, event: Mapping[str, Any], word: str = "") -> Self:
        """The request behind an event of API Gateway (payload 2.0)."""
        return cls(
            method=event["requestContext"]["http"]["method"],
            word=word,
            query=event.get("rawQueryString") or "",
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            body=raw_body(event),
        )


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event that its adapter let in another way than by a signature: its topic, key, and what is kept of it."""

    topic: str
    key: str
    body: str


def path_word(secret: str) -> str:
    """The word that a sender which cannot sign proves itself with: 64 hexadecimal digits that only a secret gives.

    Addresses end up in more places than secrets do (a sender's settings, a proxy's log), so the word is made from
    the secret and not the secret itself: HMAC-SHA256 of ``cartback path`` under it.
    """
    return hmac.new(secret.encode(), b"cartback path", hashlib.sha256).hexdigest()


def opens(word: str, secrets: Iterable[str]) -> bool:
    """Whether the word was made from one of these secrets; takes as long for a wrong one."""
    return proven(secrets, [word], lambda secret: path_word(secret).encode())
