"""How often, and not for a while: to the instant."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cartback.domain.consent.preferences import FREQUENCIES, PAUSES, Preferences, free_at
from tests.fakes.world import START

DAY = timedelta(days=1)


def test_what_can_be_chosen_means_what_it_says():
    assert FREQUENCIES == {"all": None, "weekly": 7 * DAY, "monthly": 30 * DAY}
    assert PAUSES == {"7": 7 * DAY, "30": 30 * DAY, "90": 90 * DAY}


def test_a_pause_is_over_at_its_end():
    paused = Preferences(paused_until=START)
    assert paused.paused(START - timedelta(microseconds=1))
    assert not paused.paused(START)


@pytest.mark.parametrize(
    ("sends", "free"),
    [
        ((), START),
        ((START - 7 * DAY,), START),
        ((START - 6 * DAY,), START + DAY),
        ((START - DAY, START - 20 * DAY), START + 6 * DAY),
    ],
    ids=["never written to", "a week ago", "six days ago", "the newest counts"],
)
def test_who_wishes_a_mail_a_week_gets_the_next_a_week_after_the_newest(sends, free):
    assert free_at(START, sends, Preferences(frequency="weekly")) == free
