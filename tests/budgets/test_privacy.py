"""An answer and an erasure stay cheap and short in a large shop: as reckoned, and as a real sweep is counted to ask."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from moto import mock_aws

from bench import privacy
from cartback.ports import Delivery
from cartback.store.intake.raw import S3Raw
from cartback.store.people.raw_sweeping import RawSweep
from tests.contracts.stack import CREDENTIALS, Stack
from tests.contracts.stingy import hooked
from tests.fakes.world import START, HandClock

MILLION = 1_000_000
OTHERS, HERS = 1_190, 10


def test_a_person_costs_five_cents_at_most_at_a_million_carts_a_month():
    assert privacy.export(MILLION) <= 0.05
    assert privacy.erasure(MILLION) <= 0.05


@pytest.mark.parametrize("carts", [10_000, MILLION, 10 * MILLION, 100 * MILLION, 1_000 * MILLION])
def test_a_run_never_fills_the_history_that_step_functions_keeps(carts: int):
    assert privacy.history(carts) < privacy.HISTORY / 4


def test_a_round_is_over_within_the_hours_that_a_run_has_for_it():
    for scale in (MILLION, 10 * MILLION, 100 * MILLION):
        assert privacy.look(scale, privacy.OWN_EVENTS).seconds < 86_400


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch):
    """A shop of two pages of objects, and the calls of one look through them."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        stack = Stack().with_services()
        bucket, calls = stack.refs["RawBucket"], Counter()
        kept = S3Raw(stack.own, bucket, HandClock())
        for number in range(OTHERS + HERS):
            name = "hers" if number % 120 == 7 else f"h{number}"
            one = Delivery("lamp-shop", "generic", "cart.updated", f"e{number}", START, "{}")
            kept.keep("lamp-shop", f"b{number:05d}", [one], {name})

        def look(model: Any, **_: Any) -> None:
            calls[model.name] += 1

        with hooked(stack.clients, "before-call", look):
            yield RawSweep(stack.clients, bucket), calls


def test_a_look_asks_for_no_more_than_is_reckoned(counted):
    raw, calls = counted
    found, cursor, pages = [], "", 0
    while True:
        events, cursor = raw.find("lamp-shop", cursor, {"hers"})
        found, pages = [*found, *events], pages + 1
        if not cursor:
            break
    reckoned = privacy.Round(objects=OTHERS + HERS, opened=HERS, rewritten=0)
    assert len(found) == HERS
    assert calls == {"ListObjectsV2": 2, "GetObject": HERS}
    assert pages == calls["ListObjectsV2"] < reckoned.lists + 1
    cursor = raw.sweep("lamp-shop", "", lambda _: True, {"hers"})
    while cursor:
        cursor = raw.sweep("lamp-shop", cursor, lambda _: True, {"hers"})
    assert calls == {"ListObjectsV2": 4, "GetObject": 2 * HERS, "DeleteObject": HERS}
