"""The shop that follows purchases, in the middle of the season: its mails are sent, and who breaks a rule is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from cartback.flows import post_purchase
from tests.simulation import following
from tests.simulation.play import Outcome, play
from tests.simulation.test_purchases import PLANTED

SEEDS = range(60)


def alone(seed: int) -> Outcome:
    """A season in which nobody plays but this shop, under the faults of that seed."""
    return play(seed, only=(), scenes=())


def test_the_season_sends_what_follows_a_purchase_and_sends_it_about_nothing_that_is_over():
    played = [alone(seed) for seed in range(15)]
    assert [str(found) for outcome in played for found in outcome.violations] == []
    assert sum(outcome.counts["followed"] for outcome in played) > 45


def test_both_steps_go_out_and_buyers_strike_between_the_decision_and_the_claim(monkeypatch: Any):
    steps, struck = Counter[str](), Counter[str]()
    accept, strike = following.Following.accept, following.Following._strike

    def accepting(self: Any, message: Any, now: Any) -> Any:
        steps[message.touch] += 1
        return accept(self, message, now)

    def striking(self: Any, ref: str) -> None:
        struck[ref] += self._strikes(ref)
        strike(self, ref)

    monkeypatch.setattr(following.Following, "accept", accepting)
    monkeypatch.setattr(following.Following, "_strike", striking)
    for seed in range(12):
        alone(seed)
    assert set(steps) == set(post_purchase.STEPS) - {post_purchase.THANKS}
    assert struck.total() > 0


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found_here_too(plant: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch):
    plant(monkeypatch)
    assert any(alone(seed).violations for seed in SEEDS)
