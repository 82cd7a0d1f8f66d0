"""MiniStack on virtual time: it waits, dates and schedules by a clock that stands while anything is under way there.

Under way is: a request, a thread of a service that does not wait for an instant, a running Lambda, and a message that
an event source is to fetch. Whoever leads the clock asks for that, and moves it, over the socket ``CHANNEL``.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ministack import app
from ministack.core import concurrency
from ministack.services import dynamodb, eventbridge, lambda_svc, secretsmanager, sns, sqs, stepfunctions

from local.clock import VARIABLE, Clock
from local.timekeeper import CHANNEL
from local.work import Work

SCHEDULES_LOOKED_AT_EVERY = 6.0
"""Real seconds between two looks at the schedules, at the clock's full speed: at an hour a second a rule for every
minute would start three thousand six hundred Lambdas in the time of one. A rule that is due sooner again waits for the
next look, as it does in MiniStack, where a look is every ten seconds."""
_ENDLESS = ("_poll_loop", "_loop", "_serve")


def correct(work: Work, clock: Clock) -> None:
    """Let MiniStack live on virtual time, and note in ``work`` whatever it does."""
    _correct_waits(work)
    _correct_dates(work)
    _correct_queues(work)
    eventbridge._SCHEDULER_TICK_INTERVAL = max(10.0, SCHEDULES_LOOKED_AT_EVERY * clock.speed)
    for module, name in (
        (concurrency, "threading"),
        (eventbridge, "threading"),
        (lambda_svc, "threading"),
        (sns, "_threading"),
        (stepfunctions, "threading"),
    ):
        setattr(module, name, work.threads(endless=_ENDLESS))
    app.app = _counted(app.app, work)


def _correct_waits(work: Work) -> None:
    """Wait states and pauses between tries last as long as they say, on the clock."""
    stepfunctions.time = work.dates()
    stepfunctions.time.sleep = _at_once

    def sleep(seconds: float) -> None:
        if seconds > 0:
            work.sleep(seconds)

    def sleep_until(text: str) -> None:
        until = stepfunctions._parse_ts(text)
        if until is not None:
            sleep(until.timestamp() - stepfunctions.time.time())

    stepfunctions._scaled_sleep = sleep
    stepfunctions._sleep_until = sleep_until


def _at_once(seconds: float) -> None:
    """A run there begins after a pause, for its caller to be answered before."""


def _correct_dates(work: Work) -> None:
    """Whatever is dated or runs out does so by the clock; the pauses of housekeeping stay real."""
    eventbridge.time = work.time()
    for module in (dynamodb, lambda_svc, secretsmanager, sns, sqs):
        module.time = work.dates()


def _correct_queues(work: Work) -> None:
    """Messages that an event source will fetch are work; nobody waits for messages while time stands.

    A mapping whose function failed would pause for a second, which does not pass while its messages wait.
    """
    receive, poll = sqs._act_receive_message, lambda_svc._poll_sqs

    async def receive_at_once(data: dict[str, Any], url: str) -> Any:
        return await receive({**data, "WaitTimeSeconds": 0}, url)

    def poll_and_say() -> bool:
        with work.looking("a look into the queues"):
            return bool(poll())

    sqs._act_receive_message = receive_at_once
    sqs._HANDLERS["ReceiveMessage"] = receive_at_once
    lambda_svc._poll_sqs = poll_and_say
    lambda_svc._ESM_BACKOFF_SECONDS = 0.0
    work.waiting = _messages
    work.due = _due_messages
    work.moved = concurrency.esm_wake.set


def _sources() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each queue that feeds a Lambda: its name and messages."""
    for account, region, source in lambda_svc._iter_all_esms():
        arn = source.get("EventSourceArn", "")
        if source.get("Enabled", True) and ":sqs:" in arn:
            name = arn.rpartition(":")[2]
            for (own, place, _), queue in list(sqs._queues._data.items()):
                if (own, place) == (account, region) and queue["attributes"].get("QueueArn") == arn:
                    yield name, list(queue["messages"])


def _messages(now: datetime) -> tuple[str, ...]:
    """What waits to be fetched."""
    at, found = now.timestamp(), []
    for name, messages in _sources():
        if visible := sum(message.get("visible_at", 0) <= at for message in messages):
            found.append(f"{visible} messages in {name}")
    return tuple(found)


def _due_messages(now: datetime) -> Iterator[datetime]:
    """When messages can be seen that cannot be now."""
    at = now.timestamp()
    for _, messages in _sources():
        for message in messages:
            if message.get("visible_at", 0) > at:
                yield datetime.fromtimestamp(message["visible_at"], UTC)


def _counted(handle: Any, work: Work) -> Any:
    """The ASGI application ``handle``, each of whose requests is work."""

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_ministack/"):
            await handle(scope, receive, send)
            return
        target = dict(scope["headers"]).get(b"x-amz-target", b"").decode("latin-1")
        with work.under_way(f"request {scope['method']} {target or scope['path']}"):
            await handle(scope, receive, send)

    return counted


def listen(work: Work) -> None:
    """Answer whoever leads the clock, until they hang up."""
    channel = socket.socket(fileno=int(os.environ.pop(CHANNEL)))
    with channel, channel.makefile("rw") as lines:
        for line in lines:
            lines.write(json.dumps(_answer(work, json.loads(line))) + "\n")
            lines.flush()


def _answer(work: Work, asked: dict[str, Any]) -> Any:
    if "to" in asked:
        return work.advance(datetime.fromisoformat(asked["to"]), asked["begun"], asked["wake"])
    found = work.rest(asked["rest"])
    due = found.due.isoformat() if found.due else None
    return {"begun": found.begun, "under_way": found.under_way, "due": due}


def start() -> Work:
    """Put MiniStack on the clock that the environment tells, and answer whoever leads it from a thread."""
    clock = Clock.parse(os.environ[VARIABLE])
    work = Work(clock)
    correct(work, clock)
    threading.Thread(target=listen, args=(work,), daemon=True, name="time").start()
    return work
