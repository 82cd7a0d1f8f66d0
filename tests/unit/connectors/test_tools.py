"""Tools that cannot sign tell us by a token that opens what its scopes name, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cartback.domain.connectors import tool_tokens
from cartback.domain.connectors.tool_tokens import made, may, proves
from cartback.domain.desk.entries import TASK
from cartback.domain.errors import Refused, TryLater
from cartback.domain.intake.responses import Visit
from cartback.usecases.connectors.hear_tool import MOST_STRANGERS
from tests.fakes.world import START
from tests.unit.connectors.shop_with_tools import Tools


def _visit(token: str, body: Any, **headers: str) -> Visit:
    given = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    return Visit("POST", "", "", given | headers, json.dumps(body).encode())


ORDER = {"type": "order.placed", "data": {"order_id": "1"}}


def _token(here: Tools, *scopes: str) -> str:
    return here.edit.make_token("demo", "n8n", scopes, "anna")[1]


def test_a_token_is_shown_once_and_kept_as_a_hash():
    here = Tools()
    token = _token(here, "open:task")
    (kept,) = here.connections.tokens("demo")
    assert token.startswith(f"cbt_{kept.token_id}_")
    assert token.rpartition("_")[2] not in repr(kept)
    assert proves(f"Bearer {token}", kept)


@pytest.mark.parametrize("scopes", [(), ("tell",), ("open:door",), ("tell:Order",), ("open:task", "x")])
def test_a_scope_that_there_is_not_is_refused(scopes: tuple[str, ...]):
    with pytest.raises(Refused, match="scope"):
        made("demo", "n8n", scopes, "a" * 43, START, "anna")


def test_a_tool_tells_what_its_scopes_name_and_nothing_else():
    here = Tools()
    token = _token(here, "tell:order.placed")
    assert here.hear("demo", "facts", _visit(token, ORDER)).status == 202
    (delivery,) = here.queue.deliveries
    assert (delivery.platform, delivery.topic, delivery.shop) == ("generic", "order.placed", "demo")
    assert here.hear("demo", "facts", _visit(token, {**ORDER, "type": "customer.erased"})).status == 403
    assert here.hear("demo", "tasks", _visit(token, {"title": "x"})).status == 403
    assert here.hear("demo", "doors", _visit(token, ORDER)).status == 404
    assert len(here.queue.deliveries) == 1
    assert may(here.connections.tokens("demo")[0], "tell:order.placed")


def test_a_tool_that_may_tell_anything_may_not_open_tasks():
    here = Tools()
    token = _token(here, "tell:*")
    assert here.hear("demo", "facts", _visit(token, ORDER)).status == 202
    assert here.hear("demo", "tasks", _visit(token, {"title": "x"})).status == 403


def test_told_twice_under_one_key_is_one_event_and_bytes_stand_in_for_a_key():
    here = Tools()
    token = _token(here, "tell:*")
    for key in ("k1", "k1", "k2"):
        here.hear("demo", "facts", _visit(token, ORDER, **{"idempotency-key": key}))
    for _ in range(2):
        here.hear("demo", "facts", _visit(token, ORDER))
    assert len({delivery.key for delivery in here.queue.deliveries}) == 3
    assert here.metrics.counts["ToolsWithoutKeys"] == 2


def test_a_task_is_one_however_often_it_is_opened():
    here = Tools()
    token = _token(here, "open:task")
    for _ in range(2):
        answer = here.hear(
            "demo", "tasks", _visit(token, {"title": "Call the printer"}, **{"webhook-id": "w1"})
        )
        assert answer.status == 202
    (entry,) = here.desk.listed("demo")
    assert (entry.kind, entry.title, entry.times, entry.data["tool"]) == (TASK, "Call the printer", 2, "n8n")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic abc", "Bearer cbt_000000000000_" + "a" * 43, "Bearer ü"]
)
def test_a_stranger_is_turned_away_alike_at_every_shop(header: str):
    here = Tools()
    _token(here, "tell:*")
    answers = {
        (answer.status, answer.line)
        for shop in ("demo", "nobody", "../x")
        for answer in [here.hear(shop, "facts", _visit("", ORDER, authorization=header))]
    }
    assert answers == {(401, "token missing or wrong")}


def test_another_shops_token_and_a_revoked_one_open_nothing():
    here = Tools()
    token = _token(here, "tell:*")
    assert here.hear("other", "facts", _visit(token, ORDER)).status == 401
    here.edit.revoke("demo", here.connections.tokens("demo")[0].token_id)
    assert here.hear("demo", "facts", _visit(token, ORDER)).status == 401
    with pytest.raises(Refused):
        here.edit.revoke("demo", "0" * 12)


def test_a_flood_of_one_tool_or_of_strangers_is_put_off():
    here = Tools()
    token = _token(here, "tell:*")
    statuses = [
        here.hear("demo", "facts", _visit(token, ORDER)).status for _ in range(tool_tokens.MOST_A_MINUTE + 1)
    ]
    assert statuses[-2:] == [202, 429]
    strange = [here.hear("demo", "facts", _visit("x", ORDER)).status for _ in range(MOST_STRANGERS + 1)]
    assert strange[-2:] == [401, 429]
    here.clock.move(minutes=1)
    assert here.hear("demo", "facts", _visit(token, ORDER)).status == 202


@pytest.mark.parametrize(
    ("visit", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"idempotency-key": "a b"}, 400),
    ],
)
def test_what_cannot_be_read_is_refused(visit: dict[str, str], status: int):
    here = Tools()
    assert here.hear("demo", "facts", _visit(_token(here, "tell:*"), ORDER, **visit)).status == status


def test_a_body_that_is_too_large_or_no_object_is_refused_and_our_own_trouble_is_503(monkeypatch):
    here = Tools()
    token = _token(here, "tell:*", "open:task")
    assert here.hear("demo", "facts", _visit(token, ["x" * 300_000])).status == 413
    assert here.hear("demo", "facts", _visit(token, [])).status == 400
    assert here.hear("demo", "tasks", _visit(token, {"title": " "})).status == 400

    def away(delivery: Any) -> None:
        raise TryLater("SQS")

    monkeypatch.setattr(here.queue, "put", away)
    assert here.hear("demo", "facts", _visit(token, ORDER)).status == 503
