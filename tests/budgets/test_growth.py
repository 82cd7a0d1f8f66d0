"""The shape of the growth, at small sizes: linear in carts, flat in a customer's history. And pure decisions.

Shapes and decisions are counted in steps of the interpreter, not in time: a busy neighbour doubled one half of a
comparison, and nearly quadrupled a decision.
"""

from __future__ import annotations

from bench import growth, warm
from bench.steps import stepping


def test_an_event_takes_the_same_steps_however_many_carts_there_are():
    with stepping() as clock:
        few, many = growth.of_carts(50, clock), growth.of_carts(400, clock)
    assert 0 < many["us_per_event"] <= few["us_per_event"] * 1.05


def test_an_event_takes_the_same_steps_however_long_a_customers_history_is():
    with stepping() as clock:
        young, old = growth.of_history(20, 40, clock), growth.of_history(1500, 40, clock)
    assert 0 < old["us_per_event"] <= young["us_per_event"] * 1.05


def test_a_step_is_counted_for_each_call_and_each_turn_of_a_loop():
    """Otherwise the two above could not fail."""
    with stepping() as clock:
        began = clock()
        sum(abs(number) for number in range(1000))
        turned = clock()
        [number for number in range(1000)]  # noqa: C416 - a loop that calls nothing
        assert turned - began >= 2000e-6
        assert 1000e-6 <= clock() - turned < 1100e-6


def test_a_carts_row_stops_growing_however_often_it_changes():
    """Of its story the last forty steps are kept: a row is written whole at every event."""
    short, long = (growth.of_history(changes, 5, per_cart=10_000) for changes in (60, 600))
    assert long["cart_row_bytes"] <= short["cart_row_bytes"] * 1.02


def test_a_persons_row_stops_growing_however_many_carts_there_were():
    """The last twenty are remembered."""
    few, many = (growth.of_history(3 * carts, 5, per_cart=3) for carts in (30, 300))
    assert many["person_row_bytes"] <= few["person_row_bytes"] * 1.02


def test_a_decision_takes_fewer_than_nine_hundred_steps():
    """A tenth of a millisecond on a quiet core of 2026: `make bench` has the time, and judges it."""
    decide = warm.deciding()
    with stepping() as clock:
        began = clock()
        decide()
        taken = clock() - began
    assert 100e-6 < taken <= 900e-6


def test_a_mail_is_written_in_less_than_five_milliseconds():
    assert warm.render()["best_us"] <= 5_000
