"""Every planted bug is found: by the seed that found it first, or by another of the first few."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions import apply_events
from tests.simulation.planted import BUGS
from tests.simulation.planted_seeds import FOUND_BY
from tests.simulation.play import play
from tests.simulation.run import PLANTED
from tests.simulation.shrink import shrunk, told

OTHERS = range(150)
"""Who changes the house changes its seasons, so that another seed may be the one that finds a bug."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(BUGS))
def test_a_planted_bug_is_found(name: str) -> None:
    bug = BUGS[name]
    found = next(filter(None, (bug.found_by(seed) for seed in (FOUND_BY[name], *OTHERS))), None)
    assert found is not None, bug.says


def test_there_are_bugs_of_every_room_and_each_says_what_is_wrong() -> None:
    assert len(BUGS) >= 25
    assert {bug.plant.__module__ for bug in BUGS.values()} == {room.__name__ for room in PLANTED}
    assert all(len(bug.says) > 20 for bug in BUGS.values())


def test_the_page_names_every_planted_bug_with_the_seed_that_finds_it() -> None:
    page = (Path(__file__).parents[2] / "docs" / "promise.md").read_text()
    assert f"{len(BUGS)} of {len(BUGS)}; " in page
    rows = {f"| {name.replace('_', ' ')} | {bug.says} | {FOUND_BY[name]} |" for name, bug in BUGS.items()}
    assert {row for row in rows if row not in page} == set()


@pytest.mark.parametrize("name", ["a_bounce_blocks_nothing", "a_pause_ends_at_once"])
def test_a_season_that_ends_at_the_first_broken_promise_names_the_one_that_a_whole_season_names(name) -> None:
    bug = BUGS[name]
    with bug.planted():
        whole = play(FOUND_BY[name]).violations
    assert bug.found_by(FOUND_BY[name]) == str(whole[0])


def test_a_bug_is_gone_when_it_was_taken_out_again() -> None:
    before = play(0).digest
    with BUGS["the_budget_is_not_counted"].planted():
        assert play(0).violations
    assert play(0).digest == before


def test_a_door_that_fails_as_a_whole_is_a_find_and_its_batch_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, failures = apply_events.handler, iter([ZeroDivisionError("of the door's own")])

    def handler(event, context):
        for bug in failures:
            raise bug
        return real(event, context)

    monkeypatch.setattr(apply_events, "handler", handler)
    outcome = play(0, only=(28,), scenes=())
    assert [str(found) for found in outcome.violations] == [
        """bug: apply_events failed as a whole: ZeroDivisionError("of the door's own")"""
    ]
    assert outcome.counts["messages"] == play(0, only=(28,), scenes=()).counts["messages"] > 0


@pytest.mark.timeout(300)
def test_a_failing_seed_shrinks_to_a_story_of_few_shoppers() -> None:
    name = "an_emptied_cart_stays_open"
    with BUGS[name].planted():
        broken = play(FOUND_BY[name]).violations[0].invariant
        small = shrunk(FOUND_BY[name], broken, most_plays=60)
    story = told(small)
    assert len(small.shoppers) <= 2
    assert "empties cart" in story
    assert "VIOLATION" in story
