"""The peak day on paper: lines are served in order, nothing appears or vanishes, and ages are those of the oldest."""

from __future__ import annotations

import pytest

from bench import peak
from bench.peak import Line, serve

FAST = Line("fast", rate=10, kept=1e9)


def test_what_comes_slower_than_it_is_served_never_waits():
    served = serve(FAST, [5.0] * 20, step=1)
    assert (served.backlog, served.age, served.lost, sum(served.out)) == (0, 0, 0, 100)


def test_what_comes_too_quickly_waits_in_order_and_is_served_later():
    served = serve(FAST, [30.0, 0.0, 0.0, 0.0], step=1)
    assert served.out == [10, 10, 10, 0]
    assert (served.backlog, served.age, served.drained_after) == (20, 2, 2)


def test_a_bucket_that_was_saved_up_takes_the_first_of_a_burst():
    assert serve(Line("saved", rate=10, kept=1e9, burst=15), [30.0, 0.0], step=1).out == [25, 5]


def test_a_line_that_grows_catches_up():
    growing = Line("growing", rate=1, kept=1e9, grows=1, most=5)
    assert serve(growing, [10.0, 0.0, 0.0, 0.0], step=1).out == [2, 3, 4, 1]


def test_what_waits_longer_than_it_is_kept_is_counted_as_lost():
    served = serve(Line("brief", rate=1, kept=3), [10.0] + [0.0] * 9, step=1)
    assert served.lost > 0
    assert served.lost + sum(served.out) + served.left == pytest.approx(10)


@pytest.mark.parametrize("carts", [1_000_000, 100_000_000])
def test_nothing_appears_and_nothing_vanishes_on_a_peak_day(carts):
    found = peak.play(carts)
    rate = peak.rate_of(carts, 10)
    opened = sum(rate(n * peak.STEP) * peak.STEP for n in range(peak.DAYS * peak.DAY // peak.STEP))
    webhooks, events, starts = (found[name] for name in list(found)[:3])
    assert sum(webhooks.out) + webhooks.left + webhooks.lost == pytest.approx(5 * opened)
    assert sum(events.out) + events.left + events.lost == pytest.approx(sum(webhooks.out))
    assert sum(starts.out) + starts.left + starts.lost == pytest.approx(sum(events.out) / 5)


def test_at_a_million_carts_a_peak_day_fits_the_default_quotas():
    found = peak.play(1_000_000)
    assert all(served.lost == 0 and served.left == 0 for served in found.values())
    assert max(served.age for served in found.values()) <= 15 * 60


def test_what_is_asked_for_is_enough():
    found = peak.play(100_000_000, raised=peak.raised_for(100_000_000))
    assert all(served.lost == 0 and served.left == 0 for served in found.values())
    assert max(served.age for served in found.values()) <= 15 * 60
