"""The load in its short form: real handlers, several processes, faults, a kill -9; and a reckoning that can fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import handlers, traffic
from bench.doors import ROOT
from bench.reconcile import reckon
from bench.stand_in import Cloud, connected
from bench.stand_in.conditions import holds


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Ninety webhooks, then as many again while everything goes wrong that may."""
    output = tmp_path_factory.mktemp("load") / "load.json"
    command = [
        sys.executable, "-m", "bench.load", "--rate", "30", "--seconds", "3", "--fault-seconds", "8",
        "--outage", "2", "--patience", "2", "--processes", "2", "--output", str(output),
    ]  # fmt: skip
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'core'}"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert output.exists(), done.stderr[-2000:]
    return json.loads(output.read_text())


@pytest.mark.timeout(240)
@pytest.mark.parametrize("phase", ["steady", "faults"])
def test_under_load_nothing_is_lost_and_nothing_happens_twice(told, phase):
    reckoning = told[phase]["reckoning"]
    assert (reckoning["lost"], reckoning["doubled"], reckoning["wrong_state"]) == (0, 0, 0), reckoning
    assert reckoning["accepted"] == told[phase]["webhooks"]


def test_three_of_ten_webhooks_repeated_an_earlier_one(told):
    reckoning = told["steady"]["reckoning"]
    assert reckoning["events"] == pytest.approx(0.7 * reckoning["accepted"], abs=2)


def test_what_nobody_can_digest_lies_in_the_dead_letter_queue_with_its_reason(told):
    reckoning = told["faults"]["reckoning"]
    assert reckoning["poison"] >= 1
    assert reckoning["parked_with_reason"] == reckoning["poison"]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A shelf on which nothing happened yet."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-central-1")
    path = tmp_path / "shelf.db"
    with connected(Cloud(path)) as cloud:
        handlers.furnish(path)
        yield cloud.shelf


def test_a_webhook_that_was_answered_and_never_applied_counts_as_lost(shelf):
    shelf.db.execute("INSERT INTO answers VALUES (0, 202, 1.0, 1.0)")
    reckoning = reckon(shelf, datetime.now(UTC))
    assert "event-0" in reckoning.lost
    assert not reckoning.clean


def test_two_runs_of_one_generation_count_as_doubled(shelf):
    run = json.dumps({"shop": "s", "subject": "c", "generation": 1})
    shelf.db.execute("INSERT INTO runs VALUES ('a', ?, 1), ('b', ?, 1)", (run, run))
    assert reckon(shelf, datetime.now(UTC)).doubled


def test_a_message_that_was_received_is_hidden_until_its_time_is_over(shelf):
    shelf.send("q", "hello")
    assert [body for _, body, _ in shelf.receive("q", 10, 0.2)] == ["hello"]
    assert shelf.receive("q", 10, 0.2) == []
    time.sleep(0.25)
    assert [(body, receives) for _, body, receives in shelf.receive("q", 10, 1)] == [("hello", 2)]


@pytest.mark.parametrize(
    ("expression", "item", "held"),
    [
        ("attribute_not_exists(pk)", None, True),
        ("attribute_not_exists(pk)", {"pk": {"S": "a"}}, False),
        ("attribute_not_exists(pk) OR expires_at <= :now", {"pk": {"S": "a"}, "expires_at": {"N": "5"}}, True),
        ("version = :v", {"version": {"N": "2"}}, False),
        ("version = :v", None, False),
        ("NOT version = :v", {"version": {"N": "2"}}, True),
        ("version BETWEEN :v AND :now AND version <= :now", {"pk": {"S": "a"}, "version": {"N": "9"}}, True),
        ("version BETWEEN :v AND :now", {"version": {"N": "10"}}, False),
        ("version BETWEEN :v AND :now", {"pk": {"S": "a"}}, False),
        ("attribute_exists(pk) AND (version = :v OR x < :now)", {"pk": {"S": "a"}, "version": {"N": "1"}}, True),
    ],
)  # fmt: skip
def test_the_stand_in_judges_conditions_as_dynamodb_does(expression, item, held):
    assert holds(expression, item, {}, {":now": {"N": "9"}, ":v": {"N": "1"}}) is held


def test_a_webhook_is_made_again_to_the_byte():
    at = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(60):
        assert traffic.webhook(number, at) == traffic.webhook(number, at)
        assert traffic.original_of(traffic.original_of(number)) == traffic.original_of(number)
