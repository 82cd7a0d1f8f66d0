"""Three hundred seasons, as `make test` plays them. `make simulate SEEDS=10000` is the long form."""

from __future__ import annotations

import pytest

from tests.simulation import faults
from tests.simulation.play import kinds_of, play
from tests.simulation.run import LEAST_KEPT

SEEDS, AT_ONCE = 300, 10


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
    def told_by(outcome) -> list[tuple[object, str]]:
        return [
            (at, what) for at, who, whose, what in outcome.story if (whose, who) == ("shopper", "shopper 7")
        ]

    alone = play(0, only=(7,), keep_story=True)
    assert told_by(alone) == told_by(play(0, keep_story=True)) != []
