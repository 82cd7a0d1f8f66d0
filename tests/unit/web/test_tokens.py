"""OAuth tokens: asked for once, kept until shortly before their end, asked for anew when refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from cartback.domain.errors import Refused, TryLater
from cartback.domain.shop.calls import Call, Grant
from cartback.web.client import Http
from cartback.web.tokens import TokenBook
from tests.unit.web.server import Asked, Says, serving


class Shop:
    """A token endpoint and one resource behind it."""

    def __init__(self) -> None:
        self.issued = 0
        self.valid = True
        self.token_says: Says | None = None

    def __call__(self, asked: Asked):
        if asked.path == "/token":
            if self.token_says is not None:
                return self.token_says
            self.issued += 1
            self.valid = True
            return {"access_token": f"t{self.issued}", "token_type": "Bearer", "expires_in": 600}
        good = self.valid and asked.headers.get("authorization") == f"Bearer t{self.issued}"
        return {"ok": True} if good else Says(401)


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def server(shop):
    with serving(shop) as server:
        yield server


@pytest.fixture
def call(server) -> Call:
    return Call("GET", f"{server.url}/things", Grant(f"{server.url}/token", "id", "secret", scope="all"))


def test_a_token_is_asked_for_once_and_used_until_shortly_before_its_end(shop, server, call):
    now = [0.0]
    http = Http(loopback=True, monotonic=lambda: now[0], tokens=TokenBook(lambda: now[0]))
    for _ in range(3):
        http.send(call)
    now[0] = 539
    http.send(call)
    assert shop.issued == 1
    now[0] = 541
    http.send(call)
    assert shop.issued == 2
    form = next(asked.body for asked in server.asked if asked.path == "/token")
    assert form == {
        "grant_type": ["client_credentials"],
        "client_id": ["id"],
        "client_secret": ["secret"],
        "scope": ["all"],
    }


def test_a_token_endpoint_that_reads_json_gets_json(server, call):
    Http(loopback=True).send(replace(call, access=replace(call.access, as_json=True)))
    assert server.asked[0].body["grant_type"] == "client_credentials"


def test_a_token_that_is_refused_is_asked_for_anew_once(shop, server, call):
    http = Http(loopback=True)
    http.send(call)
    shop.valid = False
    assert http.send(call).read()["ok"].value is True
    assert shop.issued == 2


def test_a_shop_that_refuses_every_token_is_asked_twice_and_not_for_ever(shop, server, call):
    refused = replace(call, access=replace(call.access, prefix="Wrong "))
    with pytest.raises(Refused) as refusal:
        Http(loopback=True).send(refused)
    assert refusal.value.status == 401
    assert server.paths().count("GET /things") == 2
    assert shop.issued == 2


def test_threads_that_need_a_token_at_once_ask_for_one(shop, server, call):
    http = Http(loopback=True)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(http.send, [call] * 8))
    assert all(reply.status == 200 for reply in replies)
    assert shop.issued == 1


@pytest.mark.parametrize("status", [400, 401])
def test_wrong_credentials_are_refused_without_telling_them(shop, server, call, status: int):
    shop.token_says = Says(status, {"error": "invalid_client"})
    with pytest.raises(Refused) as refusal:
        Http(loopback=True).send(call)
    assert "secret" not in refusal.value.reason
    assert server.paths() == ["POST /token"]


def test_a_busy_token_endpoint_is_tried_later(shop, server, call):
    shop.token_says = Says(429, headers={"Retry-After": "5"})
    with pytest.raises(TryLater) as failure:
        Http(loopback=True).send(call)
    assert failure.value.after_seconds == 5


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": "a\nb"}, {"access_token": 7}])
def test_an_answer_without_a_token_is_refused(shop, server, call, body):
    shop.token_says = Says(200, body)
    with pytest.raises(Refused, match="token"):
        Http(loopback=True).send(call)


def test_shops_never_share_a_token(shop, server, call):
    http = Http(loopback=True)
    http.send(call)
    other = replace(call, access=replace(call.access, client_id="other"))
    http.send(other)
    assert shop.issued == 2
