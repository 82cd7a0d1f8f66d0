"""The doors with stand-ins behind them."""

from __future__ import annotations

import pytest

from tests.unit.functions.standing_in import Doors


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Doors:
    """One set of doors per test."""
    return Doors(monkeypatch)
