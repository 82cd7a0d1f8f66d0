"""One stack for the whole room: the real template, built and deployed by the real SAM, on virtual time.

Time stands while a test acts, and while anything is under way because of it; it goes on where a test waits.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.demo import front as fronts
from local.demo import shop
from local.demo.front import Front
from local.stage import running
from tests.flows.house import House, led_by

SPEED = 7200.0
SETUP_SECONDS = 300
POLICY = {
    "quiet_hours": None,
    "touches": [
        {"name": "reminder", "after": "2h"},
        {"name": "answers", "after": "3h"},
        {"name": "last_note", "after": "210m"},
    ],
    "caps": {"per_day": 5, "per_week": 5, "per_month": 8, "min_gap_hours": 0},
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the first test, which builds and deploys, the time for it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flow)
            item.add_marker(pytest.mark.timeout(SETUP_SECONDS))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory):
    """The deployed stack with its shop."""
    folder = tmp_path_factory.mktemp("operator")
    with fronts.running(Front()) as front_url, running(SPEED) as stage:
        (folder / ".local").mkdir()
        (folder / ".local" / "stack.json").write_text(json.dumps(stage.as_json()))
        secret = shop.add(stage, front_url, policy=POLICY)
        with led_by(stage.time):
            yield House(stage, secret, front_url, folder)
