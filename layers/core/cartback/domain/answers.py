"""What a sender is told when it calls, and the secret word in the path of senders that sign nothing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass


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
    given = word.encode("utf-8", "replace")
    opened = False
    for secret in secrets:
        opened |= hmac.compare_digest(path_word(secret).encode(), given) and bool(secret)
    return opened
