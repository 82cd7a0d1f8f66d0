"""A hundred and twenty seasons, as `make test` plays them. `make simulate SEEDS=10000` is the long form."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation import faults
from tests.simulation.play import kinds_of, play
from tests.simulation.run import LEAST_KEPT

SEEDS, AT_ONCE = 120, 10


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_no_season_breaks_a_promise(first: int) -> None:
    promised = kept = 0
    for seed in range(first, first + AT_ONCE):
        outcome = play(seed)
        assert [str(found) for found in outcome.violations] == [], f"make simulate SEED={seed}"
        assert outcome.counts["carts"] >= 50
        promised, kept = promised + outcome.promised, kept + outcome.kept
    assert kept >= LEAST_KEPT * promised > 0


@pytest.mark.parametrize("seed", [0, 1, 4], ids=["no faults", "bad network", "all faults"])
def test_a_seed_replays_identically(seed: int) -> None:
    first, second = play(seed), play(seed)
    assert first.digest == second.digest
    assert first.counts == second.counts


def test_two_seeds_are_two_seasons() -> None:
    assert play(3).digest != play(4).digest


def test_a_season_of_all_faults_holds_every_kind_of_fault() -> None:
    seed = next(seed for seed in range(5) if kinds_of(seed) == faults.KINDS)
    seen = play(seed).counts
    at_calls = {*faults.AT_CALLS, faults.LOST_RESULT, faults.RECEIVED_TWICE, faults.TOLD_TWICE}
    assert {kind for kind in at_calls if not seen[kind]} == set()


def test_a_season_without_faults_has_none() -> None:
    assert not any(play(0).counts[kind] for kind in faults.KINDS)


def test_shoppers_can_be_left_out_without_changing_the_others() -> None:
    """Those who wait for a mail get it some milliseconds sooner or later; this one waits for none."""

    def told_by(outcome) -> list[tuple[object, str]]:
        return [
            (at, what) for at, who, whose, what in outcome.story if (whose, who) == ("shopper", "shopper 28")
        ]

    alone = play(0, only=(28,), keep_story=True)
    assert told_by(alone) == told_by(play(0, keep_story=True)) != []


def test_shoppers_choose_and_sign_up_and_orders_are_lost() -> None:
    seen = sum((play(seed).counts for seed in range(5)), Counter[str]())
    assert {
        what for what in ("choices", "sign-ups", "questions", faults.LOST_FOR_EVER) if seen[what] < 5
    } == set()
