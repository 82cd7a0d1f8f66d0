"""One stack per test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.contracts.stack import CREDENTIALS, Stack
from tests.doors.house import House
from tests.doors.outside import Outside


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The lamp shop's stack."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield House(Stack(), monkeypatch)


@pytest.fixture
def outside(house: House, monkeypatch: pytest.MonkeyPatch) -> Outside:
    """What lies beyond the lamp shop's stack."""
    return Outside(house, monkeypatch)
