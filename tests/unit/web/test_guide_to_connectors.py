"""The guide's connector, built from its page, keeps the contract and is carried out once."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from cartback.domain.connectors.actions import Wanted, actions_of
from cartback.domain.connectors.connection import Connection
from cartback.domain.errors import Doubtful, Refused, TryLater
from cartback.ports import Ways
from cartback.web.client import Http
from tests.fakes.connectors import ListTeamMail
from tests.fakes.world import HandClock
from tests.laws.reading import ROOT
from tests.unit.web.server import Asked, Says, serving

PAGE = (ROOT / "docs" / "guides" / "add_a_connector.md").read_text()
WANTED = Wanted("cartback:demo:1", {"subject": "A lamp is broken"}, known="77")


@pytest.fixture(scope="module")
def tickets() -> ModuleType:
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    module = ModuleType("tickets")
    exec(compile(code, "add_a_connector.md", "exec"), module.__dict__)
    return module


def _made(tickets: ModuleType, url: str):
    access = {"url": url, "key": "12345678"}
    tickets.NEEDS.check(access)
    return tickets.Connector(
        Connection("demo", "tickets"), access, Ways(Http(loopback=True), ListTeamMail(), HandClock())
    )


def _vendor(asked: Asked) -> Says:
    if asked.path == "/me":
        return Says(body={"name": "Lamps"})
    if asked.method == "GET":
        known = asked.query["external_id"] == [WANTED.key]
        return Says(body={"tickets": [{"id": 4711}] if known else []})
    return Says(201, {"id": 4711})


def test_the_guides_connector_opens_finds_tags_and_checks(tickets: ModuleType):
    with serving(_vendor) as server:
        made = _made(tickets, server.url)
        assert made.open_ticket(WANTED).vendor_id == made.find(WANTED).vendor_id == "4711"
        assert made.find(Wanted("cartback:demo:2", {})) is None
        made.set_tag(Wanted(WANTED.key, {"tag": "vip"}, known="77"))
        assert made.check() == "tickets of Lamps"
    assert server.asked[0].body["external_id"] == WANTED.key
    assert "PUT /tickets/77/tags/vip" in server.paths()


@pytest.mark.parametrize(
    ("said", "creating", "setting"),
    [
        (Says(500), Doubtful, TryLater),
        (Says(401), Refused, Refused),
        (Says(429, headers={"Retry-After": "3"}), TryLater, TryLater),
        (Says(302, headers={"Location": "/x"}), Refused, Refused),
    ],
)
def test_the_guides_connector_sorts_failures_into_the_four_kinds(
    tickets: ModuleType, said, creating, setting
):
    with serving(lambda asked: said) as server:
        made = _made(tickets, server.url)
        with pytest.raises(creating):
            made.open_ticket(WANTED)
        with pytest.raises(setting):
            made.set_tag(Wanted(WANTED.key, {"tag": "vip"}, known="77"))


def test_the_guides_connector_says_what_a_connector_has_to_say(tickets: ModuleType):
    found = actions_of(tickets.Connector)
    assert {name: each.kind for name, each in found.items()} == {"open_ticket": "create", "set_tag": "set"}
    assert found["open_ticket"].links
    assert hasattr(tickets.Connector, found["open_ticket"].found_by)
    with serving(lambda asked: Says(201, {})) as server, pytest.raises(Doubtful):
        _made(tickets, server.url).open_ticket(WANTED)
