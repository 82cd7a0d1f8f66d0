"""Dead letters and kept events go through the real doors again: each is applied once, whoever sends it how often."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cartback.domain.errors import Refused
from cartback.shops import generic
from cartback.store.intake.raw import S3Raw
from cartback.store.queue import SqsQueue
from cartback.store.results import browse
from cartback.store.results.browse import DeadLetters, IntakeAgain
from cartback.usecases.intake.replay import Replay
from tests.doors.house import SHOP, checkout, order
from tests.doors.test_tasks import first_touch, touch
from tests.fakes.world import START, HandClock


@pytest.fixture
def letters(house, monkeypatch) -> DeadLetters:
    monkeypatch.setattr(browse, "_WAIT_SECONDS", 0)
    again = IntakeAgain(house.stack.clients, house.stack.refs["IntakeQueue"])
    return DeadLetters(house.stack.clients, house.stack.refs["IntakeDlq"], again)


def replay(house, **how):
    clock = HandClock(house.now)
    shelf = S3Raw(house.stack.clients, house.stack.refs["RawBucket"], clock)
    queue = SqsQueue(house.stack.clients, house.stack.refs["IntakeQueue"])
    return Replay(shelf, queue, clock)(SHOP, START - timedelta(hours=1), START + timedelta(days=1), **how)


def carts(house) -> list[str]:
    return [row["pk"]["S"] for row in house.stack.rows("Carts") if "#cart#" in row["pk"]["S"]]


def test_a_parked_event_is_applied_once_when_its_reason_is_gone_however_often_it_is_sent_on(
    house, letters, monkeypatch
):
    def broken(delivery):
        raise Refused("items[0]: is not what we know")

    with monkeypatch.context() as patch:
        patch.setattr(generic, "observe", broken)
        house.tell(checkout(), "msg_1")
    (parked,) = letters.look()
    assert (parked.reason, carts(house)) == ("items[0]: is not what we know", [])
    for _ in range(2):
        IntakeAgain(house.stack.clients, house.stack.refs["IntakeQueue"]).send(parked)
    letters.send_again({parked.message_id})
    assert house.work_off() == []
    assert len(carts(house)) == 1
    assert [fact["fact"] for fact in house.heard()].count("cart.opened") == 1
    assert letters.look() == []


def test_what_still_cannot_be_digested_comes_back_with_its_reason(house, letters, monkeypatch):
    def broken(delivery):
        raise Refused("still wrong")

    monkeypatch.setattr(generic, "observe", broken)
    house.tell(checkout(), "msg_1")
    (parked,) = letters.look()
    letters.send_again({parked.message_id})
    house.work_off()
    (again,) = letters.look()
    assert (again.body, again.reason) == (parked.body, "still wrong")


@pytest.mark.parametrize("force", [False, True])
def test_a_replayed_day_sends_nothing_that_was_sent_and_knows_what_was_bought(house, force):
    first_touch(house)
    sent = len(house.mails())
    assert sent == 1
    house.now += timedelta(minutes=10)
    house.tell(order(75), "msg_2")
    house.heard()
    rows = [
        {**json.loads(row["body"]["S"]), "version": 0} for row in house.stack.rows("Carts") if "body" in row
    ]
    assert replay(house, force=force).events == 2
    assert house.work_off() == []
    assert house.work_off() == []
    after = [
        {**json.loads(row["body"]["S"]), "version": 0} for row in house.stack.rows("Carts") if "body" in row
    ]
    assert after == rows
    for fact in house.heard():
        house.call("start_flows", {"detail": fact})
    for _ in range(3):
        house.now += timedelta(days=1)
        touch(house)
    assert len(house.mails()) == sent


def test_a_forced_replay_tells_the_same_facts_under_the_same_ids(house):
    house.tell(checkout(), "msg_1")
    before = {fact["id"] for fact in house.heard()}
    replay(house, force=True)
    house.work_off()
    assert {fact["id"] for fact in house.heard()} == before
