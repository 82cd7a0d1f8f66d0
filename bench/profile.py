"""Record what each piece of work asks of AWS: the profile that the bill is computed from.

Plays webhooks, a start and touches through the real handlers on the stand-in for AWS, and writes
``bench/profile.json``. Batches are recorded small and full, because a quiet shop's batches hold one event; either over
all events of fifty carts, because the first of a cart writes the most and keeps the most.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import handlers, traffic, warm
from bench.doors import ROOT
from bench.recorded import Recorder, listening, told
from bench.stand_in import Cloud
from bench.stand_in.cloud import FACTS
from cartback import wiring
from cartback.domain.policy import DUE_INDEX
from cartback.store.tables import cart_key

PROFILE = ROOT / "bench" / "profile.json"
_BLOCK = traffic.numbers_of_a_block()
_RUNS = 12
_LATER = timedelta(hours=1)
"""After which carts that we have only just heard of are abandoned: the silence counts from then on."""


@dataclass(frozen=True, slots=True)
class Work:
    """One invocation of a door: its calls, their units, the facts it told, CPU in milliseconds, and what it keeps."""

    calls: Mapping[str, float]
    write_units: float
    read_units: float
    facts: float
    cpu_ms: float
    sent_bytes: float
    byte_months: float


class Tape:
    """Invokes doors and takes down what they ask for. The first invocation of each is warmed up and forgotten."""

    def __init__(self, cloud: Cloud, recorder: Recorder) -> None:
        self.cloud, self.recorder = cloud, recorder

    def play(self, door: str, event: Any) -> tuple[Work, Any]:
        """One invocation."""
        run: Callable[[Any, Any], Any] = handlers.handler(door)
        self.recorder.taken()
        began = time.process_time()
        answer = run(event, None)
        cpu = (time.process_time() - began) * 1000
        calls = self.recorder.taken()
        return Work(
            told(calls),
            sum(call.write_units for call in calls),
            sum(call.read_units for call in calls),
            sum(call.entries for call in calls),
            cpu,
            sum(call.sent_bytes for call in calls),
            sum(call.byte_months for call in calls),
        ), answer


def record() -> dict[str, Any]:
    """The whole profile, as it is kept."""
    now = datetime.now(UTC)
    _set_clock(now)
    recorder = Recorder()
    with listening(recorder), warm.furnished() as cloud, contextlib.redirect_stdout(io.StringIO()):
        tape = Tape(cloud, recorder)
        tape.play("receive_webhook", traffic.webhook(2 * _BLOCK, datetime.now(UTC)).request())
        _batches(tape, 1)  # forgotten: it made the worker warm
        works = {"receive_webhook": _webhooks(tape, range(_BLOCK))}
        works["apply_one"] = _batches(tape, 1)
        left_open, bought = _opened(tape)
        _set_clock(now + _LATER)
        works |= _run(tape, left_open[:_RUNS], bought) | _listed(tape, left_open[_RUNS:])
        _set_clock(now)
        _webhooks(tape, range(_BLOCK, 2 * _BLOCK))
        works["apply_ten"] = _batches(tape, 10)
    return {
        "recorded_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "webhook_bytes": len(json.dumps(traffic.webhook(0, datetime.now(UTC)).request())),
        "works": {name: asdict(work) for name, work in works.items()},
    }


def _set_clock(at: datetime) -> None:
    """Stop the house's clock at an instant; whatever was made with another is made anew."""
    os.environ["CARTBACK_CLOCK"] = f"0@{at.isoformat()}"
    for made in vars(wiring).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()


def write(path: Path = PROFILE) -> dict[str, Any]:
    """Record and keep."""
    profile = record()
    path.write_text(json.dumps(profile, indent=2) + "\n")
    return profile


def _webhooks(tape: Tape, numbers: range) -> Work:
    began_at = datetime.now(UTC) - timedelta(hours=1)
    requests = [traffic.webhook(number, began_at).request() for number in numbers]
    tape.play("receive_webhook", requests[0])
    return _mean([tape.play("receive_webhook", request)[0] for request in requests[1:]])


def _batches(tape: Tape, size: int) -> Work:
    """Work off all that lies on the queue, in batches of this size."""
    works = []
    while messages := tape.cloud.shelf.receive(handlers.INTAKE, size, 600):
        records = [
            {"messageId": str(one), "body": body, "attributes": {"ApproximateReceiveCount": "1"}}
            for one, body, _ in messages
        ]
        works.append(tape.play("apply_events", {"Records": records})[0])
    return _mean(works[:-1] if len(records) < size else works)


def _opened(tape: Tape) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What was told of carts that are still open, and of those that were bought since."""
    facts = []
    while told_of := tape.cloud.shelf.receive(FACTS, 10, 600):
        facts += [json.loads(body) for _, body, _ in told_of]
    opened = [fact for fact in facts if fact["fact"] == "cart.opened"]
    status = {id(fact): tape.cloud.shelf.row("Carts", _key(fact), "")["status"]["S"] for fact in opened}
    return tuple(  # type: ignore[return-value]
        [fact for fact in opened if status[id(fact)] == wanted] for wanted in ("open", "bought")
    )


def _key(fact: dict[str, Any]) -> str:
    return cart_key(fact["shop"], fact["data"]["cart_id"])


def _run(tape: Tape, facts: list[dict[str, Any]], bought: list[dict[str, Any]]) -> dict[str, Work]:
    """The steps of a run: started; the first touch, which finds the cart abandoned; one in the middle; the last, which
    closes the cart; and a wake that finds it bought. A run that is far on is played by handing it an older plan."""
    tape.play("start_flows", {"detail": facts[0]})
    started = [tape.play("start_flows", {"detail": fact})[0] for fact in facts[1:]]
    works: dict[str, list[Work]] = {"first_touch": [], "touch": [], "last_touch": [], "stopped_touch": []}
    plan: dict[str, Any] = {}
    for number, fact in enumerate(facts):
        kind = ("first_touch", "touch", "last_touch")[number % 3]
        known = {"plan": plan, "person_id": fact["data"]["person_id"], "variants": _variants(tape, fact)}
        if kind == "first_touch":
            known = {}
        elif kind == "last_touch":
            known["plan"] = plan | {"touches": plan["touches"][:1]}
        work, said = tape.play("touch", _asked(number, fact, known))
        if said["next"] != ("stop" if kind == "last_touch" else "wait") or not said["known"].get("plan"):
            raise RuntimeError(f"the bench's carts were not touched: {said}")
        plan = plan or said["known"]["plan"]
        works[kind].append(work)
    for number, fact in enumerate(bought[:_RUNS], len(facts)):
        work, said = tape.play("touch", _asked(number, fact, {}))
        if said["next"] != "stop":
            raise RuntimeError(f"the bench's carts were not bought: {said}")
        works["stopped_touch"].append(work)
    return {"start_flows": _mean(started)} | {kind: _mean(each[1:]) for kind, each in works.items()}


def _asked(number: int, fact: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """What the machine asks of a touch."""
    about = {
        "flow": "cart_recovery", "shop": fact["shop"], "subject": fact["data"]["cart_id"], "kind": "cart",
        "generation": fact["data"]["generation"], "person_id": fact["data"]["person_id"],
        "variants": [], "wait_seconds": 3600,
    }  # fmt: skip
    return {"run": {"name": f"run-{number}", "about": about}, "known": known}


def _variants(tape: Tape, fact: dict[str, Any]) -> list[str]:
    """The goods of a cart, as a touch before would have made them known."""
    (cart,) = wiring.records().read(fact["shop"], carts=[fact["data"]["cart_id"]]).carts.values()
    return [] if cart is None else [item.variant_id for item in cart.items]


def _listed(tape: Tape, facts: list[dict[str, Any]]) -> dict[str, Work]:
    """Other carts, that wait on a list: put there, swept all together, and a sweep that finds nothing."""
    handlers.furnish(tape.cloud.path, version=2, orchestration=DUE_INDEX)
    wiring.settings.cache_clear()
    wiring.start_flows.cache_clear()
    tape.play("start_listed", {})
    idle = [tape.play("start_listed", {})[0] for _ in range(5)]
    listed = [tape.play("start_flows", {"detail": fact})[0] for fact in facts]
    sweep, counts = tape.play("start_listed", {})
    if counts["started"] < len(facts):
        raise RuntimeError(f"the bench's carts were not swept: {counts}")
    return {"list_cart": _mean(listed[1:]), "sweep_idle": _mean(idle), "sweep_cart": _each(sweep, len(facts))}


def _each(work: Work, count: int) -> Work:
    """The share of one of so many."""
    return Work(
        {name: calls / count for name, calls in work.calls.items()},
        round(work.write_units / count, 2),
        round(work.read_units / count, 2),
        work.facts / count,
        round(work.cpu_ms / count, 3),
        round(work.sent_bytes / count),
        round(work.byte_months / count),
    )


def _mean(works: list[Work]) -> Work:
    """The mean of repeated work; its calls are those of the most usual one."""
    usual = sorted(works, key=lambda work: sum(work.calls.values()))[len(works) // 2]
    count = len(works)
    return Work(
        usual.calls,
        round(sum(work.write_units for work in works) / count, 2),
        round(sum(work.read_units for work in works) / count, 2),
        round(sum(work.facts for work in works) / count, 2),
        round(sum(work.cpu_ms for work in works) / count, 3),
        round(sum(work.sent_bytes for work in works) / count),
        round(sum(work.byte_months for work in works) / count),
    )
