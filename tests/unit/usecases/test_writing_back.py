"""Who writes back to a shop waits for an answer: a fact, a pause and a task, and not a word of what they wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.channels import whatsapp_answers
from cartback.domain.desk.entries import TASK
from cartback.domain.messaging import opt_out_reply
from cartback.domain.messaging.opt_out_reply import ANSWERS, TOPIC, WroteBack, packed
from cartback.domain.observations import AnswerSeen
from cartback.domain.people.tickets import ANSWER, ANSWER_COUNTS
from cartback.domain.policy import Touch
from cartback.ports import Delivery
from cartback.usecases.runs import Run
from tests.fakes.answer_senders import NUMBER, whatsapp_message, whatsapp_request
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World, a_policy

SECONDS, HOUR = int(START.timestamp()), timedelta(hours=1)
WORDS = "Passt die Lampe auch an die Wand?"


def heard(*messages) -> tuple[WroteBack, ...]:
    return whatsapp_answers.answers(whatsapp_request(messages=list(messages)), START + HOUR)


def letter(wrote: WroteBack, key: str = "whatsapp:1") -> Delivery:
    return Delivery("demo", ANSWERS, TOPIC, key, START + HOUR, packed([], [wrote]))


def test_what_somebody_writes_stays_where_it_is():
    (wrote,) = heard(whatsapp_message(SECONDS, WORDS))
    assert (wrote.number, wrote.at) == (NUMBER, START)
    assert "Lampe" not in packed([], [wrote])
    assert "wamid" not in wrote.ref


@pytest.mark.parametrize(
    "message",
    [
        whatsapp_message(SECONDS, "STOP"),
        {**whatsapp_message(SECONDS), "type": "reaction"},
        {**whatsapp_message(SECONDS), "type": "system"},
        {**whatsapp_message(SECONDS), "type": "order"},
        {**whatsapp_message(SECONDS, WORDS), "id": 5},
        {**whatsapp_message(SECONDS, WORDS), "from": "not a number"},
    ],
)
def test_a_farewell_and_what_nobody_made_to_be_read_are_no_answers(message):
    assert heard(message) == ()


def test_a_button_with_a_question_is_an_answer_and_the_one_that_leaves_is_none():
    asked = {**whatsapp_message(SECONDS), "type": "button", "button": {"text": "Rückruf", "payload": "CALL"}}
    leaves = {**asked, "button": {"text": "Keine Nachrichten mehr", "payload": "STOP"}}
    assert len(heard(asked)) == 1
    assert heard(leaves) == ()


def test_the_same_message_told_twice_is_one_and_a_clock_ahead_is_not_believed():
    (wrote,) = heard(*[whatsapp_message(SECONDS + 10**6, WORDS)] * 2)
    assert wrote.at == START + HOUR


def test_who_has_a_name_and_no_number_is_heard_by_it():
    message = {**whatsapp_message(SECONDS, WORDS), "from_user_id": "US.13491208655302741918"}
    del message["from"]
    (wrote,) = heard(message)
    (seen,) = opt_out_reply.observe(letter(wrote))
    assert isinstance(seen, AnswerSeen)
    assert seen.contact.whatsapp_user == "US.13491208655302741918"


class Shop:
    """Ada with a cart and a number, and a run about it."""

    def __init__(self) -> None:
        told = Told()
        self.world = World(adapter=lambda platform: opt_out_reply if platform == ANSWERS else told)
        self.world.settings.policies["demo"] = a_policy(touches=(Touch("reminder", HOUR),))
        contact = ada(phone=NUMBER)
        self.world.deliver(told.delivery("e1", cart(START, SHIRT, contact=contact), at=START))
        (name,) = self.world.start_due()
        given = self.world.runs.started[name]
        self.run = Run(
            "cart_recovery", name, "demo", given["subject"], given["generation"], given["person_id"]
        )
        self.world.clock.at = START + HOUR

    def writes(self, body: str = WORDS, key: str = "whatsapp:1") -> None:
        (wrote,) = heard(whatsapp_message(SECONDS, body))
        self.world.deliver(letter(wrote, key))

    def person(self):
        (row,) = [row for row, _ in self.world.tables.rows["persons"].values() if row.email]
        return row

    def tasks(self):
        return [entry for entry in self.world.desk.listed("demo") if entry.kind == TASK]


@pytest.fixture
def shop():
    return Shop()


def test_an_answer_is_a_fact_without_people_in_it(shop):
    shop.writes()
    (fact,) = [each for each in shop.world.bus.facts if each.name == "ticket.opened"]
    assert fact.data["person_id"] == shop.person().person_id
    assert fact.data["ticket_id"].startswith(ANSWER)
    assert NUMBER not in str(fact.as_detail())


def test_it_reaches_the_desk_once_with_the_story_of_the_cart(shop):
    shop.writes()
    shop.writes(key="whatsapp:again")
    (task,) = shop.tasks()
    assert task.about == shop.run.subject.timeline
    assert (task.times, task.data["person_id"]) == (2, shop.person().person_id)
    assert NUMBER not in str(task)


def test_reminding_rests_until_it_is_over(shop):
    shop.writes()
    answer = shop.world.touch(shop.run, None, 0)
    assert (answer["next"], shop.world.outbox.sent) == ("wait", [])
    until = START + ANSWER_COUNTS
    assert answer["wait_seconds"] == (until - shop.world.clock.now()).total_seconds()
    shop.world.clock.at = until
    shop.world.touch(shop.run, None, 0)
    assert len(shop.world.outbox.sent) == 1


def test_of_a_stranger_nothing_is_kept(shop):
    before = dict(shop.world.tables.rows["persons"])
    (wrote,) = heard(whatsapp_message(SECONDS, WORDS))
    shop.world.deliver(letter(replace(wrote, number="+4930999999")))
    assert shop.world.tables.rows["persons"] == before
    assert shop.tasks() == []


def test_a_shop_whose_desk_is_elsewhere_still_hears_of_it(shop):
    shop.world.apply_events = replace(shop.world.apply_events, desk=None)
    shop.writes()
    assert [ticket.is_open for ticket in shop.person().tickets] == [True]
