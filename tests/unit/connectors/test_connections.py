"""Connections are judged field by field, and facts are told until they are taken."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cartback import connectors
from cartback.domain.connectors.connection import Connection, check, parsed_name
from cartback.domain.connectors.webhooks import SCHEDULE, key_of, pause_after
from cartback.domain.desk.entries import UNKNOWN
from cartback.domain.errors import Refused, TryLater
from tests.fakes.world import START
from tests.unit.connectors.samples import SAMPLES, SECRET
from tests.unit.connectors.shop_with_tools import FACT, Tools

# ── settings ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"facts": ["order.payed"]}, "there is no fact order.payed"),
        ({"approve": ["fly"]}, "has no action fly"),
        ({"desk": True}, "brings nobody anything"),
        ({"options": {"colour": "red"}}, "options.colour: no such field"),
        ({"mapping": {"Order": "x"}}, "mapping.Order"),
        ({"mapping": {"order_ref": "a b"}}, "mapping.order_ref"),
        ({"colour": "red"}, "colour: no such field"),
        ({"facts": "order.paid"}, "facts: must be a list"),
        ({"options": []}, "options: must be names"),
        ({"desk": "yes"}, "desk: must be true or false"),
    ],
)
def test_settings_that_a_connector_cannot_have_are_refused_with_the_name_of_the_field(changes, reason: str):
    here = Tools()
    with pytest.raises(Refused, match=reason):
        here.connect(**changes)
    assert here.connections.connected("demo") == []
    assert here.keys.by_name == {}


def test_who_is_not_told_of_facts_cannot_choose_any():
    with pytest.raises(Refused, match="is not told of facts"):
        check(
            replace(Connection("demo", "slack"), options=SAMPLES["slack"].options, facts=("order.paid",)),
            connectors.kind("slack"),
        )


@pytest.mark.parametrize("name", ["", "slack/", "slack/A", "Slack", "slack/a/b", "../x"])
def test_a_connection_has_a_name_that_can_stand_in_a_path(name: str):
    if name == "slack/":
        assert parsed_name(name) == ("slack", "main")
        return
    with pytest.raises(Refused):
        parsed_name(name)


def test_a_connection_without_access_is_refused_and_one_that_has_it_keeps_it_when_it_is_changed():
    here = Tools()
    with pytest.raises(Refused, match="needs url, secret"):
        here.edit.add("demo", "standard_webhooks", {}, {}, "anna")
    here.connect()
    after = here.edit.add("demo", "standard_webhooks", {}, {"facts": ["cart.bought"]}, "ben")
    assert (after.facts, after.changed_by) == (("cart.bought",), "ben")
    assert here.keys.of("demo/standard_webhooks/main")["secret"] == SECRET


def test_how_connections_stand_shows_what_waits_and_what_is_lost():
    here = Tools()
    here.connect()
    here.http.fails = [Refused("n8n.example answers 401", 401)]
    here.forward(FACT)
    (standing,) = here.edit.standing("demo")
    assert (standing.waiting, standing.breaker_open, standing.lost_because) == (
        1,
        True,
        "n8n.example answers 401",
    )
    here.edit.check("demo", "standard_webhooks")
    (standing,) = here.edit.standing("demo")
    assert (standing.lost_at, standing.breaker_open) == (None, False)


def test_a_connection_is_switched_off_on_again_and_dropped_with_its_secret():
    here = Tools()
    here.connect()
    assert not here.edit.switch("demo", "standard_webhooks", "moving", "anna").is_on
    assert here.forward(FACT) == {"told": 0, "waiting": 0}
    assert here.edit.switch("demo", "standard_webhooks", "", "anna").is_on
    here.edit.drop("demo", "standard_webhooks")
    assert here.keys.by_name == {}
    with pytest.raises(Refused, match="has no connection"):
        here.edit.drop("demo", "standard_webhooks")


# ── facts out ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_chosen_fact_is_told_once_under_the_names_that_the_shop_gave_its_fields():
    here = Tools()
    here.connect(mapping={"order_ref": "order_number", "person_id": "-"})
    assert here.forward(FACT) == here.forward(FACT) == {"told": 1, "waiting": 0}
    (call,) = here.http.calls
    assert call.headers["webhook-id"] == "f-1"
    assert json.loads(call.body) == {
        "type": "order.paid",
        "timestamp": START.isoformat(),
        "data": {"shop": "demo", "order_number": "1001"},
    }
    assert here.forward({**FACT, "fact": "cart.bought", "id": "f-2"}) == {"told": 0, "waiting": 0}
    assert here.forward({**FACT, "shop": "other", "id": "f-3"}) == {"told": 0, "waiting": 0}


def test_what_is_not_taken_is_sent_again_by_the_schedule_with_the_same_id_and_a_fresh_time():
    here = Tools()
    here.connect()
    here.http.fails = [Refused("n8n.example answers 404", 404)] * len(SCHEDULE)
    assert here.forward(FACT) == {"told": 0, "waiting": 1}
    for pause in SCHEDULE[:-1]:
        assert here.forward.send_due(["demo", "other"]) == {"told": 0, "waiting": 0}
        here.clock.move(seconds=pause.total_seconds())
        assert here.forward.send_due(["demo", "other"]) == {"told": 0, "waiting": 1}
    here.clock.move(seconds=SCHEDULE[-1].total_seconds())
    assert here.forward.send_due(["demo", "other"]) == {"told": 1, "waiting": 0}
    assert {call.headers["webhook-id"] for call in here.http.calls} == {"f-1"}
    assert len({call.headers["webhook-timestamp"] for call in here.http.calls}) == len(SCHEDULE) + 1
    assert (here.work.waiting("demo"), here.desk.listed("demo")) == ([], [])


def test_after_the_last_attempt_a_person_sees_it():
    here = Tools()
    here.connect()
    here.http.fails = [Refused("n8n.example answers 500", 500)] * 99
    here.forward(FACT)
    for pause in SCHEDULE:
        here.clock.move(seconds=pause.total_seconds())
        here.forward.send_due(["demo", "other"])
    (entry,) = here.desk.listed("demo")
    assert (entry.kind, entry.data["id"], here.metrics.counts["FactsNotTold"]) == (UNKNOWN, "f-1", 1)
    assert here.work.waiting("demo") == []


def test_the_schedule_is_never_quicker_than_the_receiver_wishes():
    here = Tools()
    here.connect()
    here.http.fails = [TryLater("busy", 7200)]
    here.forward(FACT)
    (waiting,) = here.work.waiting("demo")
    assert (waiting.due_at - START).total_seconds() == 7200


def test_a_receiver_that_says_410_is_switched_off_and_asked_no_more():
    here = Tools()
    here.connect()
    here.http.fails = [Refused("n8n.example answers 410", 410)]
    here.forward(FACT)
    assert not here.connections.read("demo", "standard_webhooks", "main").is_on
    assert len(here.desk.listed("demo")) == 2
    here.forward({**FACT, "id": "f-2"})
    assert len(here.http.calls) == 1


def test_what_waits_for_a_receiver_that_was_taken_away_is_over():
    here = Tools()
    here.connect()
    here.http.fails = [TryLater("away")]
    here.forward(FACT)
    here.edit.drop("demo", "standard_webhooks")
    here.clock.move(days=1)
    assert here.forward.send_due(["demo", "other"]) == {"told": 1, "waiting": 0}
    assert (here.work.waiting("demo"), len(here.http.calls)) == ([], 1)


def test_the_schedule_is_the_specifications():
    assert [pause_after(n) for n in range(1, 11)] == [*SCHEDULE, None]
    assert sum(pause.total_seconds() for pause in SCHEDULE) / 3600 == pytest.approx(75.58, abs=0.01)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_QUFB", "whsec_%%%%", "whsec_" + "QUFB" * 24])
def test_a_secret_of_another_kind_or_length_is_refused(secret: str):
    with pytest.raises(Refused):
        key_of(secret)
