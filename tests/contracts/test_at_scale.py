"""Every store at scale, on a generous and on a stingy AWS; a method without a trial fails on arrival."""

from __future__ import annotations

import pytest

from tests.contracts import (
    trials_effects,
    trials_errors,
    trials_maintaining,
    trials_rows,
    trials_services,
    trials_sweeping,
)
from tests.contracts.conftest import STINGY
from tests.contracts.scale import TRIALS, scale
from tests.contracts.stingy import Stingy, methods, stores

ROOMS = (trials_rows, trials_services, trials_maintaining, trials_errors, trials_effects, trials_sweeping)


@pytest.mark.parametrize("name", sorted(TRIALS))
def test_a_store_gives_and_takes_everything_however_little_aws_does_at_a_time(name, aws, monkeypatch):
    called: set[str] = set()
    stingy = Stingy(name) if aws == STINGY else None
    with scale(monkeypatch, stingy, called) as here:
        TRIALS[name].run(here)
    assert called >= TRIALS[name].methods
    assert stingy is None or stingy.told or not stingy.calls


def test_every_method_of_every_store_has_a_trial():
    tried = set().union(*(trial.methods for trial in TRIALS.values()))
    assert tried == {f"{name}.{method}" for name, kind in stores().items() for method in methods(kind)}
    assert {trial.run.__module__ for trial in TRIALS.values()} == {room.__name__ for room in ROOMS}
