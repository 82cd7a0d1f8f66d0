"""What an operator looks at and sends on: the carts of a shop, and the letters of a dead-letter queue."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from cartback.domain.errors import Refused, TryLater
from cartback.domain.trade.cart import Cart
from cartback.ports import RowSet
from cartback.store.queue import SqsQueue
from cartback.store.results import browse
from cartback.store.results.browse import BusAgain, CartShelf, DeadLetters, IntakeAgain, Parked
from cartback.store.trade.records import DynamoRecords
from tests.contracts.stack import MotoClients, Stack
from tests.fakes.world import START, HandClock

FACT = {"source": "cartback", "detail-type": "cart.opened", "detail": {"fact": "cart.opened"}}


def test_the_latest_cart_is_shown_first_and_one_without_a_date_last(stack: Stack) -> None:
    clock = HandClock()
    carts = (
        Cart("demo", "undated"),
        Cart("demo", "closed", status="bought", closed_at=START + timedelta(hours=2)),
        Cart("demo", "early", activity_at=START),
        Cart("demo", "late", activity_at=START + timedelta(hours=3), closed_at=START),
    )
    page = RowSet(carts={cart.cart_id: cart for cart in carts})
    DynamoRecords(stack.own, stack.tables, clock).save("demo", RowSet(), page)
    shelf = CartShelf(stack.clients, stack.tables, clock)
    found, whole = shelf.carts("demo")
    assert ([cart.cart_id for cart in found], whole) == (["late", "closed", "early", "undated"], True)
    assert [cart.cart_id for cart in shelf.carts("demo", "bought")[0]] == ["closed"]
    assert len(shelf.carts("demo", "open")[0]) == 3


class Endless:
    """A table or a queue that never ends, in place of a client. ``asked`` counts."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer, self.asked, self.back = answer, 0, []

    def ask(self, **_: Any) -> dict[str, Any]:
        self.asked += 1
        return self.answer

    def take_back(self, Entries: list[dict[str, Any]], **_: Any) -> None:  # noqa: N803 - as botocore calls it
        self.back += Entries


def test_an_endless_table_is_looked_through_for_fifty_pages_and_said_to_go_on(
    monkeypatch, stack: Stack
) -> None:
    clock, clients = HandClock(), MotoClients()
    cart = Cart("demo", "c1", activity_at=START)
    DynamoRecords(stack.own, stack.tables, clock).save("demo", RowSet(), RowSet(carts={"c1": cart}))
    (row,) = stack.rows("Carts")
    table = Endless({"Items": [row], "LastEvaluatedKey": {"pk": {"S": "x"}}})
    monkeypatch.setattr(clients.dynamodb, "scan", table.ask)
    found, whole = CartShelf(clients, stack.tables, clock).carts("demo")
    assert (len(found), whole, table.asked) == (50, False, 50)


@pytest.fixture
def services(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setattr(browse, "_WAIT_SECONDS", 0)
    return stack.with_services()


def letters(stack: Stack, clients: Any = None) -> DeadLetters:
    used = clients or stack.clients
    return DeadLetters(used, stack.refs["IntakeDlq"], IntakeAgain(used, stack.refs["IntakeQueue"]))


def lying(stack: Stack, queue: str) -> list[str]:
    found: list[str] = []
    while messages := stack.messages(queue):
        found += [message["Body"] for message in messages]
    return sorted(found)


def parked(stack: Stack, body: str, **attributes: str) -> None:
    given = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    stack.own.sqs.send_message(QueueUrl=stack.refs["IntakeDlq"], MessageBody=body, MessageAttributes=given)


def test_a_letter_says_why_it_lies_there_in_our_words_or_in_eventbridges(services: Stack) -> None:
    """SQS itself parks without a word."""
    parked(services, "a", reason="ours", ERROR_MESSAGE="theirs", ERROR_CODE="CODE")
    parked(services, "b", ERROR_MESSAGE="theirs", ERROR_CODE="CODE")
    parked(services, "c", ERROR_CODE="CODE", OTHER="x")
    parked(services, "d", OTHER="x")
    told = {letter.body: letter.reason for letter in letters(services).look()}
    assert told == {"a": "ours", "b": "theirs", "c": "CODE", "d": "failed every time it was tried"}


def test_letters_are_shown_oldest_first_with_the_time_since_which_they_lie_there(monkeypatch) -> None:
    clients = MotoClients()
    sent = {"b": START + timedelta(hours=2), "c": START + timedelta(hours=3), "a": START}
    held = [
        {
            "MessageId": name,
            "Body": name,
            "ReceiptHandle": f"handle {name}",
            "Attributes": {"SentTimestamp": str(int(at.timestamp() * 1000))},
        }
        for name, at in sent.items()
    ]
    with Stubber(clients.sqs) as stub:
        asked = {
            "QueueUrl": "url",
            "MaxNumberOfMessages": 10,
            "VisibilityTimeout": 60,
            "WaitTimeSeconds": 1,
            "AttributeNames": ["SentTimestamp"],
            "MessageAttributeNames": ["All"],
        }
        stub.add_response("receive_message", {"Messages": held}, asked)
        stub.add_response("receive_message", {}, asked)
        stub.add_response(
            "change_message_visibility_batch",
            {"Successful": [], "Failed": []},
            {"QueueUrl": "url", "Entries": ANY},
        )
        shown = DeadLetters(clients, "url", IntakeAgain(clients, "again")).look()
    assert [(letter.message_id, letter.parked_at) for letter in shown] == sorted(sent.items())


def test_letters_that_were_shown_are_there_for_the_next_who_looks(services: Stack) -> None:
    for number in range(23):
        parked(services, f"e{number}")
    for _ in range(2):
        assert len(letters(services).look()) == 23
    assert len(lying(services, "IntakeDlq")) == 23


def test_at_most_five_hundred_letters_are_held_at_once_and_each_is_given_back(monkeypatch) -> None:
    clients = MotoClients()
    message = {"Body": "x", "ReceiptHandle": "h", "Attributes": {"SentTimestamp": "0"}}
    queue = Endless({"Messages": []})

    def receive(**asked: Any) -> dict[str, Any]:
        queue.ask(**asked)
        return {"Messages": [{**message, "MessageId": f"{queue.asked}/{n}"} for n in range(10)]}

    monkeypatch.setattr(clients.sqs, "receive_message", receive)
    monkeypatch.setattr(clients.sqs, "change_message_visibility_batch", queue.take_back)
    shown = DeadLetters(clients, "url", IntakeAgain(clients, "again")).look()
    assert (len(shown), queue.asked, len(queue.back)) == (500, 50, 500)
    assert all(entry["VisibilityTimeout"] == 0 for entry in queue.back)
    assert shown[0].parked_at == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.answered
def test_what_is_held_when_the_queue_falls_silent_is_given_back(services: Stack, monkeypatch) -> None:
    for number in range(12):
        parked(services, f"e{number}")
    clients, calls = services.clients, []
    real = clients.sqs.receive_message

    def receive(**asked: Any) -> dict[str, Any]:
        calls.append(asked)
        if len(calls) > 1:
            raise TryLater("the queue is away")
        return real(**asked)

    monkeypatch.setattr(clients.sqs, "receive_message", receive)
    with pytest.raises(TryLater):
        letters(services).look()
    monkeypatch.undo()
    assert len(lying(services, "IntakeDlq")) == 12


@pytest.mark.answered
def test_a_letter_that_could_not_be_sent_on_stays_and_so_do_those_behind_it(services: Stack) -> None:
    """Those before it went once, and are gone from here."""
    for number in range(4):
        parked(services, f"e{number}")
    here = letters(services)
    chosen = {letter.message_id for letter in here.look()}
    sent: list[str] = []

    class Again:
        def send(self, letter: Parked) -> None:
            if len(sent) == 2:
                raise TryLater("the queue is away")
            sent.append(letter.body)

    with pytest.raises(TryLater):
        DeadLetters(services.clients, services.refs["IntakeDlq"], Again()).send_again(chosen)
    assert lying(services, "IntakeDlq") == sorted({"e0", "e1", "e2", "e3"} - set(sent))


def letter(body: str) -> Parked:
    return Parked("m1", body, "lost", START, "handle")


@pytest.mark.parametrize("body", ["no JSON", "[1]", "5", "", "null"])
def test_a_letter_that_is_no_object_has_an_empty_envelope(body: str) -> None:
    assert letter(body).envelope() == {}
    assert letter('{"a": 1}').envelope() == {"a": 1}


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        json.dumps({**FACT, "source": "aws.s3"}),
        json.dumps({key: value for key, value in FACT.items() if key != "source"}),
        json.dumps({key: value for key, value in FACT.items() if key != "detail"}),
        json.dumps({"requestPayload": "text"}),
        json.dumps({**FACT, "requestPayload": {"source": "aws.s3", "detail": {}}}),
    ],
)
def test_what_is_no_fact_of_ours_is_not_told_again_and_the_letter_is_named(body: str) -> None:
    with pytest.raises(Refused, match="m1: is no fact"):
        BusAgain(MotoClients(), "bus").send(letter(body))


@pytest.mark.parametrize("body", [FACT, {"requestPayload": FACT, "source": "lambda"}])
def test_a_fact_is_told_again_as_it_was_told(body: dict[str, Any]) -> None:
    clients = MotoClients()
    entry = {
        "EventBusName": "bus",
        "Source": "cartback",
        "DetailType": "cart.opened",
        "Detail": '{"fact": "cart.opened"}',
    }
    with Stubber(clients.events) as stub:
        for failed in (0, 1):
            answer = {"FailedEntryCount": failed, "Entries": [{"EventId": "1"}]}
            stub.add_response("put_events", answer, {"Entries": [entry]})
        again = BusAgain(clients, "bus")
        again.send(letter(json.dumps(body)))
        with pytest.raises(TryLater):
            again.send(letter(json.dumps(body)))


@pytest.mark.answered
def test_an_event_goes_back_to_the_intake_as_it_first_arrived(services: Stack) -> None:
    SqsQueue(services.own, services.refs["IntakeDlq"]).park('{"a": "ü"}', "a reason")
    SqsQueue(services.own, services.refs["IntakeDlq"]).park('{"b": 1}', "another")
    here = letters(services)
    chosen = {one.message_id for one in here.look() if one.body == '{"a": "ü"}'}
    sent, refusals = here.send_again(chosen)
    assert refusals == []
    assert [one.body for one in sent] == lying(services, "IntakeQueue") == ['{"a": "ü"}']
    assert lying(services, "IntakeDlq") == ['{"b": 1}']
