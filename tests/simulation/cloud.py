"""The cloud between the doors, as bad as AWS allows it to be: SQS, EventBridge and Step Functions on virtual time."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.domain.facts import Fact
from cartback.domain.messaging.receipts import Receipt
from cartback.flows import started_by
from cartback.ports import Delivery
from tests import asl
from tests.asl_machine import Machine
from tests.simulation.faults import LOST_RESULT, RECEIVED_TWICE, TOLD_TWICE, Crash
from tests.simulation.schedule import Schedule, seconds, stream

ROOM = Path(__file__).parents[2] / "statemachines"
VISIBLE_AFTER = timedelta(seconds=180)
MOST_RECEIVES = 5
BATCH = 10
REDRIVE_EVERY = timedelta(days=1)
_GONE = ("Lambda.Unknown", "Lambda.AWSLambdaException", "Sandbox.Timedout", "States.Timeout")

type Draw = Callable[..., bool]
"""Whether something of this kind happens with this share to this subject."""


@dataclass(slots=True)
class Queued:
    """A message of the queue; ``entry`` is what its body stands for. A redrive begins to count ``receives`` anew."""

    number: int
    body: str
    entry: Delivery | Receipt
    visible_at: datetime
    receives: int = 0
    received: int = 0
    why_dead: str | None = None


class Intake:
    """SQS: at least once, in batches, invisible while being worked on, dead after five receives, redriven daily."""

    def __init__(self, schedule: Schedule, draw: Draw, work: Callable[[list[Queued]], set[int]]) -> None:
        self._schedule, self._draw, self._work = schedule, draw, work
        self.messages: dict[int, Queued] = {}
        self.entries: list[Delivery | Receipt] = []
        self.dead: list[Queued] = []
        self.parked: list[tuple[str, str]] = []

    def put(self, delivery: Delivery) -> None:
        """The port ``Queue``."""
        self.add(delivery, "cartback")

    def park(self, body: str, reason: str) -> None:
        """The port ``Parking``."""
        self.parked.append((body, reason))

    def add(self, entry: Delivery | Receipt, kind: str) -> None:
        """Put a message on the queue; it is picked up within a second or so."""
        number = len(self.entries)
        self.entries.append(entry)
        body = json.dumps({kind: 1, "n": number})
        self.messages[number] = Queued(number, body, entry, self._schedule.now)
        self._schedule.after(timedelta(seconds=1), self._poll)

    def _poll(self) -> None:
        now = self._schedule.now
        visible = [m for m in self.messages.values() if m.visible_at <= now]
        ready = visible[:BATCH]
        if len(visible) > BATCH:
            self._schedule.after(timedelta(seconds=1), self._poll)
        for message in ready:
            message.receives += 1
            message.received += 1
            message.visible_at = now + VISIBLE_AFTER
            if message.receives > MOST_RECEIVES:
                self._die(message)
        batch = [message for message in ready if message.why_dead is None]
        if not batch:
            return
        failed = self._work(batch)
        for message in batch:
            again = self._draw(RECEIVED_TWICE, 0.02, message.entry.key, message.received)
            if message.number in failed or again:
                self._schedule.at(message.visible_at, self._poll)
            else:
                self.messages.pop(message.number, None)

    def _die(self, message: Queued) -> None:
        del self.messages[message.number]
        message.why_dead = "received too often"
        self.dead.append(message)
        self._schedule.after(REDRIVE_EVERY, lambda: self._redrive(message))

    def _redrive(self, message: Queued) -> None:
        """The operator sends a dead message round again."""
        self.dead.remove(message)
        message.why_dead, message.receives, message.visible_at = None, 0, self._schedule.now
        self.messages[message.number] = message
        self._poll()


class EventBus:
    """EventBridge and the Lambda behind it: facts come at least once, are tried again, and wait if that fails."""

    def __init__(self, schedule: Schedule, draw: Draw, start: Callable[[Fact, int], None]) -> None:
        self._schedule, self._draw, self._start = schedule, draw, start
        self.told: list[Fact] = []

    def publish(self, facts: Sequence[Fact]) -> None:
        """The port ``Bus``. The rule in the template lets through only what a flow starts on."""
        for fact in facts:
            self.told.append(fact)
            if not started_by_any(fact.name):
                continue
            number = len(self.told)
            copies = 2 if self._draw(TOLD_TWICE, 0.1, fact.fact_id, number) else 1
            for copy in range(copies):
                delay = seconds(stream("bus", fact.fact_id, number, copy), 0.1, 2 + 60 * copy)
                self._schedule.after(delay, lambda fact=fact, n=number * 2 + copy: self._try(fact, n, 0))

    def _try(self, fact: Fact, number: int, attempt: int) -> None:
        try:
            self._start(fact, number * 1000 + attempt)
        except (Crash, TryLater, Conflict):
            # Two more tries by Lambda, then the operator's daily redrive.
            pause = timedelta(minutes=1 + attempt) if attempt < 2 else REDRIVE_EVERY
            self._schedule.after(pause, lambda: self._try(fact, number, attempt + 1))


_STARTERS: dict[str, bool] = {}


def started_by_any(name: str) -> bool:
    """Whether a flow starts on this fact."""
    if name not in _STARTERS:
        _STARTERS[name] = bool(started_by(name))
    return _STARTERS[name]


@dataclass(slots=True)
class Execution:
    """One run of a state machine, about a cart or (``cart_id`` then names that) about a request.

    ``in_a_row`` counts the task calls that failed since the last that did not.
    """

    flow: str
    name: str
    shop: str
    cart_id: str
    generation: int
    run: asl.Run
    step: str = ""
    calls: int = 0
    in_a_row: int = 0
    ended_at: datetime | None = None


class StateMachines:
    """Step Functions: the real files, one run per name for ever, tasks called again as the files say."""

    def __init__(
        self, schedule: Schedule, draw: Draw, seed: int, call: Callable[[Execution, asl.Call], Any]
    ) -> None:
        self._schedule, self._draw, self._seed, self._call = schedule, draw, seed, call
        self.runs: dict[str, Execution] = {}
        self.bugs: list[tuple[Execution, str]] = []

    def start(self, flow: str, name: str, variables: dict[str, object]) -> bool:
        """The port ``Runs``."""
        if name in self.runs:
            return False
        machine = Machine.load(ROOM / f"{flow}.asl.json")
        jitter = stream(self._seed, "jitter", name)
        given = json.loads(json.dumps(variables))
        run = asl.start(machine, given, name, lambda longest: jitter.uniform(0, longest))
        execution = Execution(
            flow,
            name,
            given["shop"],
            given["subject"],
            given.get("generation", 1),
            run,
            given.get("next", ""),
        )
        self.runs[name] = execution
        self._schedule.after(timedelta(0), lambda: self._go(execution, run.resume()))
        return True

    def _go(self, execution: Execution, step: asl.Wait | asl.Call | asl.Ended) -> None:
        if isinstance(step, asl.Wait):
            span = timedelta(seconds=step.seconds)
            self._schedule.after(span, lambda: self._go(execution, execution.run.resume()))
        elif isinstance(step, asl.Call):
            self._schedule.after(timedelta(milliseconds=80), lambda: self._task(execution, step))
        else:
            execution.ended_at = self._schedule.now

    def _task(self, execution: Execution, step: asl.Call) -> None:
        execution.calls += 1
        call = execution.calls
        execution.in_a_row += step.function != "park_run"
        try:
            answer = self._call(execution, step)
        except Crash:
            error = _GONE[stream(self._seed, execution.name, call).randrange(len(_GONE))]
            slow = timedelta(seconds=step.timeout_seconds if error == "States.Timeout" else 1)
            self._schedule.after(slow, lambda: self._go(execution, execution.run.fail(error)))
            return
        except (Refused, TryLater, Conflict) as error:
            self._go(execution, execution.run.fail(type(error).__name__, str(error)))
            return
        except Exception as bug:  # noqa: BLE001 - whatever it is, it is a find
            self.bugs.append((execution, f"{step.function}: {bug!r}"))
            self._go(execution, execution.run.fail(type(bug).__name__, str(bug)))
            return
        lost = self._draw(LOST_RESULT, 0.05, execution.name, call)
        if lost:
            self._go(execution, execution.run.fail("Lambda.SdkClientException", "the answer was lost"))
            return
        if step.function != "park_run":
            execution.in_a_row = 0
        self._go(execution, execution.run.resume(answer))
