"""The peak day on paper: lines are served in order, nothing appears or vanishes, and ages are those of the oldest."""

from __future__ import annotations

import pytest

from bench import cost, peak
from bench.peak import Line, serve
from tests.laws.reading import properties

_STEPS = peak.DAYS * peak.DAY // peak.STEP
FAST = Line("fast", rate=10, kept=1e9)


def test_what_comes_slower_than_it_is_served_never_waits():
    served = serve(FAST, [5.0] * 20, step=1)
    assert (served.backlog, served.age, served.lost, sum(served.out)) == (0, 0, 0, 100)


def test_what_comes_too_quickly_waits_in_order_and_is_served_later():
    served = serve(FAST, [30.0, 0.0, 0.0, 0.0], step=1)
    assert served.out == [10, 10, 10, 0]
    assert (served.backlog, served.age, served.drained_after) == (20, 2, 2)


def test_a_bucket_that_was_saved_up_takes_the_first_of_a_burst():
    served = serve(Line("saved", rate=10, kept=1e9, burst=15), [30.0, 30.0, 0.0], step=1)
    assert served.out == [25, 10, 10]
    assert served.left == 15


def test_a_line_that_grows_catches_up():
    growing = Line("growing", rate=1, kept=1e9, grows=1, most=5)
    assert serve(growing, [10.0, 0.0, 0.0, 0.0], step=1).out == [2, 3, 4, 1]


def test_what_waits_longer_than_it_is_kept_is_counted_as_lost():
    served = serve(Line("brief", rate=1, kept=3), [10.0] + [0.0] * 9, step=1)
    assert served.out == [1, 1, 1, 1] + [0] * 6
    assert (served.lost, served.left) == (6, 0)


def test_at_eight_in_the_evening_of_a_peak_day_ten_times_as_many_come_and_half_of_it_lasts_83_minutes():
    peaked, usual = peak.rate_of(1_000_000, 10), peak.rate_of(1_000_000, 1)
    more = [peaked(second) - usual(second) for second in (peak.JUMP - 1, peak.JUMP, peak.JUMP + 83 * 60)]
    each = 1_000_000 / peak.SECONDS_A_MONTH
    assert more == pytest.approx([0, 9 * each, 4.5 * each], rel=0.01)


def test_a_line_keeps_what_waits_as_long_as_its_service_does():
    kept = {line.name: line.kept for line in peak.lines(1_000_000, cost.Shape())}
    assert kept["events on the intake queue"] == properties("IntakeQueue")["MessageRetentionPeriod"]
    (rule,) = properties("StartFlows")["Events"].values()
    assert kept["starts of runs"] == rule["Properties"]["RetryPolicy"]["MaximumEventAgeInSeconds"]
    # A task is repeated for hours, its run may last 35 days; a sender gives up after four hours.
    assert [kept[name] for name in ("webhooks at API Gateway", "transitions", "mails at SES")] == [
        4 * 3600,
        7 * peak.DAY,
        7 * peak.DAY,
    ]


@pytest.mark.parametrize("carts", [1_000_000, 100_000_000])
def test_nothing_appears_and_nothing_vanishes_on_a_peak_day(carts):
    found = peak.play(carts)
    rate = peak.rate_of(carts, 10)
    opened = sum(rate(n * peak.STEP) * peak.STEP for n in range(peak.DAYS * peak.DAY // peak.STEP))
    webhooks, events, starts = (found[name] for name in list(found)[:3])
    assert sum(webhooks.out) + webhooks.left + webhooks.lost == pytest.approx(5 * opened)
    assert sum(events.out) + events.left + events.lost == pytest.approx(sum(webhooks.out))
    assert sum(starts.out) + starts.left + starts.lost == pytest.approx(sum(events.out) / 5)
    # A cart's mails are due an hour, a day and three days after it: so much earlier carts count.
    ends = cost.Shape().ends
    due = sum(
        sum(share for touches, share in ends.items() if touches > number)
        * sum(
            rate(n * peak.STEP) * peak.STEP for n in range(-after // peak.STEP, _STEPS - after // peak.STEP)
        )
        for number, after in enumerate((3_600, peak.DAY, 3 * peak.DAY))
    )
    mails = found["mails at SES"]
    assert sum(mails.out) + mails.left + mails.lost == pytest.approx(due, rel=0.01)


def test_at_a_million_carts_a_peak_day_fits_the_default_quotas():
    found = peak.play(1_000_000)
    assert all(served.lost == 0 and served.left == 0 for served in found.values())
    assert max(served.age for served in found.values()) <= 15 * 60


def test_what_is_asked_for_is_enough():
    found = peak.play(100_000_000, raised=peak.raised_for(100_000_000))
    assert all(served.lost == 0 and served.left == 0 for served in found.values())
    assert max(served.age for served in found.values()) <= 15 * 60
