"""One request at a time, with all our cautions: the port ``Http``.

Time-outs, an end to the whole, no redirect to another host, only public addresses, a limit of size and of depth, and
the other side's failures in the house's words. Reasons name the host and the status, never a path or an answer:
both may hold people.

A call that is not idempotent is *doubtful* once it has left and no answer says what became of it. It has not left while
no connection stands; and 408, 425, 429 and a 503 that names a time say that nothing was done (RFC 9110 § 15.5.9, RFC
8470 § 5.2, RFC 6585 § 4). Any other 5xx may come from something between us and the worker that has done it.
"""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Protocol, cast
from urllib.parse import SplitResult, urljoin, urlsplit

from urllib3 import Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from cartback.domain.errors import Doubtful, Refused, TryLater
from cartback.domain.intake.json_limits import deeper_than
from cartback.domain.shop.calls import Basic, Call, Grant, Key, Reply
from cartback.web.addresses import Resolve, checked, resolve
from cartback.web.connections import Connections
from cartback.web.tokens import TokenBook

LARGEST = 8_000_000
DEEPEST = 64
MOST_REDIRECTS = 3
CONNECT_SECONDS = 3.0
LONGEST_PAUSE = 86_400

_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_UNTOUCHED = frozenset({408, 425, 429})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MISSING = frozenset({404, 410})
_DEFAULT_PORTS = {"https": 443, "http": 80}
_CHUNK = 65_536


class Response(Protocol):
    """What we use of an answer of urllib3, whose name differs between its versions."""

    status: int
    headers: Any

    def read(self, amt: int) -> bytes: ...

    def close(self) -> None: ...


class Http:
    """The port ``Http``. ``loopback`` lets http to this machine pass, for the local cloud's shops."""

    def __init__(
        self,
        loopback: bool = False,
        connections: Connections | None = None,
        tokens: TokenBook | None = None,
        resolver: Resolve = resolve,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._loopback = loopback
        self._connections = connections or Connections()
        self._tokens = tokens or TokenBook(monotonic)
        self._resolver = resolver
        self._monotonic = monotonic

    def send(self, call: Call) -> Reply:
        """See ``ports.Http``."""
        if not isinstance(call.access, Grant):
            return self._once(call, _proof(call.access))
        grant = call.access
        token = self._tokens.token(grant, self._bare)
        try:
            return self._once(call, {grant.header: grant.prefix + token})
        except Refused as refusal:
            if refusal.status != 401:
                raise
        # The token may have been withdrawn before its time: once more, with a new one.
        token = self._tokens.token(grant, self._bare, refused=token)
        return self._once(call, {grant.header: grant.prefix + token})

    def _bare(self, call: Call) -> Reply:
        return self._once(call, {})

    def _once(self, call: Call, proof: dict[str, str]) -> Reply:
        until = self._monotonic() + call.seconds
        url, method, body = _address(call.url), call.method, call.body
        for _ in range(MOST_REDIRECTS + 1):
            self._permitted(url)
            response = self._asked(method, url, {**call.headers, **proof}, body, until, call)
            try:
                if response.status not in _REDIRECTS:
                    return _judged(response, call, url.hostname or "", lambda: until - self._monotonic())
                url = _redirected(response, call, url)
            except HTTPError as error:
                raise _unanswered(call, f"{url.hostname}: {type(error).__name__}") from error
            finally:
                response.close()
        raise Refused(f"{url.hostname} redirects in circles", 502)

    def _permitted(self, url: SplitResult) -> None:
        if url.scheme != "https" and not self._loopback:
            raise Refused("only https addresses are called")

    def _asked(
        self, method: str, url: SplitResult, headers: dict[str, str], body: bytes, until: float, call: Call
    ) -> Response:
        host = url.hostname or ""
        port = url.port or _DEFAULT_PORTS[url.scheme]
        address = checked(host, port, self._resolver(host, port), self._loopback)
        if url.scheme == "http" and not (address.startswith("127.") or address == "::1"):
            raise Refused("only https addresses are called")
        left = until - self._monotonic()
        if left <= 0:
            raise TryLater(f"{host} is too slow")
        shown = f"[{host}]" if ":" in host else host
        sent = {
            **headers,
            "host": shown if port == _DEFAULT_PORTS[url.scheme] else f"{shown}:{port}",
            # What is compressed could grow beyond any limit when it is unpacked.
            "accept-encoding": "identity",
            "user-agent": "Cartback",
        }
        try:
            answer = self._connections.to(url, port, address).urlopen(
                method,
                f"{url.path or '/'}{'?' + url.query if url.query else ''}",
                body=body or None,
                headers=sent,
                redirect=False,
                retries=False,
                assert_same_host=False,
                timeout=Timeout(connect=min(CONNECT_SECONDS, left), read=left, total=left),
                preload_content=False,
                decode_content=False,
            )
            return cast("Response", answer)
        except HTTPError as error:
            reason = f"{host}: {type(error).__name__}"
            raise (TryLater(reason) if _never_left(error) else _unanswered(call, reason)) from error


def _never_left(error: HTTPError) -> bool:
    """Whether no connection stood yet: nothing was asked. A certificate is looked at before a word is said."""
    if isinstance(error, SSLError):
        return any(isinstance(each, ssl.SSLCertVerificationError) for each in error.args)
    return isinstance(error, ConnectTimeoutError | NewConnectionError)


def _unanswered(call: Call, reason: str, pause: int | None = None) -> TryLater | Doubtful:
    """What a call is that has left and got no answer that settles it."""
    return TryLater(reason, pause) if call.idempotent else Doubtful(reason)


def _busy(call: Call, status: int, reason: str, wish: int | None) -> TryLater | Doubtful:
    """What a call is whose other side is busy or broken; ``wish`` is its ``Retry-After``."""
    if status in _UNTOUCHED or (status == HTTPStatus.SERVICE_UNAVAILABLE and wish is not None):
        return TryLater(reason, wish)
    return _unanswered(call, reason, wish)


def _unreadable(call: Call, reason: str) -> Refused | Doubtful:
    """What a call is that was done, by its status, and whose answer cannot be read."""
    return Refused(reason, 502) if call.idempotent else Doubtful(reason)


def _proof(access: Basic | Key | None) -> dict[str, str]:
    if isinstance(access, Basic):
        pair = base64.b64encode(f"{access.name}:{access.password}".encode()).decode()
        return {"authorization": f"Basic {pair}"}
    return {access.header: access.value} if isinstance(access, Key) else {}


def _address(text: str) -> SplitResult:
    """The parts of an address. Raises Refused for one that is none, that carries a name, or hides something."""
    try:
        url = urlsplit(text)
        fine = url.scheme in _DEFAULT_PORTS and url.hostname and url.port != 0
    except ValueError:
        fine = False
    if not fine or url.username is not None or url.password is not None or not text.isascii():
        raise Refused("the address is malformed")
    if any(character <= " " or character in "\\\x7f" for character in text):
        raise Refused("the address is malformed")
    return url


def _redirected(response: Response, call: Call, url: SplitResult) -> SplitResult:
    if not call.follow:
        raise Refused(f"{url.hostname} redirects", response.status)
    to = _address(urljoin(url.geturl(), response.headers.get("location", "")))
    if (to.scheme, to.hostname, to.port) != (url.scheme, url.hostname, url.port):
        raise Refused(f"{url.hostname} redirects to another host", 502)
    if call.method != "GET" and response.status not in (307, 308):
        raise Refused(f"{url.hostname} redirects what was posted", 502)
    return to


def _judged(response: Response, call: Call, host: str, left: Callable[[], float]) -> Reply:
    status = response.status
    if status in _BUSY or (status >= HTTPStatus.INTERNAL_SERVER_ERROR and not call.idempotent):
        raise _busy(call, status, f"{host} answers {status}", pause(response.headers))
    expected = status in call.told or (call.missing_ok and status in _MISSING)
    if not 200 <= status < 300 and not expected:
        raise Refused(f"{host} answers {status}", status)
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise _unreadable(call, f"{host} compresses its answer unasked")
    pieces, size = [], 0
    while piece := _piece(response):
        size += len(piece)
        if size > LARGEST:
            raise _unreadable(call, f"{host} answers with more than {LARGEST} bytes")
        if left() <= 0:
            raise _unanswered(call, f"{host} is too slow")
        pieces.append(piece)
    try:
        text = b"".join(pieces).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(call, f"{host} answers with what is not UTF-8") from None
    if deeper_than(text, DEEPEST):
        raise _unreadable(call, f"{host} answers with JSON deeper than {DEEPEST} levels")
    return Reply(status, {name.lower(): value for name, value in response.headers.items()}, text)


def _piece(response: Response) -> bytes:
    """What has come so far, so that a trickle cannot outlive the call's time. Older urllib3 waits for each piece."""
    read: Callable[[int], bytes] = getattr(response, "read1", None) or response.read
    return read(_CHUNK if hasattr(response, "read1") else 1024)


def pause(headers: Mapping[str, str]) -> int | None:
    """The other side's wish in ``Retry-After``, in whole seconds up to a day: seconds or a date (RFC 9110 § 10.2.3).

    A date is read against the sender's own clock where it tells it. None for no wish, or for one nobody understands.
    """
    said = str(headers.get("retry-after") or "").strip()
    if said.isascii() and said.isdecimal() and len(said) < 10:
        return min(int(said), LONGEST_PAUSE)
    until = _date(said)
    if until is None:
        return None
    now = _date(str(headers.get("date") or "")) or datetime.now(UTC)
    return min(max(0, int((until - now).total_seconds())), LONGEST_PAUSE)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
