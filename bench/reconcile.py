"""After the load: was each answered webhook applied, once, and does every cart stand as its events say?"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from bench import handlers, traffic
from bench.stand_in.shelf import Shelf
from cartback.domain.trade.cart_row import BOUGHT, OPEN, Cart
from cartback.store.codec import Attribute, decode

_WHENEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Reckoning:
    """Counts, and the first few names of whatever is wrong."""

    accepted: int = 0
    events: int = 0
    applied: int = 0
    poison: int = 0
    parked_with_reason: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong_state: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing doubled, every cart as its events say."""
        return not (self.lost or self.doubled or self.wrong_state)

    def as_json(self) -> dict[str, Any]:
        """Counts instead of lists, with examples."""
        told = asdict(self)
        for wrong in ("lost", "doubled", "wrong_state"):
            names = told.pop(wrong)
            told[wrong] = len(names)
            if names:
                told[f"{wrong}_for_example"] = names[:5]
        return told


def reckon(shelf: Shelf, began_at: datetime, poison_every: int = 0) -> Reckoning:
    """Compare what was answered 202 with what the tables, the dead-letter queue and the runs hold."""
    result = Reckoning()
    events = _accepted(shelf, began_at, poison_every, result)
    completed = {
        row["pk"]["S"].rpartition("#")[2]
        for row in shelf.rows("Idempotency")
        if row["status"]["S"] == "COMPLETED"
    }
    dead = _dead(shelf)
    for event in events.values():
        if event.poison:
            result.poison += 1
            reason = dead.get(event.event_id)
            result.parked_with_reason += bool(reason)
            if reason is None:
                result.lost.append(event.event_id)
        elif _record_of(event) in completed:
            result.applied += 1
        else:
            result.lost.append(event.event_id)
    _check_carts(shelf, events, began_at, result)
    _check_runs(shelf, events, result)
    return result


def _accepted(
    shelf: Shelf, began_at: datetime, poison_every: int, result: Reckoning
) -> dict[str, traffic.Webhook]:
    numbers = {number for (number,) in shelf.db.execute("SELECT number FROM answers WHERE status=202")}
    result.accepted = len(numbers)
    events = {}
    for number in {traffic.original_of(number) for number in numbers}:
        event = traffic.webhook(number, began_at, poison_every)
        events[event.event_id] = event
    result.events = len(events)
    return events


def _record_of(event: traffic.Webhook) -> str:
    """The hash under which Powertools keeps an event of ours."""
    from cartback.domain.intake.delivery import Delivery
    from cartback.usecases.batch import Message

    key = f"{event.topic}:event:{event.event_id}"
    delivery = Delivery(event.shop, "shopify", event.topic, key, _WHENEVER, "")
    return hashlib.sha256(json.dumps(Message("", "", delivery).once_key).encode()).hexdigest()


def _dead(shelf: Shelf) -> dict[str, str]:
    """What lies in the dead-letter queue: the reason (empty if SQS moved it) by the event's id.

    A worker that is killed after parking an event and before completing it leaves it there twice. That harms nobody.
    """
    found = shelf.db.execute("SELECT body, attributes FROM messages WHERE queue=?", (handlers.DEAD,))
    dead = {}
    for body, attributes in found:
        reason = json.loads(attributes).get("reason", {}).get("StringValue", "")
        dead[json.loads(body)["key"].rpartition(":")[2]] = reason
    return dead


def _check_carts(
    shelf: Shelf, events: dict[str, traffic.Webhook], began_at: datetime, result: Reckoning
) -> None:
    newest: dict[int, int] = {}
    bought: set[int] = set()
    for event in events.values():
        if event.poison:
            continue
        if event.is_order:
            bought.add(event.cart)
        else:
            newest[event.cart] = max(newest.get(event.cart, -1), event.step)
    rows = [decode(Cart, {"body": _body(row["body"])}) for row in shelf.rows("Carts") if "body" in row]
    by_number: dict[int, Cart] = {}
    for row in rows:
        ref = next(ref for ref in row.refs if "checkout-" in ref)
        number = int(ref.rpartition("-")[2])
        if number in by_number and row.closed_because != "joined":
            result.doubled.append(f"two rows of cart {number}")
        by_number[number] = row
        steps = Counter((step.cause, step.what, step.generation) for step in row.history)
        result.doubled += [f"cart {number}: {step}" for step, times in steps.items() if times > 1]
    for number in newest.keys() | bought:
        cart = by_number.get(number)
        wanted = BOUGHT if number in bought else OPEN
        if cart is None or cart.status != wanted:
            result.wrong_state.append(f"cart {number} is {cart and cart.status}, not {wanted}")
        elif number not in bought:
            at = traffic.happened_at(newest[number], began_at)
            if cart.activity_at != at:
                result.wrong_state.append(f"cart {number} forgot its newest event")


def _body(kept: dict[str, str]) -> Attribute:
    """The body of a row: the shelf keeps what is packed as it came over the wire, in base64."""
    return {"B": base64.b64decode(kept["B"])} if "B" in kept else {**kept}


def _check_runs(shelf: Shelf, events: dict[str, traffic.Webhook], result: Reckoning) -> None:
    runs = [json.loads(given) for (given,) in shelf.db.execute("SELECT input FROM runs")]
    started = Counter((run["shop"], run["subject"], run["generation"]) for run in runs)
    result.doubled += [f"{times} runs of {run}" for run, times in started.items() if times > 1]
    bought = {event.cart for event in events.values() if event.is_order}
    waiting = {event.cart for event in events.values() if not event.poison} - bought
    if len(started) < len(waiting):
        result.lost.append(f"{len(waiting) - len(started)} carts without a run")
