"""The shape of the growth, at small sizes: linear in carts, flat in a customer's history. And pure decisions."""

from __future__ import annotations

import pytest

from bench import growth, warm


def _best(measure, times: int = 3) -> float:
    return min(measure()["us_per_event"] for _ in range(times))


def test_an_event_costs_the_same_however_many_carts_there_are():
    few, many = _best(lambda: growth.of_carts(50)), _best(lambda: growth.of_carts(800), 2)
    assert many <= few * 1.6


def test_an_event_costs_the_same_however_long_a_customers_history_is():
    young, old = _best(lambda: growth.of_history(20, 40)), _best(lambda: growth.of_history(1500, 40), 2)
    assert old <= young * 1.6


def test_rows_stop_growing_however_long_a_customers_history_is():
    """40 steps of story, 20 carts and 31 days of sends are kept: a row is written whole at every event."""
    assert (
        growth.of_history(1500, 5)["largest_row_bytes"] <= growth.of_history(60, 5)["largest_row_bytes"] * 1.1
    )


def test_a_decision_takes_less_than_two_hundred_microseconds():
    assert warm.decision()["best_us"] <= 200


@pytest.mark.parametrize("figure", ["us", "best_us"])
def test_a_mail_is_written_in_less_than_five_milliseconds(figure: str):
    assert warm.render()[figure] <= 5_000
