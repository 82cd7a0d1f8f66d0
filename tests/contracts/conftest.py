"""Each port twice: the fake that the other rooms trust, and the adapter that runs on AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from moto import mock_aws

from cartback.store.ledger import DynamoLedger
from cartback.store.records import DynamoRecords
from tests.contracts.stack import CREDENTIALS, Stack
from tests.fakes.memory import MemoryLedger, MemoryRecords, MemoryTables
from tests.fakes.world import HandClock


@dataclass
class Room:
    """One implementation of the tables."""

    records: Any
    ledger: Any
    clock: HandClock


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """The template's resources on moto."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield Stack()


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
