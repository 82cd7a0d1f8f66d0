"""Each time-out against what it must outlast, and what lies where when it dies.

The numbers stand in the template, in the machines and in the code; no single file shows that they fit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from bench.peak import WORKERS
from bench.prices import QUOTAS
from cartback import wiring
from cartback.channels.ses import ONE_REQUEST
from cartback.store.clients import Clients
from cartback.store.intake.once import REMEMBERED
from cartback.usecases.people import collect_export, sweep_erased
from cartback.usecases.people.sweep_erased import AGAIN_AFTER, LASTS
from tests.asl import TaskFailed, play
from tests.asl_machine import Machine
from tests.laws.reading import MACHINES, ROOT, doors, properties, resources, target, template

_FUNCTIONS = resources("AWS::Serverless::Function")
_API_WAITS = 30
"""An HTTP API's longest integration time-out, in seconds (API Gateway quotas); it is also the default."""

_DAY = 86_400
_PATIENT = {"brief": Clients.brief, "hasty": Clients.hasty}


def _timeout(name: str) -> int:
    return properties(name).get("Timeout", template()["Globals"]["Function"]["Timeout"])


def _events(kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, function in _FUNCTIONS.items():
        for event in function["Properties"].get("Events", {}).values():
            if event["Type"] == kind:
                yield name, event["Properties"]


def _worst(config: Any) -> float:
    """How long one call may take: each attempt, and the pauses of botocore's standard mode between them."""
    attempts = config.retries["total_max_attempts"]
    pauses = sum(min(2**number, 20) for number in range(attempts - 1))
    return attempts * max(config.connect_timeout, config.read_timeout) + pauses


# ── whoever waits is answered ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted({name for name, _ in _events("HttpApi")}))
def test_a_door_of_the_api_gives_its_own_answer_before_anybody_stops_waiting(name: str):
    """A store that hangs is a polite 503, not a function that was cut off."""
    patience = properties(name)["Environment"]["Variables"].get("PATIENCE", "")
    config = _PATIENT.get(patience, Clients)()._config
    assert _worst(config) < _timeout(name) < _API_WAITS


@pytest.mark.parametrize(
    ("name", "seconds"), [("ReceiveWebhook", 5), ("EnrolShop", 5), ("ReceiveAnswer", 15)]
)
def test_a_sender_waits_longer_than_its_door(name: str, seconds: int):
    """Shopify and Shopware wait five seconds, Twilio fifteen."""
    assert _timeout(name) <= seconds


def test_a_function_that_sends_outlasts_the_one_request_that_it_may_make():
    senders = {name for name, each in _FUNCTIONS.items() if "CONFIGURATION_SET" in str(each)}
    assert senders == {"Touch", "AskConfirmation"}
    for name in senders:
        assert _worst(ONE_REQUEST) + 5 <= _timeout(name)


# ── queues ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_is_hidden_until_its_batch_was_waited_for_retried_and_done():
    """Six time-outs and the batching window (Lambda developer guide, SQS event sources)."""
    polled = list(_events("SQS"))
    assert {target(event["Queue"]) for _, event in polled} == {"IntakeQueue"}
    for name, event in polled:
        queue = properties(target(event["Queue"]))
        hidden = queue["VisibilityTimeout"]
        assert hidden >= 6 * _timeout(name)
        assert hidden >= _timeout(name) + event["MaximumBatchingWindowInSeconds"]
        # A key that a dead worker began is free again before the message comes back.
        assert wiring.APPLY_TIMEOUT.total_seconds() <= hidden
        assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5, "AWS's advice: throttling counts as receiving"
        assert queue["RedrivePolicy"]["maxReceiveCount"] * hidden < queue["MessageRetentionPeriod"]
        assert event["BatchSize"] <= 10


def test_a_flood_on_the_queue_leaves_the_doors_a_fifth_of_what_an_account_may_run_at_once():
    most = {quota.name: quota.most for quota in QUOTAS}["lambda"]
    for _, event in _events("SQS"):
        assert event["ScalingConfig"] == {"MaximumConcurrency": WORKERS}
        assert 0.8 * most >= WORKERS


def _feeds() -> Iterator[tuple[str, str]]:
    """Which queue gives up into which."""
    for name, queue in resources("AWS::SQS::Queue").items():
        if policy := queue["Properties"].get("RedrivePolicy"):
            yield name, target(policy["deadLetterTargetArn"])


def test_a_dead_letter_lives_longer_than_the_message_that_it_was():
    """SQS keeps counting from the day of sending: a younger limit would lose what waited long."""
    for source, letters in _feeds():
        kept, buried = (properties(name)["MessageRetentionPeriod"] for name in (source, letters))
        assert buried - kept >= 7 * _DAY, "a person has a week to look"
        assert REMEMBERED.total_seconds() > buried, (
            "a letter that is sent on late must still be known as done"
        )


# ── the bus and calls that nobody waits for ──────────────────────────────────────────────────────────────────────


def _called_for_nobody() -> set[str]:
    return {name for name, _ in _events("EventBridgeRule")}


def test_a_fact_that_cannot_be_delivered_or_digested_lies_where_a_person_sees_it():
    assert _called_for_nobody() == {"StartFlows", "StartErasing", "ForwardFacts"}
    for name, rule in _events("EventBridgeRule"):
        assert target(rule["DeadLetterConfig"]["Arn"]) == "FlowsDlq", name
        failure = properties(name)["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
        assert (failure["Type"], target(failure["Destination"])) == ("SQS", "FlowsDlq"), name


def test_a_fact_is_tried_until_aws_gives_up_and_for_less_time_than_its_letter_is_kept():
    kept = properties("FlowsDlq")["MessageRetentionPeriod"]
    for name, rule in _events("EventBridgeRule"):
        assert rule["RetryPolicy"] == {"MaximumEventAgeInSeconds": _DAY, "MaximumRetryAttempts": 185}, name
        asked = properties(name)["EventInvokeConfig"]
        # Two repetitions, with pauses of one and two minutes (Lambda developer guide, asynchronous invocation).
        assert asked["MaximumRetryAttempts"] == 2, name
        assert 3 * _timeout(name) + 180 <= asked["MaximumEventAgeInSeconds"], name
        assert rule["RetryPolicy"]["MaximumEventAgeInSeconds"] + asked["MaximumEventAgeInSeconds"] < kept


def test_what_the_bus_and_the_bucket_keep_for_a_replay_is_kept_equally_long():
    (days,) = {each["Properties"]["RetentionDays"] for each in resources("AWS::Events::Archive").values()}
    (rule,) = properties("RawBucket")["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == days
    for name in ("IntakeDlq", "FlowsDlq"):
        assert properties(name)["MessageRetentionPeriod"] == days * _DAY


def test_every_dead_letter_has_a_reader_who_can_send_it_on_to_where_it_failed():
    """The operator's command finds the queues by the outputs of the stack."""
    source = (ROOT / "cli" / "stack.py").read_text()
    outputs = {
        name: target(each["Value"]) for name, each in template()["Outputs"].items() if "Ref" in each["Value"]
    }
    letters = {name for name in resources("AWS::SQS::Queue") if name.endswith("Dlq")}
    for name in letters:
        (output,) = [key for key, queue in outputs.items() if queue == name]
        assert f'self["{output}"]' in source, name
    fed = {letter for _, letter in _feeds()} | {
        target(rule["DeadLetterConfig"]["Arn"]) for _, rule in _events("EventBridgeRule")
    }
    assert fed == letters


def test_a_call_by_the_clock_is_over_before_the_day_or_the_hour_is():
    for name, event in _events("Schedule"):
        every = event["Schedule"]
        if every.startswith("rate("):
            number, unit = every[5:-1].split()
            seconds = int(number) * {"minute": 60, "minutes": 60}[unit]
            assert _timeout(name) <= max(2 * seconds, 60), name
        else:
            assert _timeout(name) <= 900, name


# ── machines ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _longest_trouble(path: Any) -> float:
    """How long a run lasts whose functions are all away: first the task's, then the one that should park it."""
    machine, waited = Machine.load(path), []

    def away(payload: Any) -> Any:
        raise TaskFailed("TryLater")

    words = {"shop": "brew", "flow": "f", "subject": "c1", "person_id": "p1", "cursor": ""}
    given = {**words, "generation": 1, "variants": [], "wait_seconds": 0}
    tasks = {each.function: away for each in machine.states.values() if each.function}
    run = play(machine, given, tasks, elapse=waited.append)
    assert run.ended.status == "FAILED"
    return sum(waited)


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.name)
def test_a_run_outlasts_the_longest_trouble_of_its_tasks(path: Any):
    limit = Machine.load(path).timeout_seconds
    trouble = _longest_trouble(path)
    assert trouble / 2 > 3600, "an outage of an hour parks nothing"
    assert 2 * trouble < limit


def _payload(name: str) -> Mapping[str, Any]:
    file = json.loads((ROOT / "statemachines" / f"{name}.asl.json").read_text())
    return file["States"][file["StartAt"]]["Arguments"]["Payload"]


def test_an_erasure_outlasts_the_wait_between_its_rounds_and_a_day_of_trouble():
    limit = Machine.load(ROOT / "statemachines" / "erasure.asl.json").timeout_seconds
    assert AGAIN_AFTER.total_seconds() + 2 * _DAY <= limit
    assert limit == LASTS.total_seconds() == _payload("erasure")["lasts_seconds"]


def test_the_last_round_of_an_erasure_comes_after_whatever_was_accepted_before_it_was_asked_for():
    """A delivery is accepted for 72 hours after it happened, and then may wait in the queue as long as it is kept."""
    waits = properties("IntakeQueue")["MessageRetentionPeriod"]
    assert timedelta(hours=72).total_seconds() + waits < AGAIN_AFTER.total_seconds()


def test_a_step_of_an_export_or_an_erasure_begins_no_page_that_its_call_cannot_end():
    for door, reserve in (
        ("sweep_erased", sweep_erased.RESERVE_MS),
        ("collect_export", collect_export.RESERVE_MS),
    ):
        assert _worst(Clients()._config) < reserve / 1000 <= _timeout(doors()[door]) / 4


def test_a_machine_gives_up_later_than_the_function_that_it_calls():
    for path in MACHINES:
        for state in Machine.load(path).states.values():
            if state.function:
                assert _timeout(doors()[state.function]) < state.timeout_seconds
