"""What a webhook, a batch and a touch may ask of AWS, counted on the real handlers (performance.md, "Budgets")."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from datetime import timedelta
from math import ceil
from typing import Any

import pytest
from moto import mock_aws

from bench.recorded import Recorder, listening, told
from tests.contracts.stack import CREDENTIALS, Stack
from tests.doors.house import SECRET, SHOP, House, checkout, sample
from tests.fakes.pages import claims_of, page_event, sealed
from tests.fakes.world import START

_SERVICES = ("dynamodb", "sqs", "events", "stepfunctions", "s3", "secretsmanager")
EVENTS = 10


class Counted(House):
    """The lamp shop's stack, with everything recorded that a warm door asks of AWS."""

    def __init__(self, stack: Stack, monkeypatch: pytest.MonkeyPatch, recorder: Recorder) -> None:
        super().__init__(stack, monkeypatch)
        self.recorder = recorder

    def warm(self, door: str, event: dict[str, Any]) -> Any:
        """Call a door that was called before in this wiring; only this call is recorded."""
        self.recorder.taken()
        return importlib.import_module(f"functions.{door}").handler(event, None)

    def batch(self, *bodies: bytes) -> list[Any]:
        """Let webhooks in and work them off as one batch by a warm worker; gives the calls of the worker."""
        self.apply([])
        for number, body in enumerate(bodies):
            answer = self.webhook(body, self.signed(body, f"msg_{number}_{len(bodies)}_{hash(body)}"))
            assert answer["statusCode"] == 202
        found = [*self.stack.messages("IntakeQueue"), *self.stack.messages("IntakeQueue")]
        assert len(found) == len(bodies)
        self.apply([])
        records = [
            {
                "messageId": each["MessageId"],
                "body": each["Body"],
                "attributes": {"ApproximateReceiveCount": "1"},
            }
            for each in found
        ]
        assert self.warm("apply_events", {"Records": records}) == {"batchItemFailures": []}
        return self.recorder.taken()


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    recorder = Recorder()
    with mock_aws(), listening(recorder):
        stack = Stack()
        emitters = [getattr(stack.clients, service).meta.events for service in _SERVICES]
        for emitter in emitters:
            recorder.watch(emitter)
        yield Counted(stack, monkeypatch, recorder)
        for emitter in emitters:
            recorder.unwatch(emitter)


def carts(count: int, step: int = 0, items: int = 1) -> list[bytes]:
    """Events of so many carts of so many people."""
    return [
        json.dumps(
            checkout(
                step,
                ref=f"c-{number}",
                customer={
                    "email": f"shopper{number}@example.com",
                    "consents": [
                        {"channel": "email", "granted": True, "at": "2026-01-01T00:00:00Z",
                         "basis": "double_opt_in", "source": "form"}
                    ],
                },
                items=[
                    {"variant_id": f"V{i}", "title": f"Lamp {i}", "quantity": 1 + step, "unit_price": "59.90"}
                    for i in range(items)
                ],
            )
        ).encode()
        for number in range(count)
    ]  # fmt: skip


def test_the_door_makes_one_call_per_webhook(house):
    body = carts(1)[0]
    assert house.webhook(body, house.signed(body, "msg_1"))["statusCode"] == 202
    event = sample("receive_webhook")
    event["pathParameters"], event["isBase64Encoded"], event["body"] = {"shop": SHOP}, False, body.decode()
    event["headers"] = {"content-type": "application/json", **house.signed(body, "msg_2")}
    assert house.warm("receive_webhook", event)["statusCode"] == 202
    assert told(house.recorder.taken()) == {"sqs.SendMessage": 1}


def test_the_door_of_pages_makes_one_call_per_event_however_many_come_at_once(house):
    def event(cart: str, name: int) -> dict[str, Any]:
        given = sample("collect")
        given["pathParameters"]["shop"], given["headers"]["origin"] = SHOP, "https://lampen.example"
        token = sealed(claims_of(SHOP, START, cart=cart), SECRET)
        return given | {"body": json.dumps(page_event(token, event_id=f"{name:032x}"))}

    assert house.call("collect", event("c-1", 1))["statusCode"] == 202
    for number in range(2, 10):
        assert house.warm("collect", event("c-1", number))["statusCode"] == 202
        assert told(house.recorder.taken()) == {"sqs.SendMessage": 1}


def test_a_webhook_costs_at_most_three_calls_behind_the_queue(house):
    first = house.batch(*carts(EVENTS))
    again = house.batch(*carts(EVENTS, step=5))
    assert len(first) <= 3 * EVENTS, told(first)
    assert len(again) <= 3 * EVENTS, told(again)


def test_the_calls_of_a_batch_do_not_grow_with_the_carts_in_it(house):
    few, many = told(house.batch(*carts(2))), told(house.batch(*carts(EVENTS, step=1)))
    assert many.pop("events.PutEvents") <= ceil(EVENTS * 3 / 10), "ten facts travel in one request"
    assert many == {name: count for name, count in few.items() if name != "events.PutEvents"}


def test_ten_webhooks_of_one_cart_cost_fewer_than_ten_writes(house):
    bodies = [json.dumps(checkout(minute, total=f"{minute}.00")).encode() for minute in range(1, 11)]
    calls = house.batch(*bodies)
    assert sum(call.writes for call in calls) < 10, told(calls)
    rows = sum("#cart#" in row["pk"]["S"] for row in house.stack.rows("Carts"))
    assert rows == 1


def test_one_more_change_of_a_cart_with_a_long_story_costs_twelve_units_of_writing(house):
    """The key, in a transaction and to complete it (3), the person (2), the cart (6), once a minute the pulse (1)."""
    for begin in range(0, 50, EVENTS):
        house.batch(*(carts(1, step)[0] for step in range(begin, begin + EVENTS)))
    one_more = house.batch(carts(1, 50)[0])
    (row,) = [row for row in house.stack.rows("Carts") if "#cart#" in row["pk"]["S"]]
    assert len(json.loads(row["body"]["S"])["history"]) == 40
    assert sum(call.write_units for call in one_more) <= 12, one_more


def test_the_calls_of_a_batch_do_not_grow_with_the_lines_of_a_cart(house):
    short, long = house.batch(*carts(3)), house.batch(*carts(3, step=1, items=40))
    assert told(long) == told(short)


def _touch(
    opened: dict[str, Any], known: dict[str, Any] | None = None, of: str | None = None
) -> dict[str, Any]:
    """A touch as the machine asks for it, of the cart that a fact tells of or of another."""
    data = opened["data"]
    about = {
        "flow": "cart_recovery", "shop": SHOP, "subject": of or data["cart_id"], "generation": 1, "kind": "cart",
        "person_id": data["person_id"], "variants": [], "wait_seconds": 3600,
    }  # fmt: skip
    return {"run": {"name": "r", "about": about}, "known": known or {}}


def _touched(house: Counted, items: int, remembered: int | None = None) -> dict[str, int]:
    house.batch(*carts(1, items=items))
    opened = next(fact for fact in house.heard() if fact["fact"] == "cart.opened")
    house.recorder.taken()
    house.now = START + timedelta(hours=1)
    touched = house.call("touch", _touch(opened))
    house.now = house.now + timedelta(seconds=touched["wait_seconds"])
    known = touched["known"] | {"variants": touched["known"]["variants"][:remembered]}
    house.call("touch", _touch(opened, known, of="nobody"))  # a warm wiring at the later hour
    answer = house.warm("touch", _touch(opened, known))
    assert answer["next"] == "wait", answer
    assert len(house.mails()) == 2
    return told(house.recorder.taken())


def test_a_touch_costs_at_most_four_calls_however_long_the_cart_is(house):
    calls = _touched(house, items=25)
    assert calls == {
        "dynamodb.BatchGetItem": 1,
        "dynamodb.PutItem": 1,
        "dynamodb.TransactWriteItems": 1,
        "sesv2.SendEmail": 1,
    }


def test_a_touch_reads_at_once_whatever_was_put_in_since_the_run_looked(house):
    calls = _touched(house, items=25, remembered=5)
    assert calls["dynamodb.BatchGetItem"] == 2
    assert sum(calls.values()) == 5


def test_the_first_touch_also_reads_what_is_in_the_cart_and_tells_that_it_was_abandoned(house):
    house.batch(*carts(2, items=25))
    first, second = (fact for fact in house.heard() if fact["fact"] == "cart.opened")
    house.now = START + timedelta(hours=1)
    assert house.call("touch", _touch(first))["next"] == "wait"
    assert house.warm("touch", _touch(second))["next"] == "wait"
    assert told(house.recorder.taken()) == {
        "dynamodb.BatchGetItem": 2,  # the cart, and then what the catalogue says of it
        "dynamodb.PutItem": 1,
        "dynamodb.TransactWriteItems": 1,
        "events.PutEvents": 1,
        "sesv2.SendEmail": 1,
    }


def test_a_look_that_comes_too_early_costs_two_reads_and_a_line_of_the_story(house):
    house.batch(*carts(2, items=25))
    first, second = (fact for fact in house.heard() if fact["fact"] == "cart.opened")
    assert house.call("touch", _touch(first))["next"] == "wait"
    assert house.warm("touch", _touch(second))["next"] == "wait"
    assert told(house.recorder.taken()) == {"dynamodb.BatchGetItem": 2, "dynamodb.PutItem": 1}


def test_starting_a_run_costs_two_calls(house):
    house.batch(*carts(1))
    opened = next(fact for fact in house.heard() if fact["fact"] == "cart.opened")
    house.call("start_flows", {"detail": opened})
    opened["data"]["generation"] = 2
    assert house.warm("start_flows", {"detail": opened})["started"]
    assert told(house.recorder.taken()) == {"dynamodb.PutItem": 1, "stepfunctions.StartExecution": 1}


def test_starting_from_the_list_costs_two_calls_a_cart_and_few_for_all_together(house):
    house.add_shop(version=2, policy={"orchestration": "due_index"})
    house.batch(*carts(EVENTS))
    for fact in [fact for fact in house.heard() if fact["fact"] == "cart.opened"]:
        house.call("start_flows", {"detail": fact})
    house.now += timedelta(hours=2)
    house.recorder.taken()
    started = house.call("start_listed", sample("start_listed"))["started"]
    assert started > 2
    assert told(house.recorder.taken()) == {
        "dynamodb.Scan": 1,  # the names of the shops, every five minutes
        "dynamodb.GetItem": 1,  # the policy, once a minute
        "dynamodb.Query": 4,
        "dynamodb.BatchGetItem": 1,
        "stepfunctions.StartExecution": started,
        "dynamodb.PutItem": started,
        "dynamodb.BatchWriteItem": 1,
    }


def test_a_run_carries_less_than_a_hundredth_of_what_step_functions_allows(house):
    """256 KiB are allowed, and every state's input and output is kept in the history: small is also cheap."""
    house.batch(*carts(1, items=40))
    opened = next(fact for fact in house.heard() if fact["fact"] == "cart.opened")
    house.now = START + timedelta(hours=1)
    known = house.call("touch", _touch(opened))["known"]
    assert len(json.dumps(_touch(opened, known)).encode()) <= 2_600


def test_the_recorder_counts_units_as_the_price_list_does():
    recorder = Recorder()
    small, large = {"pk": {"S": "a"}}, {"pk": {"S": "b"}, "body": {"S": "x" * 2000}}
    put = lambda item: {"Put": {"TableName": "T", "Item": item}}  # noqa: E731
    assert recorder._written("PutItem", {"TableName": "T", "Item": large}) == 2
    assert recorder._written("TransactWriteItems", {"TransactItems": [put(small), put(large)]}) == 2 + 4
    check = {"ConditionCheck": {"TableName": "T", "Key": {"pk": {"S": "b"}}}}
    assert recorder._written("TransactWriteItems", {"TransactItems": [check]}) == 4
    assert (
        recorder._read(
            "BatchGetItem", {"RequestItems": {"T": {"Keys": [{"pk": {"S": "b"}}, {"pk": {"S": "c"}}]}}}
        )
        == 2
    )


def _order(number: int) -> bytes:
    data = {
        "order_id": f"o-{number}", "placed_at": START.isoformat(), "currency": "EUR", "total": "59.90",
        "checkout_id": f"c-{number}", "customer": {"email": f"shopper{number}@example.com"},
        "items": [{"variant_id": "V1", "title": "Lamp", "quantity": 1, "unit_price": "59.90"}],
    }  # fmt: skip
    return json.dumps({"type": "order.placed", "at": START.isoformat(), "data": data}).encode()


def test_an_order_costs_one_write_of_its_own_one_reading_and_one_batch_of_names_for_all(house):
    house.batch(*carts(EVENTS))
    calls = house.batch(*(_order(number) for number in range(EVENTS)))
    of_orders = [
        call for call in calls if call.operation == "PutItem" and call.write_units == pytest.approx(1.248)
    ]
    assert len(of_orders) == EVENTS, told(calls)
    assert len(calls) <= 3 * EVENTS, told(calls)
    again = house.batch(*(_order(number) + b" " for number in range(EVENTS)))
    assert not [
        call for call in again if call.operation == "PutItem" and call.write_units == pytest.approx(1.248)
    ]
