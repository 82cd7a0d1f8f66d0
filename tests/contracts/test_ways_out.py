"""Queue, parking, bus, runs and raw events: what goes out arrives whole, once, or is said to be missing."""

from __future__ import annotations

import gzip
import json
import random
from datetime import timedelta

import pytest
from botocore.stub import Stubber

from cartback.domain.errors import Refused, TryLater
from cartback.domain.facts import tell
from cartback.ports import Delivery
from cartback.store.bus import EventBridgeBus, StepFunctionsRuns
from cartback.store.intake.raw import S3Raw
from cartback.store.queue import SqsQueue, pack, unpack, written
from tests.contracts.conftest import STINGY
from tests.contracts.stack import MotoClients
from tests.fakes.world import START, HandClock, ListBus, ListQueue, ListRaw, ListRuns


def delivery(body: str, **changes) -> Delivery:
    given = {
        "key": "carts/update:event:1",
        "headers": {"x-shopify-triggered-at": "2026-03-02T10:00:00Z"},
        **changes,
    }
    return Delivery("demo", "shopify", "carts/update", received_at=START, body=body, **given)


def long_json(size: int, alphabet: str = "abcdefghij ") -> str:
    """A JSON document of about so many bytes, as hard to compress as its alphabet allows."""
    return json.dumps({"note": "".join(random.Random(7).choices(alphabet, k=size))}, ensure_ascii=False)


BODIES = {
    "empty": "",
    "plain": '{"id": 1}',
    "not ASCII": '{"title": "Größe – 🧵 „fein“ \\ud800"}',
    "control characters": '{"a": "\\u0000\x7f\u2028"}',
    "many quotes": json.dumps(['"\\"'] * 20_000),
    "just not compressed": long_json(199_000, "äöüß"[:1]),
    "900 kB": long_json(900_000),
    "900 kB, not ASCII": long_json(450_000, "äöüßéñ"),
    "900 kB of hexadecimal digits": long_json(900_000, "0123456789abcdef"),
}


@pytest.mark.parametrize("name", BODIES)
def test_an_event_comes_out_of_a_message_as_it_went_in(name):
    event = delivery(BODIES[name])
    text = pack(event)
    assert len(text.encode()) <= 1024 * 1024
    assert text.isascii()
    assert unpack(json.loads(text)) == event


def test_a_replayed_event_is_still_known_for_one_when_it_comes_out_of_a_message():
    """What a replay brings starts no message to anybody."""
    event = delivery("{}", replayed=True, generation="2026-03-02T10:00:00")
    assert unpack(json.loads(pack(event))) == event


def test_a_message_may_have_a_million_characters_and_none_more():
    bare = len(written(delivery("{}", headers={"x": ""})))
    assert len(pack(delivery("{}", headers={"x": "a" * (1_000_000 - bare)}))) == 1_000_000
    with pytest.raises(Refused, match="does not fit"):
        pack(delivery("{}", headers={"x": "a" * (1_000_001 - bare)}))


@pytest.mark.parametrize(
    ("size", "how"), [(200_000, False), (200_001, True), (1_000_000, True), (1_000_001, "xz")]
)
def test_a_body_is_packed_when_it_is_long_and_tighter_when_it_is_very_long(size, how):
    """Most webhooks are read as they stand, and the slow way is for those that would not fit otherwise."""
    event = delivery("a" * size)
    assert json.loads(written(event))["packed"] == how
    assert unpack(json.loads(written(event))) == event


def test_what_does_not_fit_into_a_message_is_refused_for_its_size():
    with pytest.raises(Refused) as refused:
        pack(delivery(long_json(1_000_000, "".join(map(chr, range(0x4E00, 0x5E00)))[:4096])))
    assert refused.value.status == 413


DAMAGES = [
    {"cartback": 1},
    {**json.loads(pack(delivery("{}"))), "packed": True},
    {**json.loads(pack(delivery("{}"))), "packed": True, "body": "eJwDAAAAAAE"},
    {**json.loads(pack(delivery("{}"))), "packed": True, "body": "AAAA"},
    {**json.loads(pack(delivery("{}"))), "packed": "xz", "body": "AAAA"},
    {**json.loads(pack(delivery("{}"))), "received_at": "yesterday"},
    {**json.loads(pack(delivery("{}"))), "received_at": 5},
    {**json.loads(pack(delivery("{}"))), "headers": 5},
    {**json.loads(pack(delivery("{}"))), "headers": {"x": 5}},
    {**json.loads(pack(delivery("{}"))), "received_at": "2026-03-02T10:00:00"},
    *({**json.loads(pack(delivery("{}"))), name: 5} for name in ("body", "shop", "platform", "topic", "key")),
]


@pytest.mark.parametrize("envelope", DAMAGES, ids=range(len(DAMAGES)))
def test_a_message_that_pack_did_not_write_is_refused(envelope):
    with pytest.raises(Refused):
        unpack(envelope)


@pytest.fixture
def services(stack):
    return stack.with_services()


@pytest.fixture(params=["memory", "sqs"])
def queue(request):
    """A queue, and a way to look at what lies in it: (body, reason)."""
    if request.param == "memory":
        queue = ListQueue()
        return queue, lambda: [(pack(each), None) for each in queue.deliveries] + queue.parked
    stack = request.getfixturevalue("services")

    def lying():
        attributes = [
            (each["Body"], each.get("MessageAttributes", {})) for each in stack.messages("IntakeQueue")
        ]
        return [(body, given.get("reason", {}).get("StringValue")) for body, given in attributes]

    return SqsQueue(stack.clients, stack.refs["IntakeQueue"]), lying


@pytest.mark.parametrize("name", ["plain", "not ASCII", "control characters", "900 kB"])
def test_an_event_is_durable_once_put_returned(queue, name):
    port, lying = queue
    port.put(delivery(BODIES[name]))
    ((body, _),) = lying()
    assert unpack(json.loads(body)) == delivery(BODIES[name])


def test_a_parked_message_lies_with_its_body_and_its_reason(queue):
    port, lying = queue
    port.park('{"a": "ü"}', "line_items[0] must be an object")
    assert lying() == [('{"a": "ü"}', "line_items[0] must be an object")]


def test_a_reason_is_as_long_as_a_queue_takes_and_never_empty(queue):
    """AWS refuses an attribute without a value, and then nobody could put the message aside."""
    port, lying = queue
    port.park("{}", "")
    port.park("{}", "x" * 300)
    assert sorted(lying()) == [("{}", "unknown"), ("{}", "x" * 250)]


def facts(number: int):
    return [
        tell("cart.updated", "demo", START, n, cart_id=f"c{n}", generation=1, activity_at=START)
        for n in range(number)
    ]


@pytest.fixture(params=["memory", "eventbridge"])
def bus(request):
    """A bus, and a way to hear what was told on it."""
    if request.param == "memory":
        bus = ListBus()
        return bus, lambda: [fact.as_detail() for fact in bus.facts]
    stack = request.getfixturevalue("services")
    name = stack.refs["Bus"]
    sqs, url = stack.own.sqs, stack.refs["FlowsDlq"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    stack.own.events.put_rule(Name="all", EventBusName=name, EventPattern='{"source": ["cartback"]}')
    stack.own.events.put_targets(Rule="all", EventBusName=name, Targets=[{"Id": "1", "Arn": arn}])

    def heard():
        found = []
        while messages := stack.messages("FlowsDlq"):
            found.extend(json.loads(message["Body"])["detail"] for message in messages)
        return found

    return EventBridgeBus(stack.clients, name), heard


@pytest.mark.parametrize("number", [0, 1, 10, 11, 25])
def test_every_fact_is_told_however_many_there_are_and_once_if_the_bus_takes_them_at_once(bus, number, aws):
    port, heard = bus
    port.publish(facts(number))
    told = [detail["data"]["cart_id"] for detail in heard()]
    assert set(told) == {f"c{n}" for n in range(number)}
    assert aws == STINGY or len(told) == number


def test_a_fact_arrives_as_its_detail(bus):
    port, heard = bus
    (fact,) = facts(1)
    port.publish([fact])
    assert heard() == [fact.as_detail()]


def test_a_fact_that_eventbridge_did_not_take_means_try_later():
    clients = MotoClients()
    with Stubber(clients.events) as stub:
        stub.add_response(
            "put_events",
            {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, {"ErrorCode": "ThrottlingException"}]},
        )
        with pytest.raises(TryLater):
            EventBridgeBus(clients, "bus").publish(facts(2))


@pytest.fixture(params=["memory", "stepfunctions"])
def runs(request):
    """The starter of runs."""
    if request.param == "memory":
        return ListRuns()
    stack = request.getfixturevalue("services")
    return StepFunctionsRuns(stack.clients, {"cart_recovery": stack.refs["CartRecovery"]})


def test_a_run_of_one_name_starts_once_whatever_it_would_be_given(runs):
    assert runs.start("cart_recovery", "cart-recovery-1", {"wait_seconds": 5, "word": "ü"}) is True
    assert runs.start("cart_recovery", "cart-recovery-1", {"wait_seconds": 6, "word": "ü"}) is False
    assert runs.start("cart_recovery", "cart-recovery-2", {"wait_seconds": 5, "word": "ü"}) is True


def test_a_run_whose_name_is_taken_is_no_error_and_other_refusals_are(monkeypatch):
    clients = MotoClients()
    runs = StepFunctionsRuns(
        clients, {"cart_recovery": f"arn:aws:states:eu-central-1:{1:012}:stateMachine:x"}
    )
    for code, outcome in (("ExecutionAlreadyExists", False), ("StateMachineDoesNotExist", clients)):
        with Stubber(clients.stepfunctions) as stub:
            stub.add_client_error("start_execution", code)
            if outcome is False:
                assert runs.start("cart_recovery", "n", {}) is False
            else:
                with pytest.raises(clients.stepfunctions.exceptions.StateMachineDoesNotExist):
                    runs.start("cart_recovery", "n", {})


def test_a_batch_is_kept_as_one_object_and_again_as_the_same(services):
    clock = HandClock()
    raw = S3Raw(services.clients, services.refs["RawBucket"], clock)
    batch = [delivery('{"title": "Größe"}'), delivery(BODIES["900 kB"], key="k2")]
    raw.keep("demo", "b1", batch)
    clock.at += timedelta(minutes=5)
    raw.keep("demo", "b1", batch)
    s3, bucket = services.own.s3, services.refs["RawBucket"]
    (found,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    lines = (
        gzip.decompress(s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()).decode().split("\n")
    )
    assert [unpack(json.loads(line)) for line in lines] == batch


def test_batches_of_several_shops_never_share_an_object():
    fake = ListRaw()
    fake.keep("demo", "b1", [delivery("{}")])
    fake.keep("other", "b1", [])
    assert fake.batches[("demo", "b1")] == [delivery("{}")]
