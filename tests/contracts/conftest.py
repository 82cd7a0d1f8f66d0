"""Each port three times: the fake that the other rooms trust, the adapter on AWS, and that on a stingy AWS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from cartback.store.messaging.ledger import DynamoLedger
from cartback.store.trade.records import DynamoRecords
from tests.contracts.stack import CREDENTIALS, Stack
from tests.contracts.stingy import Stingy, asked_again, hooked, lawful, stingy
from tests.fakes.memory import MemoryLedger, MemoryRecords, MemoryTables
from tests.fakes.world import HandClock


@dataclass
class Room:
    """One implementation of the tables."""

    records: Any
    ledger: Any
    clock: HandClock


GENEROUS, STINGY = "generous", "stingy"
_ON_AWS = {"dynamo", "powertools", "sqs", "eventbridge", "stepfunctions", "moto", "secretsmanager"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every contract is tried on both kinds of AWS …"""
    if "aws" in metafunc.fixturenames:
        metafunc.parametrize("aws", (GENEROUS, STINGY), indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """… if it is tried on AWS at all, and does not say itself what AWS answers."""
    items[:] = [item for item in items if _is_wanted(item)]


def _is_wanted(item: pytest.Item) -> bool:
    if Path(__file__).parent not in item.path.parents or not hasattr(item, "callspec"):
        return True
    given = item.callspec.params
    asked_for = "stack" in item.fixturenames or "aws" in item._fixtureinfo.argnames
    on_aws = asked_for or not _ON_AWS.isdisjoint(map(str, given.values()))
    return given.get("aws") != STINGY or (on_aws and item.get_closest_marker("answered") is None)


@pytest.fixture(autouse=True)
def aws(request: pytest.FixtureRequest) -> str:
    """What AWS is like."""
    return request.param


@pytest.fixture
def stack(aws: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """The template's resources on moto."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws(), ExitStack() as around:
        stack = Stack()
        around.enter_context(hooked(stack.clients, "provide-client-params", lawful))
        if aws == STINGY:
            mood = around.enter_context(stingy(stack.clients, Stingy(request.node.nodeid)))
            around.enter_context(asked_again(monkeypatch, mood, set()))
        yield stack


@pytest.fixture(params=["memory", "dynamo"])
def room(request: pytest.FixtureRequest) -> Room:
    """Carts, people, stock and the ledger."""
    clock = HandClock()
    if request.param == "memory":
        tables = MemoryTables(clock)
        return Room(MemoryRecords(tables), MemoryLedger(tables), clock)
    stack = request.getfixturevalue("stack")
    return Room(
        DynamoRecords(stack.clients, stack.tables, clock),
        DynamoLedger(stack.clients, stack.tables, clock),
        clock,
    )
