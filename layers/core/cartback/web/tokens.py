"""OAuth tokens: asked for once, kept until shortly before their end, asked for anew once when one is refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from urllib.parse import urlencode

from cartback.domain.errors import Refused
from cartback.domain.shop.calls import Call, Grant, Reply, document

_SPARE_SECONDS = 60
_UNSAID_SECONDS = 300  # RFC 6749 § 5.1: expires_in is only recommended
_MOST = 2_000


class TokenBook:
    """The tokens of this process. One thread asks for a token while the others wait for its answer."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: dict[Grant, tuple[str, float]] = {}
        self._locks: dict[Grant, Lock] = {}
        self._lock = Lock()

    def token(self, grant: Grant, send: Callable[[Call], Reply], refused: str | None = None) -> str:
        """A token of this grant; a new one if ``refused`` is the present one.

        Raises what ``send`` raises, and Refused (401) where the credentials are wrong.
        """
        with self._lock:
            if len(self._locks) > _MOST:
                self._locks.clear()
                self._known.clear()
            lock = self._locks.setdefault(grant, Lock())
        with lock:
            token, until = self._known.get(grant, ("", 0.0))
            if token and token != refused and self._monotonic() < until:
                return token
            asked_at = self._monotonic()
            fresh, seconds = _answered(send(_asking(grant)))
            self._known[grant] = (fresh, asked_at + max(0, seconds - _SPARE_SECONDS))
            return fresh


def _asking(grant: Grant) -> Call:
    asked = {
        "grant_type": "client_credentials",
        "client_id": grant.client_id,
        "client_secret": grant.client_secret,
        **({"scope": grant.scope} if grant.scope else {}),
    }
    kind = "application/json" if grant.as_json else "application/x-www-form-urlencoded"
    body = document(asked) if grant.as_json else urlencode(asked).encode()
    return Call(
        "POST", grant.token_url, headers={"content-type": kind, "accept": "application/json"}, body=body
    )


def _answered(reply: Reply) -> tuple[str, int]:
    said = reply.read()
    token = said["access_token"].value
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise Refused("the token endpoint gave no token", 401)
    seconds = said["expires_in"].value
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds)  # older Microsoft endpoints write a string
    return token, int(seconds) if isinstance(seconds, int) and seconds > 0 else _UNSAID_SECONDS
