"""A run asks, a person answers, and the answer reaches the run once: in time, too late, twice, with four eyes."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from cartback.domain.connectors.connection import Connection
from cartback.domain.desk.entries import DONE, OPEN, PARKED, SNOOZED, TASK, opened
from cartback.domain.errors import Refused, TryLater
from cartback.domain.intake.responses import Visit
from tests.fakes.world import World

HOUR = 3600
SECRET = "0123456789abcdef"


def _world() -> World:
    world = World()
    options = {"to": "anna@shop.example,ben@shop.example", "sender": "alerts@shop.example"}
    world.effects.connections.save(None, Connection("demo", "alert_email", options=options, desk=True))
    return world


def _task(**changes: Any) -> dict[str, Any]:
    return {
        "shop": "demo",
        "flow": "low_stock",
        "run": "low-stock-1",
        "subject": {"kind": "variant", "id": "v1", "generation": 3},
        "step": "purchase_order",
        "target": "alert_email.send",
        "fields": {"title": "Order 40 bags"},
        "title": "Order 40 bags of coffee?",
        "amount": 48000,
        "currency": "EUR",
        "deadline_seconds": 8 * HOUR,
        "token": "token-1",
        **changes,
    }


def _asked(world: World, **changes: Any) -> str:
    return world.ask(_task(**changes))["approval"]


def test_an_answer_wakes_the_run_once_with_the_word_and_the_name_of_the_approval():
    world = _world()
    entry = _asked(world)
    world.effects.decide("demo", entry, "approved", "anna", "stock is short")
    assert world.effects.runs.told == [("token-1", {"next": "approved", "approval": entry})]
    kept = world.desk.read("demo", entry)
    assert [(step.actor, step.what) for step in kept.history][1:] == [
        ("anna", "approved"),
        ("cartback", "the run was told"),
    ]
    assert kept.history[1].reason == "stock is short"


def test_what_was_approved_is_carried_out_with_exactly_those_values_and_once():
    world = _world()
    task = _task()
    entry = _asked(world)
    world.effects.decide("demo", entry, "approved", "anna")
    from cartback.usecases.connectors.asked import Asked

    done = {**task, "approval": entry, "step": "place"}
    for _ in range(2):
        assert world.act(Asked.from_task(done))["next"] == "done"
    assert len(world.effects.mail.sent) == 1
    with pytest.raises(Refused, match="something else"):
        world.act(Asked.from_task({**done, "step": "again", "fields": {"title": "Order 4000 bags"}}))


def test_nobody_answers_and_the_default_counts_at_the_deadline():
    world = _world()
    entry = _asked(world)
    world.clock.move(seconds=8 * HOUR - 1)
    world.work_desk()
    assert world.effects.runs.told == []
    world.clock.move(seconds=1)
    assert world.work_desk()["expired"] == 1
    assert world.effects.runs.told == [("token-1", {"next": "rejected", "approval": entry})]
    assert world.work_desk()["expired"] == 0


def test_an_answer_after_the_deadline_is_told_that_it_is_late_though_no_sweep_came_by():
    world = _world()
    entry = _asked(world)
    world.clock.move(seconds=8 * HOUR)
    with pytest.raises(Refused, match="already"):
        world.effects.decide("demo", entry, "approved", "anna")
    assert world.effects.runs.told == []
    world.work_desk()
    assert world.effects.runs.told[0][1]["next"] == "rejected"


def test_a_second_answer_changes_nothing():
    world = _world()
    entry = _asked(world)
    world.effects.decide("demo", entry, "rejected", "anna")
    with pytest.raises(Refused, match="rejected already, by"):
        world.effects.decide("demo", entry, "approved", "ben")
    assert len(world.effects.runs.told) == 1


def test_four_eyes_are_two_people_and_neither_is_the_one_who_asked():
    world = _world()
    entry = _asked(world, four_eyes=True, asked_by="cora")
    decide = world.effects.decide
    assert decide("demo", entry, "approved", "anna").state == OPEN
    for who in ("anna", "cora"):
        with pytest.raises(Refused, match="four eyes"):
            decide("demo", entry, "approved", who)
    assert world.effects.runs.told == []
    assert decide("demo", entry, "approved", "ben").state == DONE
    assert len(world.effects.runs.told) == 1


def test_with_four_eyes_one_no_is_enough():
    world = _world()
    entry = _asked(world, four_eyes=True)
    world.effects.decide("demo", entry, "approved", "anna")
    assert world.effects.decide("demo", entry, "rejected", "ben").outcome == "rejected"


def test_only_who_may_answer_answers():
    world = _world()
    entry = _asked(world, may=["anna"])
    with pytest.raises(Refused) as refusal:
        world.effects.decide("demo", entry, "approved", "ben")
    assert refusal.value.status == 403
    world.effects.decide("demo", entry, "approved", "anna")


def test_a_task_that_is_called_again_brings_a_new_token_and_asks_nobody_twice():
    world = _world()
    entry = _asked(world)
    assert _asked(world, token="token-2") == entry
    world.effects.decide("demo", entry, "approved", "anna")
    assert [token for token, _ in world.effects.runs.told] == ["token-2"]


def test_a_run_that_was_sent_on_hears_at_once_what_was_decided():
    world = _world()
    entry = _asked(world)
    world.effects.decide("demo", entry, "approved", "anna")
    assert _asked(world, token="token-3") == entry
    assert [token for token, _ in world.effects.runs.told] == ["token-1", "token-3"]


def test_a_run_whose_answer_got_lost_is_told_by_the_next_sweep():
    world = _world()
    entry = _asked(world)
    before = world.effects.runs.answer

    def away(token: str, word: dict[str, object]) -> bool:
        raise TryLater("Step Functions")

    world.effects.runs.answer = away
    with pytest.raises(TryLater):
        world.effects.decide("demo", entry, "approved", "anna")
    world.effects.runs.answer = before
    world.work_desk()
    assert world.effects.runs.told == [("token-1", {"next": "approved", "approval": entry})]


def test_a_run_that_waits_no_more_is_noted_and_asked_no_more():
    world = _world()
    entry = _asked(world)
    world.effects.runs.gone.add("token-1")
    world.effects.decide("demo", entry, "approved", "anna")
    assert world.desk.read("demo", entry).history[-1].what == "the run waits no more"
    assert world.desk.listed("demo") == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"token": ""}, "token"),
        ({"deadline_seconds": 5}, "deadline_seconds"),
        ({"deadline_seconds": 10**9}, "deadline_seconds"),
        ({"deadline_seconds": "8"}, "deadline_seconds"),
        ({"default": "maybe"}, "default"),
        ({"may": "anna"}, "may"),
        ({"may": [str(n) for n in range(21)]}, "may"),
        ({"amount": 4.5}, "amount"),
        ({"target": "alert_email.fly"}, "no action fly"),
        ({"target": "pigeon.send"}, "no connector"),
        ({"fields": {}}, "title"),
        ({"subject": {}}, "subject|kind"),
    ],
)
def test_a_question_that_nobody_could_answer_or_carry_out_is_refused(changes: dict[str, Any], reason: str):
    world = _world()
    with pytest.raises(Refused, match=reason):
        _asked(world, **changes)
    assert world.desk.listed("demo") == []


# ── brought to people ────────────────────────────────────────────────────────────────────────────────────────────


def _links(world: World) -> list[str]:
    return [
        sent["text"].split("/a/")[1].split()[0] for sent in world.effects.mail.sent if "/a/" in sent["text"]
    ]


def test_everybody_is_told_once_and_reminded_once_with_a_link_of_their_own():
    world = _world()
    _asked(world)
    for _ in range(3):
        world.work_desk()
    assert [sent["to"] for sent in world.effects.mail.sent] == [("anna@shop.example",), ("ben@shop.example",)]
    world.clock.move(seconds=6 * HOUR)
    for _ in range(3):
        world.work_desk()
    assert len(world.effects.mail.sent) == 4
    assert world.effects.mail.sent[2]["subject"].startswith("[demo] Reminder: ")
    assert len(set(_links(world))) == 4


def test_a_link_shows_first_and_answers_once_for_the_person_it_was_sent_to():
    world = _world()
    entry = _asked(world)
    world.work_desk()
    link, other = _links(world)
    for _ in range(3):
        assert world.answer_ask.look(link).words == ("approved", "rejected")
    assert world.effects.runs.told == []
    assert world.answer_ask(link, "approved").entry.outcome == "approved"
    assert world.desk.read("demo", entry).history[1].actor == "anna@shop.example"
    for late in (link, other):
        assert world.answer_ask(late, "rejected").late
        assert world.answer_ask.look(late).words == ()
    assert len(world.effects.runs.told) == 1


def test_a_link_ends_with_the_deadline_and_a_forged_one_opens_nothing():
    world = _world()
    _asked(world)
    world.work_desk()
    link = _links(world)[0]
    for forged in ("", "demo", f"other.{link.partition('.')[2]}", f"{link[:-1]}x", f"{link}x"):
        assert world.answer_ask.look(forged) is None
        assert world.answer_ask(forged, "approved") is None
    assert world.answer_ask(link, "maybe").refused
    world.clock.move(seconds=8 * HOUR)
    assert world.answer_ask(link, "approved") is None
    assert world.effects.runs.told == []


def test_who_may_not_answer_gets_no_link_and_parked_runs_fill_no_inbox():
    world = _world()
    _asked(world, may=["ben@shop.example"])
    world.desk.save(opened("demo", PARKED, "A run failed", world.clock.now(), "run"))
    world.work_desk()
    assert [sent["to"] for sent in world.effects.mail.sent] == [("ben@shop.example",)]


def test_a_notice_that_is_doubtful_is_no_reason_for_a_notice():
    from cartback.domain.errors import Doubtful

    world = _world()
    world.effects.mail.fails = [Doubtful("SES"), Doubtful("SES")]
    _asked(world)
    for _ in range(5):
        world.work_desk()
        world.clock.move(minutes=1)
    assert world.effects.mail.sent == []
    assert len(world.desk.listed("demo")) <= 3


def test_what_was_put_off_comes_back_and_is_told_again():
    world = _world()
    world.desk.save(opened("demo", TASK, "Count the bags", world.clock.now(), "a"))
    entry = world.desk.listed("demo")[0].entry_id
    world.work_desk()
    until = world.clock.now().replace(hour=20)
    assert world.effects.decide.snooze("demo", entry, until, "anna", "later").state == SNOOZED
    world.work_desk()
    assert world.desk.read("demo", entry).state == SNOOZED
    world.clock.at = until
    assert world.work_desk()["back"] == 1
    assert world.desk.read("demo", entry).state == OPEN


# ── buttons ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _press(world: World, entry: str, word: str = "approved", user: str = "U0123", **changes: Any) -> Visit:
    said = {
        "user": {"id": user},
        "actions": [{"action_id": f"cartback.{word}", "value": entry}],
        "response_url": "https://hooks.slack.com/actions/1",
    }
    body = urlencode({"payload": json.dumps({**said, **changes})}).encode()
    stamp = str(int(world.clock.now().timestamp()))
    proof = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return Visit(
        "POST", "", "", {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={proof}"}, body
    )


def _slack() -> World:
    world = World()
    world.effects.keys.write("demo/slack/main", {"token": "xoxb-1234567890", "signing_secret": SECRET})
    options = {"channel": "C012", "people": "U0123=anna,U0456=ben"}
    world.effects.connections.save(None, Connection("demo", "slack", options=options))
    return world


def test_a_button_decides_for_the_person_whose_press_it_was_and_tells_them():
    world = _slack()
    entry = _asked(world)
    assert world.press_button("demo", _press(world, entry)).status == 200
    assert world.desk.read("demo", entry).history[1].actor == "anna"
    assert len(world.effects.runs.told) == 1
    assert b"approved" in world.effects.http.calls[0].body
    world.press_button("demo", _press(world, entry, "rejected", "U0456"))
    assert b"does not count" in world.effects.http.calls[1].body
    assert len(world.effects.runs.told) == 1


def test_whoever_is_not_named_and_whoever_did_not_sign_decides_nothing():
    world = _slack()
    entry = _asked(world)
    assert world.press_button("demo", _press(world, entry, user="U0999")).status == 200
    visit = _press(world, entry)
    for header, value in (
        ("x-slack-signature", "v0=" + "0" * 64),
        ("x-slack-request-timestamp", "1"),
        ("x-slack-signature", ""),
    ):
        forged = Visit("POST", "", "", {**visit.headers, header: value}, visit.body)
        assert world.press_button("demo", forged).status == 401
    assert world.press_button("other", visit).status == 401
    world.clock.move(seconds=301)
    assert world.press_button("demo", visit).status == 401
    assert world.desk.read("demo", entry).state == OPEN


@pytest.mark.parametrize(
    "changes",
    [
        {"actions": []},
        {"actions": [{"action_id": "x", "value": "y"}]},
        {"actions": 5},
        {"response_url": "https://evil.example/x"},
    ],
)
def test_a_signed_body_of_another_shape_is_refused_and_nobody_else_is_told(changes: dict[str, Any]):
    world = _slack()
    entry = _asked(world)
    answer = world.press_button("demo", _press(world, entry, **changes))
    assert (answer.status == 200) == ("response_url" in changes)
    assert world.effects.http.calls == []
