"""A clock's speed as somebody types it."""

from __future__ import annotations

import pytest

from local.clock import speed


@pytest.mark.parametrize("text", ["0", "-60", "nan", "inf", "fast", ""])
def test_time_neither_stands_still_nor_runs_back(text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - float's own, or ours
        speed(text)


@pytest.mark.parametrize(("text", "read"), [("1", 1.0), ("3600", 3600.0), ("0.5", 0.5)])
def test_a_speed_is_any_number_above_zero(text: str, read: float):
    assert speed(text) == read
