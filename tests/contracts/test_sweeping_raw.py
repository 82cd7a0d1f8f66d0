"""Two sweeps through the raw events of a shop side by side: an operator's, and the run's that was started with it."""

from __future__ import annotations

from datetime import timedelta

from cartback.ports import Delivery
from cartback.store.intake.raw import S3Raw
from cartback.store.people.raw_sweeping import RawSweep
from tests.contracts.stack import Stack
from tests.fakes.world import START, HandClock


def test_an_object_that_another_sweep_took_away_ends_no_sweep(stack: Stack):
    """A run that failed over it would never look a second time, four days later."""
    bucket = stack.with_services().refs["RawBucket"]
    for name in ("one", "two", "three"):
        told = Delivery("lamp-shop", "generic", "cart.updated", name, START, "{}")
        S3Raw(stack.clients, bucket, HandClock()).keep("lamp-shop", name, [told])
    mine, other = RawSweep(stack.clients, bucket), RawSweep(stack.clients, bucket)
    seen = []

    def unwanted(delivery: Delivery) -> bool:
        seen.append(delivery.key)
        if len(seen) == 1:
            place = other.sweep("lamp-shop", "", lambda _: True)
            while place:
                place = other.sweep("lamp-shop", place, lambda _: True)
        return True

    cursor = mine.sweep("lamp-shop", "", unwanted)
    while cursor:
        cursor = mine.sweep("lamp-shop", cursor, unwanted)
    assert len(seen) == 1
    left = S3Raw(stack.clients, bucket, HandClock()).between(
        "lamp-shop", START - timedelta(1), START + timedelta(1)
    )
    assert list(left) == []
