"""How work grows: with the number of carts (linearly) and with the history of one customer (not at all)."""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import batched

from bench import traffic
from bench.in_memory import Worker
from bench.traffic import Webhook

_BEGAN_AT = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
_BATCH = 10

# Any that reads in seconds; the bench's own reads the processor's time, `bench.steps` counts the interpreter's steps.
Clock = Callable[[], float]


def of_carts(count: int, clock: Clock = time.process_time) -> dict[str, float]:
    """Apply all events of so many carts; microseconds of CPU per event, and megabytes of memory in the end."""
    places = range(count * traffic.EVENTS_PER_CART)
    return _worked_off((traffic.webhook(_new(place), _BEGAN_AT) for place in places), clock)


def of_openings(count: int) -> dict[str, float]:
    """The same with only the first event of each cart: a quarter of the work, for the longest curve."""
    return _worked_off((traffic.opening(cart, _BEGAN_AT) for cart in range(count)), time.process_time)


def _worked_off(told: Iterable[Webhook], clock: Clock) -> dict[str, float]:
    worker, spent, events = Worker(), 0.0, 0
    for webhooks in batched(told, 500, strict=False):
        began = clock()
        for batch in batched(webhooks, _BATCH, strict=False):
            worker.work_off(batch)
        spent += clock() - began
        events += len(webhooks)
    carts = sum(1 for _ in worker.records.kept["carts"])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "carts": carts,
        "events": events,
        "us_per_event": round(spent / events * 1e6, 1),
        "memory_mb": round(memory),
    }


def of_history(
    before: int, measured: int = 100, clock: Clock = time.process_time, per_cart: int = 40
) -> dict[str, float]:
    """Apply some more events to a customer who has so many behind them; CPU per event, and the size of the rows.

    The customer buys with every ``per_cart``-th event and begins a new cart.
    """
    import msgspec

    worker = Worker()
    for batch in batched((_step(number, per_cart) for number in range(before)), _BATCH, strict=False):
        worker.work_off(batch)
    following = [_step(number, per_cart) for number in range(before, before + measured)]
    gc.collect()
    spent = []
    for each in following:
        began = clock()
        worker.work_off([each])
        spent.append(clock() - began)
    kept = worker.records.kept
    return {
        "events_before": before,
        "us_per_event": round(sorted(spent)[len(spent) // 2] * 1e6, 1),
        "cart_row_bytes": max(len(msgspec.json.encode(row)) for row in kept["carts"].values()),
        "person_row_bytes": max(len(msgspec.json.encode(row)) for row in kept["persons"].values()),
    }


def _new(place: int) -> int:
    """The number of the ``place``-th webhook that repeats no other."""
    fresh = [number for number in range(10) if number not in (3, 6, 9)]
    return place // len(fresh) * 10 + fresh[place % len(fresh)]


def _step(number: int, per_cart: int) -> Webhook:
    """One more change of one customer, who keeps buying and begins a new cart after it."""
    cart, step = divmod(number, per_cart)
    bought = step == per_cart - 1
    at = _BEGAN_AT - timedelta(days=60) + timedelta(minutes=number)
    body = traffic.order_body(7, at) if bought else traffic.checkout_body(7, step % 9, at)
    body = body.replace(b'"checkout-7"', f'"checkout-{cart}-7"'.encode())
    body = body.replace(b'"cart-7"', f'"cart-{cart}-7"'.encode())
    topic = "orders/create" if bought else "checkouts/update"
    made = traffic.Webhook(f"step-{number}", traffic.SHOPS[0], topic, cart, step, bought, body)
    return replace(made, body=_ordered(made.body, number) if made.is_order else made.body)


def _ordered(body: bytes, number: int) -> bytes:
    return body.replace(b'"id": 7000007', f'"id": {7_000_000 + number}'.encode(), 1)
