"""The port ``IdempotencyStore``: each event once, and a worker that dies lets go."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyKeyError
from aws_lambda_powertools.utilities.idempotency.persistence import base, datarecord, dynamodb

from cartback.ports import Begun
from cartback.store.intake.once import REMEMBERED, PowertoolsOnce
from tests.fakes.memory import MemoryOnce
from tests.fakes.world import HandClock

PATIENCE = timedelta(seconds=30)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["memory", "powertools"])
def once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, clock: HandClock):
    """Powertools reads the machine's clock itself, so its modules are given ours."""
    if request.param == "memory":
        return MemoryOnce(clock, PATIENCE, REMEMBERED)
    stack = request.getfixturevalue("stack")
    ours = SimpleNamespace(now=lambda tz=None: clock.now(), timedelta=timedelta)
    for module in (base, datarecord, dynamodb):
        monkeypatch.setattr(module, "dt", SimpleNamespace(datetime=ours, timedelta=timedelta))
    return PowertoolsOnce(stack.clients, "Idempotency", PATIENCE)


def begun(fresh=(), done=(), held=()):
    return Begun(frozenset(fresh), frozenset(done), frozenset(held))


def test_a_key_that_nobody_knows_is_fresh(once):
    assert once.begin(["a", "b"]) == begun(fresh="ab")


def test_a_key_that_was_begun_is_held_until_it_is_done_or_abandoned(once):
    once.begin(["a", "b", "c"])
    assert once.begin(["a"]) == begun(held="a")
    once.complete(["a"])
    once.abandon(["b"])
    assert once.begin(["a", "b", "c"]) == begun(fresh="b", done="a", held="c")


def test_a_worker_that_died_lets_go_of_its_keys_when_its_time_is_over(once, clock):
    once.begin(["a"])
    clock.at += PATIENCE - timedelta(seconds=1)
    assert once.begin(["a"]) == begun(held="a")
    clock.at += timedelta(seconds=2)
    assert once.begin(["a"]) == begun(fresh="a")
    assert once.begin(["a"]) == begun(held="a")


def test_a_done_key_is_remembered_longer_than_any_sender_retries_and_than_a_queue_keeps(once, clock):
    once.begin(["a"])
    once.complete(["a"])
    clock.at += timedelta(days=14, hours=1)
    assert once.begin(["a"]) == begun(done="a")
    clock.at += REMEMBERED
    assert once.begin(["a"]) == begun(fresh="a")


def test_a_key_that_comes_twice_in_one_request_is_fresh_and_then_held(once):
    assert once.begin(["a", "a"]) == begun(fresh="a", held="a")


def test_a_missing_key_raises_and_is_never_taken_for_an_event_without_a_name(once):
    with pytest.raises((IdempotencyKeyError, KeyError)):
        once.begin([""])


def test_keys_that_only_differ_in_case_or_beyond_ascii_are_different(once):
    once.begin(["ä", "A"])
    assert once.begin(["a", "Ä", "ä"]) == begun(fresh=["a", "Ä"], held="ä")


def test_only_a_sha256_of_a_key_is_kept(stack):
    PowertoolsOnce(stack.clients, "Idempotency", PATIENCE).begin(["order 4711 of ada@example.com"])
    (row,) = stack.rows("Idempotency")
    name = row["pk"]["S"].rpartition("#")[2]
    assert len(name) == 64
    assert "ada" not in str(row)
