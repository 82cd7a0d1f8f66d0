"""One process of the load: takes its share of the webhooks when they are due, and works off queues in between.

Started by `bench.load`, and killed by it without warning. What it has answered lies on the shared shelf, so that the
process that takes its place sends again exactly what nobody got an answer to, as a sender would.
"""

from __future__ import annotations

import contextlib
import heapq
import io
import json
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import handlers, traffic
from bench.stand_in import Cloud, connected
from bench.stand_in.cloud import FACTS

BATCH, MOST_RECEIVES = 10, 5
_WINDOW_SECONDS = 1.0
_AGAIN_AFTER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Share:
    """What one process does: webhooks ``index``, ``index + hosts`` … of ``total``, at ``rate`` a second over all.

    ``patience_seconds`` stands for the time-out of the worker, ``hidden_seconds`` for the queue's visibility.
    """

    path: str
    index: int
    hosts: int
    first: int
    total: int
    rate: float
    starts_at: float
    began_at: float
    patience_seconds: float
    hidden_seconds: float
    poison_every: int = 0


class Host:
    """The doors of one process."""

    def __init__(self, share: Share, cloud: Cloud) -> None:
        self.share, self.cloud, self.shelf = share, cloud, cloud.shelf
        self.began_at = datetime.fromtimestamp(share.began_at, UTC)
        self.receive_webhook = handlers.handler("receive_webhook")
        self.apply_events = handlers.handler("apply_events")
        self.start_flows = handlers.handler("start_flows")
        self.answers: list[tuple[int, int, float, float]] = []
        self.works: list[tuple[str, float, int]] = []
        self.flushed_at = self.worked_at = time.time()

    def run(self) -> None:
        """Answer what is due, work in between, and go on working until everything is done by everybody."""
        due = self._due()
        while due:
            at, number = due[0]
            if time.time() < at:
                if not self._work():
                    time.sleep(max(0.0, min(0.002, at - time.time())))
                continue
            heapq.heappop(due)
            if self._answer(number, at) != 202:
                heapq.heappush(due, (time.time() + _AGAIN_AFTER_SECONDS, number))
        self._flush()
        while self.shelf.waiting(handlers.INTAKE) or self.shelf.waiting(FACTS):
            if not self._work(eager=True):
                time.sleep(0.02)
        self._flush()

    def _due(self) -> list[tuple[float, int]]:
        share = self.share
        answered = {
            number for (number,) in self.shelf.db.execute("SELECT number FROM answers WHERE status=202")
        }
        mine = range(share.first + share.index, share.first + share.total, share.hosts)
        return [
            (share.starts_at + (number - share.first) / share.rate, number)
            for number in mine
            if number not in answered
        ]

    def _answer(self, number: int, due_at: float) -> int:
        request = traffic.webhook(number, self.began_at, self.share.poison_every).request()
        began = time.perf_counter()
        status = int(self.receive_webhook(request, None)["statusCode"])
        took = (time.perf_counter() - began) * 1000
        self.answers.append((number, status, took, (time.time() - due_at) * 1000))
        if len(self.answers) >= 50 or time.time() - self.flushed_at > 0.25:
            self._flush()
        return status

    def _work(self, eager: bool = False) -> bool:
        """Take a batch if it is full, or if its window is over. Says whether there was anything."""
        now = time.time()
        full = eager or now - self.worked_at > _WINDOW_SECONDS or self.shelf.visible(handlers.INTAKE) >= BATCH
        if not full:
            return False
        self.worked_at = now
        messages = self.shelf.receive(handlers.INTAKE, BATCH, self.share.hidden_seconds)
        worn_out = [one for one, _, receives in messages if receives > MOST_RECEIVES]
        if worn_out:
            self.shelf.move(worn_out, handlers.DEAD)
        batch = [message for message in messages if message[0] not in worn_out]
        if batch:
            self._apply(batch)
        facts = self.shelf.receive(FACTS, BATCH, self.share.hidden_seconds)
        for one, body, _ in facts:
            self._start(one, body)
        return bool(messages or facts)

    def _apply(self, batch: list[tuple[int, str, int]]) -> None:
        records = [
            {"messageId": str(one), "body": body, "attributes": {"ApproximateReceiveCount": str(receives)}}
            for one, body, receives in batch
        ]
        began = time.perf_counter()
        answer = self.apply_events({"Records": records}, None)
        self.works.append(("apply_events", (time.perf_counter() - began) * 1000, len(batch)))
        failed = {int(each["itemIdentifier"]) for each in answer["batchItemFailures"]}
        self.shelf.done([one for one, _, _ in batch if one not in failed])

    def _start(self, one: int, body: str) -> None:
        from cartback.domain.errors import TryLater

        began = time.perf_counter()
        # Lambda tries an asynchronous call again by itself; here the message comes back.
        with contextlib.suppress(TryLater):
            self.start_flows({"detail": json.loads(body)}, None)
            self.shelf.done([one])
        self.works.append(("start_flows", (time.perf_counter() - began) * 1000, 1))

    def _flush(self) -> None:
        with self.shelf.writing():
            self.shelf.db.executemany("INSERT INTO answers VALUES (?,?,?,?)", self.answers)
            self.shelf.db.executemany("INSERT INTO works VALUES (?,?,?)", self.works)
        self.answers, self.works, self.flushed_at = [], [], time.time()


def main() -> None:
    """Run one share, given as JSON."""
    share = Share(**json.loads(sys.argv[1]))
    handlers.set_environment()
    with connected(Cloud(Path(share.path))) as cloud:
        handlers.handler("receive_webhook")
        from cartback import wiring

        wiring.APPLY_TIMEOUT = timedelta(seconds=share.patience_seconds)
        with contextlib.redirect_stdout(io.StringIO()):  # counters, one line each: Lambda's log takes them
            Host(share, cloud).run()


def as_argument(share: Share) -> str:
    """A share as ``main`` reads it."""
    return json.dumps(asdict(share))


if __name__ == "__main__":
    main()
