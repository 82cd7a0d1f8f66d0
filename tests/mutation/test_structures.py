"""Planted bugs of the template and the machines are found by the laws, and nothing stays planted."""

from __future__ import annotations

import copy

import pytest

from tests.laws import reading
from tests.mutation.planted import structural
from tests.mutation.structures import KINDS, Broken, laws, objection, verdict

BUGS = structural()


@pytest.fixture(scope="module")
def checks():
    found = {kind: laws(kind) for kind in BUGS}
    assert [objection(each) for each in found.values()] == ["", ""], "red without any change"
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("kind", "broken"),
    [pytest.param(kind, each, id=each.what.replace(" ", "_")) for kind, its in BUGS.items() for each in its],
)
def test_a_planted_bug_is_found(kind: str, broken: Broken, checks):
    assert verdict(broken, checks[kind]), broken.what


def test_there_are_many_of_both_kinds_and_changes_beside_them():
    assert [len(its) >= 12 for its in BUGS.values()] == [True, True]
    assert all(len(make()) > 500 for make in KINDS.values())


def test_what_was_changed_is_as_it_was_when_it_is_taken_back():
    before = copy.deepcopy((reading.template(), [reading.machine(path) for path in reading.MACHINES]))
    for broken in (each for its in BUGS.values() for each in its):
        verdict(broken, [])
    assert (reading.template(), [reading.machine(path) for path in reading.MACHINES]) == before
