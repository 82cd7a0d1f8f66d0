"""The guide "add a channel" is true: its provider is found, sends once, sorts four outcomes, and its news are read."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cartback import channels
from cartback.domain import claims
from cartback.domain.channels import PROVIDERS
from cartback.domain.errors import Refused
from cartback.domain.intake.delivery import ShopKeys
from cartback.domain.people.suppression import GONE
from cartback.ports import ADDRESS_REFUSED, Doubtful, Means, NotSent, Sent
from cartback.web.client import Http
from tests.fakes.world import START, DictKeys, HandClock
from tests.unit.channels.test_sms_aws import SMS
from tests.unit.web.server import Says, serving

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "add_a_channel.md").read_text()
FILES = ("sms_beispiel", "sms_beispiel_events")
OURS = replace(SMS, provider="beispiel")


@pytest.fixture
def arrived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The folder of channels with the two files of the guide."""
    parts = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    for name, code in zip(FILES, parts, strict=True):
        (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(tmp_path)])
    monkeypatch.setitem(PROVIDERS, "sms", (*PROVIDERS["sms"], "beispiel"))
    for known in (channels.served, channels._told):
        known.cache_clear()
    yield
    monkeypatch.undo()
    for known in (channels.served, channels._told):
        known.cache_clear()
    for name in FILES:
        sys.modules.pop(f"cartback.channels.{name}", None)


@contextmanager
def provider(answer: Says):
    """The channel as a stack makes it, before a Beispiel that gives this answer."""
    with serving(lambda _: answer) as server:
        files = [module for each in channels.served().values() for module in each.values()]
        env = {name: "x" for module in files for name in module.NEEDS} | {"BEISPIEL_URL": server.url}
        keys = DictKeys()
        keys.by_shop["lumen/sms"] = ShopKeys("sms", ("a-key",))
        means = Means(lambda: None, lambda: Http(loopback=True), lambda: keys, HandClock)
        yield channels.by_name(env, means)["sms"], server


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Says(201, {"id": "m-1"}), Sent("m-1")),
        (Says(201, b"?"), Doubtful("accepted without a message id")),
        (Says(422, {}), NotSent("no_such_number", of_address=True, block=GONE)),
        (Says(401, {}), NotSent("127.0.0.1 answers 401")),
        (Says(429, {}), NotSent("127.0.0.1 answers 429", 10)),
        (Says(500, {}), Doubtful("127.0.0.1 answers 500")),
    ],
)
def test_the_provider_of_the_guide_is_asked_once_and_sorts_what_it_says(
    arrived: None, answer: Says, outcome: object
):
    with provider(answer) as (sms, server):
        assert sms.send(OURS) == outcome
    (asked,) = server.asked
    assert (asked.body["reference"], asked.headers["authorization"]) == ("lumen.claim_1-a", "Bearer a-key")


def test_what_it_cannot_carry_costs_no_request_and_a_deadline_is_told(arrived: None):
    with provider(Says(201, {"id": "m-1"})) as (sms, server):
        assert sms.send(replace(OURS, address="0151")) == ADDRESS_REFUSED
        assert isinstance(sms.send(replace(OURS, shop="nobody")), NotSent)
        assert server.asked == []
        sms.send(replace(OURS, deadline=START + timedelta(hours=2)))
    assert server.asked[0].body["until"] == (START + timedelta(hours=2)).isoformat()


def test_its_news_are_read_by_the_file_beside_it(arrived: None):
    def news(state: str) -> dict[str, object]:
        told = {"id": "m-1", "state": state, "reference": "lumen.c1", "at": START.isoformat()}
        return {"beispiel": told}

    (arrived_one,) = channels.receipts(news("arrived"))
    assert (arrived_one.shop, arrived_one.claim_id, arrived_one.state) == ("lumen", "c1", claims.DELIVERED)
    assert [channels.receipts(news(state))[0].permanent for state in ("off", "unknown_number")] == [
        False,
        True,
    ]
    assert channels.receipts(news("something new")) == []
    with pytest.raises(Refused):
        channels.receipts({"beispiel": {"state": "arrived"}})
