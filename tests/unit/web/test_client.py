"""One request, against servers on loopback that misbehave in every way we know."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from cartback.domain.errors import Refused, TryLater
from cartback.domain.shop.calls import Basic, Call, Key, Reply
from cartback.web import client
from cartback.web.client import Http, pause
from tests.unit.web.server import Asked, Says, serving


def _get(url: str, **more) -> Reply:
    return Http(loopback=True).send(Call("GET", url, **more))


def test_an_answer_comes_back_with_status_headers_and_text():
    with serving(lambda asked: Says(201, {"a": "ü"}, {"X-Left": "7"})) as server:
        reply = _get(f"{server.url}/things?a=b")
    assert (reply.status, reply.headers["x-left"], reply.read()["a"].value) == (201, "7", "ü")
    (asked,) = server.asked
    assert (asked.path, asked.query) == ("/things", {"a": ["b"]})
    assert asked.headers["host"] == server.url.removeprefix("http://")
    assert asked.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("access", "header", "value"),
    [
        (Basic("name", "pass"), "authorization", "Basic bmFtZTpwYXNz"),
        (Key("x-api-key", "k"), "x-api-key", "k"),
    ],
)
def test_the_asker_proves_itself_as_the_other_side_wants(access, header: str, value: str):
    with serving(lambda asked: {}) as server:
        _get(server.url, access=access)
    assert server.asked[0].headers[header] == value


def test_what_is_secret_is_never_shown():
    shown = repr(Call("GET", "https://shop.example", Basic("name", "hidden-1")))
    assert "hidden-1" not in shown + repr(Key("x", "hidden-1")) + repr(Reply(200, {}, "hidden-1"))


@pytest.mark.parametrize("status", [400, 403, 405, 409, 422])
def test_what_we_got_wrong_is_refused_with_its_status(status: int):
    with (
        serving(lambda asked: Says(status, {"email": "a@b.example"})) as server,
        pytest.raises(Refused) as refusal,
    ):
        _get(f"{server.url}/people/a@b.example")
    assert refusal.value.status == status
    assert "b.example" not in refusal.value.reason


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_missing_is_an_answer_only_where_it_may_be(status: int):
    with serving(lambda asked: Says(status)) as server:
        assert _get(server.url, missing_ok=True).is_missing
        with pytest.raises(Refused):
            _get(server.url)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_is_busy_or_broken_is_tried_later_with_its_own_delay(status: int):
    with (
        serving(lambda asked: Says(status, headers={"Retry-After": "17"})) as server,
        pytest.raises(TryLater) as failure,
    ):
        _get(server.url)
    assert failure.value.after_seconds == 17


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0),
        ({"retry-after": " 120 "}, 120),
        ({"retry-after": "99999999"}, 86_400),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "٣"}, None),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 10:01:30 GMT",
                "date": "Sat, 21 Nov 2026 10:00:00 GMT",
            },
            90,
        ),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT",
                "date": "Sat, 21 Nov 2026 10:00:00 GMT",
            },
            0,
        ),
    ],
)
def test_a_wish_for_patience_is_seconds_or_a_date_by_the_senders_own_clock(headers, seconds):
    assert pause(headers) == seconds


def test_nobody_there_is_tried_later():
    with serving(lambda asked: {}) as server:
        pass
    with pytest.raises(TryLater):
        _get(server.url)


def test_an_answer_that_does_not_come_is_tried_later():
    with serving(lambda asked: time.sleep(1) or {}) as server, pytest.raises(TryLater):
        _get(server.url, seconds=0.2)


def _trickle() -> Iterator[bytes]:
    for _ in range(100):
        yield b" "
        time.sleep(0.05)


def test_a_trickle_does_not_outlive_the_calls_time():
    with serving(lambda asked: Says(pieces=_trickle())) as server:
        began = time.monotonic()
        with pytest.raises(TryLater):
            _get(server.url, seconds=0.4)
    assert time.monotonic() - began < 2


def _flood() -> Iterator[bytes]:
    while True:
        yield b"x" * 100_000


def test_a_flood_is_cut_off(monkeypatch):
    monkeypatch.setattr(client, "LARGEST", 1_000_000)
    with serving(lambda asked: Says(pieces=_flood())) as server, pytest.raises(Refused, match="more than"):
        _get(server.url)


def test_an_answer_just_within_the_limit_is_taken(monkeypatch):
    monkeypatch.setattr(client, "LARGEST", 10)
    with serving(lambda asked: Says(body=b'"12345678"')) as server:
        assert _get(server.url).read().value == "12345678"


def test_what_was_compressed_unasked_is_refused():
    with (
        serving(lambda asked: Says(body=b"x", headers={"Content-Encoding": "gzip"})) as server,
        pytest.raises(Refused, match="compresses"),
    ):
        _get(server.url)


def test_json_deeper_than_we_dare_to_parse_is_refused():
    with (
        serving(lambda asked: Says(body=b"[" * 65 + b"]" * 65)) as server,
        pytest.raises(Refused, match="deeper"),
    ):
        _get(server.url)


@pytest.mark.parametrize("body", [b"<html>", b"{", b'{"a":NaN}', b"1}", b'{"a":1},"b":{}'])
def test_what_is_not_json_is_refused_when_it_is_read(body: bytes):
    with serving(lambda asked: Says(body=body)) as server:
        reply = _get(server.url)
    with pytest.raises(Refused):
        reply.read()


def test_bytes_that_are_no_text_are_refused():
    with serving(lambda asked: Says(body=b"\xff\xfe\xfa")) as server, pytest.raises(Refused, match="UTF-8"):
        _get(server.url)


def test_a_redirect_on_the_same_host_is_followed():
    def answer(asked: Asked):
        return Says(302, headers={"Location": "/new?x=1"}) if asked.path == "/old" else {"ok": True}

    with serving(answer) as server:
        assert _get(f"{server.url}/old", access=Key("k", "v")).read()["ok"].value is True
    assert [asked.headers["k"] for asked in server.asked] == ["v", "v"]


def test_a_redirect_to_another_host_is_refused_and_never_asked():
    with serving(lambda asked: {"secret": 1}) as inner:
        elsewhere = Says(302, headers={"Location": f"{inner.url}/"})
        with serving(lambda asked: elsewhere) as server, pytest.raises(Refused, match="another host"):
            _get(server.url)
    assert inner.asked == []


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "//evil.example/",
        "file:///etc/passwd",
        "http://a@127.0.0.1/",
    ],
)
def test_a_redirect_never_leads_into_the_network_or_to_another_scheme(location: str):
    with serving(lambda asked: Says(301, headers={"Location": location})) as server, pytest.raises(Refused):
        _get(server.url)
    assert len(server.asked) == 1


def test_redirects_in_circles_end():
    with (
        serving(lambda asked: Says(302, headers={"Location": "/"})) as server,
        pytest.raises(Refused, match="circles"),
    ):
        _get(server.url)
    assert len(server.asked) == client.MOST_REDIRECTS + 1


@pytest.mark.parametrize(("status", "asked"), [(302, 1), (303, 1), (307, 2), (308, 2)])
def test_what_is_posted_is_posted_again_only_where_the_method_is_kept(status: int, asked: int):
    def answer(request: Asked):
        return Says(status, headers={"Location": "/b"}) if request.path == "/a" else {}

    with serving(answer) as server:
        try:
            Http(loopback=True).send(Call("POST", f"{server.url}/a", body=b"x"))
        except Refused:
            assert asked == 1
    assert [request.body for request in server.asked] == [b"x"] * asked


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "ftp://shop.example/",
        "https:///path",
        "https://user:pass@shop.example/",
        "https://shop.example:0/",
        "https://shop.example:99999/",
        "https://shop.example/a b",
        "https://shop.example\\@127.0.0.1/",
        "https://shöp.example/",
        "gopher://127.0.0.1/",
        "",
    ],
)
def test_an_address_that_is_not_plain_https_is_refused_before_anything_is_resolved(url: str):
    def never(host: str, port: int):
        raise AssertionError(host)

    with pytest.raises(Refused):
        Http(resolver=never).send(Call("GET", url))


@pytest.mark.parametrize(
    "url", ["https://localhost/", "https://127.0.0.1/", "https://2130706433/", "https://[::1]/"]
)
def test_this_machine_is_no_public_address_however_it_is_written(url: str):
    with pytest.raises((Refused, TryLater)) as failure:
        Http().send(Call("GET", url))
    assert not isinstance(failure.value, TryLater) or "no address" in failure.value.reason


def test_http_leads_to_this_machine_or_nowhere_even_on_the_local_cloud():
    with pytest.raises(Refused):
        Http(loopback=True, resolver=lambda host, port: ["93.184.216.34"]).send(
            Call("GET", "http://shop.example/")
        )


def test_a_name_that_resolves_differently_the_second_time_is_asked_only_once_per_request():
    """DNS rebinding: the address that was looked at is the one that is connected to."""
    with serving(lambda asked: {"here": True}) as server:
        port = urlsplit(server.url).port
        answers = iter([["127.0.0.1"], ["169.254.169.254"]])
        http = Http(loopback=True, resolver=lambda host, port: next(answers))
        assert http.send(Call("GET", f"http://shop.example:{port}/")).read()["here"].value is True
        with pytest.raises(Refused, match="public"):
            http.send(Call("GET", f"http://shop.example:{port}/"))
    assert [asked.headers["host"] for asked in server.asked] == [f"shop.example:{port}"]
