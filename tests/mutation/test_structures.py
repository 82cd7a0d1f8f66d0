"""Planted bugs of the template and the machines are found by the laws, and nothing stays planted."""

from __future__ import annotations

import copy

import pytest

from tests.laws import reading
from tests.mutation.planted import structural
from tests.mutation.structures import KINDS, Broken, laws, objection, verdict


@pytest.fixture(scope="module")
def checks():
    found = laws()
    assert objection(found) == "", "red without any change"
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("broken", structural(), ids=lambda broken: broken.what.replace(" ", "_"))
def test_a_planted_bug_is_found(broken: Broken, checks):
    assert verdict(broken, checks), broken.what


def test_there_are_many_of_both_kinds_and_changes_beside_them():
    assert len(structural()) >= 40
    assert all(len(make()) > 500 for make in KINDS.values())


def test_what_was_changed_is_as_it_was_when_it_is_taken_back():
    before = copy.deepcopy((reading.template(), [reading.machine(path) for path in reading.MACHINES]))
    for broken in structural():
        verdict(broken, [])
    assert (reading.template(), [reading.machine(path) for path in reading.MACHINES]) == before
