"""Test the tests: bugs that a stranger might make in stores and cursors, each seen by a trial of this fast room."""

from __future__ import annotations

import pytest

from tests.contracts.planted import BUGS, Bug
from tests.contracts.scale import TRIALS, scale
from tests.contracts.stingy import Stingy
from tests.contracts.test_at_scale import ROOMS

SEEN = (Exception, pytest.fail.Exception)
"""A bug may show as anything, also as an error that did not come."""


@pytest.mark.parametrize("bug", BUGS, ids=[bug.says for bug in BUGS])
def test_a_bug_planted_in_a_store_or_a_cursor_is_seen(bug: Bug):
    with (
        bug.planted(),
        pytest.MonkeyPatch.context() as patch,
        scale(patch, Stingy(bug.seen_by)) as here,
        pytest.raises(SEEN),
    ):
        TRIALS[bug.seen_by].run(here)


def test_every_room_of_trials_sees_bugs_and_each_says_what_is_wrong():
    assert {TRIALS[bug.seen_by].run.__module__ for bug in BUGS} == {room.__name__ for room in ROOMS}
    assert len({bug.says for bug in BUGS}) == len(BUGS) >= 50


def test_a_bug_is_gone_when_it_was_taken_out_again(monkeypatch):
    bug = next(bug for bug in BUGS if bug.seen_by.startswith("a_long_story"))
    with bug.planted():
        pass
    with scale(monkeypatch, Stingy(bug.seen_by)) as here:
        TRIALS[bug.seen_by].run(here)
