"""A call that must not be repeated: what is certain, what is doubtful, against a server that breaks off."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from cartback.domain.errors import Doubtful, Refused, TryLater
from cartback.domain.shop.calls import Call, Grant
from cartback.web.client import Http
from tests.unit.web.server import Says, serving


def _create(url: str, **more) -> Call:
    return Call("POST", url, body=b"{}", idempotent=False, **more)


def _send(call: Call):
    return Http(loopback=True).send(call)


@contextmanager
def _breaking_off(before: bytes) -> Iterator[str]:
    """A server that reads a request, says ``before`` and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def once() -> None:
        line, _ = listener.accept()
        with line:
            line.recv(65_536)
            line.sendall(before)

    thread = Thread(target=once, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join(5)
        listener.close()


_HALF = b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{"


@pytest.mark.parametrize("before", [b"", b"HTTP/1.", _HALF], ids=["silence", "half a head", "half a body"])
def test_a_create_whose_connection_breaks_after_it_left_is_doubtful(before: bytes):
    with _breaking_off(before) as url, pytest.raises(Doubtful) as doubt:
        _send(_create(f"{url}/people/anna"))
    assert "anna" not in doubt.value.reason


@pytest.mark.parametrize("before", [b"", b"HTTP/1.", _HALF], ids=["silence", "half a head", "half a body"])
def test_what_may_be_repeated_is_tried_later_instead(before: bytes):
    with _breaking_off(before) as url, pytest.raises(TryLater):
        _send(Call("PUT", url, body=b"{}"))


def test_a_create_that_is_not_answered_in_time_is_doubtful():
    with serving(lambda asked: time.sleep(1) or {}) as server, pytest.raises(Doubtful):
        _send(_create(server.url, seconds=0.2))


def test_a_create_that_nobody_took_in_has_not_left():
    with serving(lambda asked: {}) as server:
        pass
    with pytest.raises(TryLater):
        _send(_create(server.url))


def test_a_create_before_a_certificate_that_is_not_trusted_has_not_left():
    refused = ssl.SSLCertVerificationError("self-signed certificate")

    class Distrusting:
        def to(self, *place):
            return self

        def urlopen(self, *asked, **how):
            from urllib3.exceptions import SSLError

            raise SSLError(refused)

    with pytest.raises(TryLater):
        Http(loopback=True, connections=Distrusting()).send(_create("https://127.0.0.1"))


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 507])
def test_an_error_of_the_other_side_leaves_a_create_doubtful(status: int):
    with serving(lambda asked: Says(status)) as server, pytest.raises(Doubtful):
        _send(_create(server.url))


@pytest.mark.parametrize("status", [408, 425, 429, 503])
def test_an_answer_that_says_that_nothing_was_done_is_tried_later(status: int):
    with (
        serving(lambda asked: Says(status, headers={"Retry-After": "9"})) as server,
        pytest.raises(TryLater) as failure,
    ):
        _send(_create(server.url))
    assert failure.value.after_seconds == 9


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_a_create_that_was_refused_was_not_done(status: int):
    with serving(lambda asked: Says(status)) as server, pytest.raises(Refused) as refusal:
        _send(_create(server.url))
    assert refusal.value.status == status


@pytest.mark.parametrize(
    "said",
    [Says(201, b"\xff\xfe"), Says(201, b"[" * 80 + b"]" * 80), Says(201, b"x", {"content-encoding": "gzip"})],
    ids=["no text", "too deep", "packed"],
)
def test_a_create_that_was_done_and_whose_answer_nobody_can_read_is_doubtful(said: Says):
    with serving(lambda asked: said) as server, pytest.raises(Doubtful):
        _send(_create(server.url))
    with serving(lambda asked: said) as server, pytest.raises(Refused):
        _send(Call("POST", server.url, body=b"{}"))


def test_asking_for_a_token_is_repeated_though_the_call_must_not_be():
    with serving(lambda asked: Says(502)) as server, pytest.raises(TryLater):
        _send(_create(server.url, access=Grant(f"{server.url}/token", "id", "secret")))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_who_must_not_redirect_is_refused_even_to_its_own_host(status: int):
    with (
        serving(lambda asked: Says(status, headers={"Location": "/elsewhere"})) as server,
        pytest.raises(Refused) as refusal,
    ):
        _send(_create(server.url, follow=False))
    assert server.paths() == ["POST /"]
    assert refusal.value.status == status
