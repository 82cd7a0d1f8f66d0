"""The reckoning after a load: on a shelf where all is well it finds nothing, and whatever is spoiled there it names."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import handlers, traffic
from bench.reconcile import Reckoning, _record_of, reckon
from bench.stand_in.shelf import Shelf
from cartback.domain.trade.cart_row import Cart
from cartback.store.codec import lean

BEGAN_AT = datetime(2026, 11, 1, tzinfo=UTC)
BOUGHT, OPEN = 0, 2
"""Two carts of the traffic: the first ends with an order."""
NUMBERS = [
    number
    for number in range(400)
    if traffic.original_of(number) == number and traffic.webhook(number, BEGAN_AT).cart in (BOUGHT, OPEN)
][: 2 * traffic.EVENTS_PER_CART]
EVENTS = [traffic.webhook(number, BEGAN_AT) for number in NUMBERS]
LAST = EVENTS[-1]
LAST_IS_POISON = traffic._SIDE_BY_SIDE * (traffic.EVENTS_PER_CART - 1) + OPEN + 1


def cart(number: int, status: str, step: int) -> Cart:
    """A cart after its event of this step, with a story of two lines."""
    started = Cart(
        shop=LAST.shop,
        cart_id=f"cart-{number}",
        refs=(f"checkout-{number}",),
        status=status,
        activity_at=traffic.happened_at(step, BEGAN_AT),
    )
    return started.noting(BEGAN_AT, "changed", "event-0").noting(BEGAN_AT, "changed", "event-1")


def put_cart(shelf: Shelf, kept: Cart, pk: str | None = None) -> None:
    shelf.put_row("Carts", pk or kept.refs[0], "", {"body": lean(kept)})


def put_record(shelf: Shelf, event: traffic.Webhook, status: str = "COMPLETED") -> None:
    name = f"apply#{_record_of(event)}"
    shelf.put_row("Idempotency", name, "", {"pk": {"S": name}, "status": {"S": status}})


def park(shelf: Shelf, event: traffic.Webhook, reason: str) -> None:
    attributes = {"reason": {"StringValue": reason}} if reason else {}
    shelf.send(handlers.DEAD, json.dumps({"key": f"topic:event:{event.event_id}"}), json.dumps(attributes))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Everything that was accepted was applied, once, and stands as its events say."""
    shelf = Shelf(tmp_path / "shelf.db")
    for number, event in zip(NUMBERS, EVENTS, strict=True):
        shelf.db.execute("INSERT INTO answers VALUES (?, 202, 1.0, 1.0)", (number,))
        put_record(shelf, event)
    put_cart(shelf, cart(BOUGHT, "bought", 4))
    put_cart(shelf, cart(OPEN, "open", traffic.EVENTS_PER_CART - 1))
    run = json.dumps({"shop": LAST.shop, "subject": "c", "generation": 1})
    shelf.db.execute("INSERT INTO runs VALUES ('a', ?, 1)", (run,))
    return shelf


def test_where_all_is_well_nothing_is_found(shelf: Shelf):
    assert [event.is_order for event in EVENTS].count(True) == 1
    reckoning = reckon(shelf, BEGAN_AT)
    assert reckoning == Reckoning(accepted=8, events=8, applied=8)
    assert reckoning.clean


def _twice(kept: Cart) -> Cart:
    return replace(kept, history=(*kept.history, kept.history[0]))


SPOILED: dict[str, tuple[str, Callable[[Shelf], None]]] = {
    "an event was begun and never completed": ("lost", lambda shelf: put_record(shelf, LAST, "INPROGRESS")),
    "a cart has no run": ("lost", lambda shelf: shelf.db.execute("DELETE FROM runs")),
    "a cart has no row": ("wrong_state", lambda shelf: shelf.drop_row("Carts", f"checkout-{OPEN}", "")),
    "a bought cart is open": ("wrong_state", lambda shelf: put_cart(shelf, cart(BOUGHT, "open", 4))),
    "an open cart was closed": ("wrong_state", lambda shelf: put_cart(shelf, cart(OPEN, "bought", 3))),
    "a cart forgot its newest event": ("wrong_state", lambda shelf: put_cart(shelf, cart(OPEN, "open", 2))),
    "a cart has two rows": ("doubled", lambda shelf: put_cart(shelf, cart(OPEN, "open", 3), "another")),
    "an event was applied twice": ("doubled", lambda shelf: put_cart(shelf, _twice(cart(OPEN, "open", 3)))),
}


@pytest.mark.parametrize("name", SPOILED)
def test_whatever_is_spoiled_is_found_and_counted(shelf: Shelf, name: str):
    wrong, spoil = SPOILED[name]
    spoil(shelf)
    reckoning = reckon(shelf, BEGAN_AT)
    told = reckoning.as_json()
    counts = {part: told[part] for part in ("lost", "doubled", "wrong_state")}
    assert counts == dict.fromkeys(counts, 0) | {wrong: 1}
    assert len(told[f"{wrong}_for_example"]) == 1
    assert not reckoning.clean


@pytest.mark.parametrize(
    ("reason", "with_reason", "lost"), [("why", 1, []), ("", 0, []), (None, 0, [LAST.event_id])]
)
def test_poison_belongs_into_the_dead_letter_queue_with_its_reason(
    shelf: Shelf, reason: str | None, with_reason: int, lost: list[str]
):
    put_cart(shelf, cart(OPEN, "open", traffic.EVENTS_PER_CART - 2))  # its last event says nothing
    if reason is not None:
        park(shelf, LAST, reason)
    reckoning = reckon(shelf, BEGAN_AT, LAST_IS_POISON)
    assert (reckoning.poison, reckoning.parked_with_reason, reckoning.lost) == (1, with_reason, lost)
    assert reckoning.applied == len(EVENTS) - 1


def test_a_webhook_that_was_refused_is_not_owed_anything(shelf: Shelf):
    shelf.db.execute("UPDATE answers SET status=503")
    assert (reckon(shelf, BEGAN_AT).accepted, reckon(shelf, BEGAN_AT).events) == (0, 0)


def test_a_repetition_is_no_event_of_its_own(shelf: Shelf):
    repeated = next(n for n in range(10_000) if traffic.original_of(n) in NUMBERS and n not in NUMBERS)
    shelf.db.execute("INSERT INTO answers VALUES (?, 202, 1.0, 1.0)", (repeated,))
    reckoning = reckon(shelf, BEGAN_AT)
    assert (reckoning.accepted, reckoning.events, reckoning.clean) == (9, 8, True)
