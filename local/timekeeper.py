"""Leads virtual time: on when nothing is under way, no faster than agreed, and never past what is due."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from local.clock import Clock
from local.pace import Pace, next_instant
from local.work import Standing

CHANNEL = "CARTBACK_TIME_CHANNEL"
"""The variable that tells MiniStack's process the number of its end of the socket."""
STEP_SECONDS = 0.02
REST_SECONDS = 1.0
_LOOK_SECONDS = 0.002
PATIENCE_SECONDS = 180.0


class Stuck(RuntimeError):
    """Nothing has begun for a long while, and something is still under way."""


class Line(Protocol):
    """The way to the book of work: `Channel`, or the book itself."""

    def rest(self, seconds: float) -> Standing:
        """See `local.work.Work`."""

    def advance(self, to: datetime, begun: int | None, wake: bool = True) -> bool:
        """See `local.work.Work`."""


class Channel:
    """The socket to MiniStack's process, whose `local.work.Work` answers. For one thread at a time."""

    def __init__(self, ours: socket.socket) -> None:
        self._lines = ours.makefile("rw")
        self._turn = threading.Lock()

    def rest(self, seconds: float) -> Standing:
        """Wait until nothing is under way there, but not longer than ``seconds``; say how things stand then."""
        told = self._ask({"rest": seconds})
        due = datetime.fromisoformat(told["due"]) if told["due"] else None
        return Standing(told["begun"], tuple(told["under_way"]), due)

    def advance(self, to: datetime, begun: int | None, wake: bool = True) -> bool:
        """Let it be ``to``; False, and nothing, if work has begun since."""
        return bool(self._ask({"to": to.isoformat(), "begun": begun, "wake": wake}))

    def _ask(self, asked: dict[str, Any]) -> Any:
        with self._turn:
            try:
                self._lines.write(json.dumps(asked) + "\n")
                self._lines.flush()
                return json.loads(self._lines.readline())
            except (OSError, ValueError) as error:
                raise RuntimeError("MiniStack has gone; see .local/ministack.log") from error


class Timekeeper:
    """Whoever leads the clock. ``beside`` names what is under way outside of the cloud."""

    def __init__(self, clock: Clock, line: Line, beside: Callable[[], Collection[str]] = tuple) -> None:
        self.clock = clock
        self._line = line
        self._beside = beside
        self._pace = Pace(clock.speed, time.monotonic(), clock.now())
        self._last = Standing(0, (), None)
        self.patience = PATIENCE_SECONDS

    def begin(self) -> None:
        """Let time run from now on: what passed before is made up for only where time is real."""
        if self._pace.waits:
            self._pace = Pace(self.clock.speed, time.monotonic(), self.clock.now())

    def rest(self) -> None:
        """Wait until nothing is under way anywhere; at the speed of life, or slower, wait for nothing.

        Raises Stuck, naming what is under way, if nothing has begun for ``patience`` seconds.
        """
        news_at, before = time.monotonic(), -1
        while self._pace.waits:
            found = self._line.rest(REST_SECONDS)
            under_way = (*found.under_way, *self._beside())
            self._last = self._line.rest(0.0)
            if not under_way and not self._last.under_way and self._last.begun == found.begun:
                return
            if found.begun != before:
                news_at, before = time.monotonic(), found.begun
            elif time.monotonic() - news_at > self.patience:
                told = ", ".join(under_way)
                raise Stuck(f"virtual time has stood for {self.patience:g} s; still under way: {told}")
            time.sleep(0.0 if found.under_way else _LOOK_SECONDS)
        self._last = self._line.rest(0.0)

    def step(self, due: datetime | None = None) -> None:
        """Go on, if nothing has begun since ``rest``: to the next thing that is due, or as far as the pace allows.

        ``due`` is when the caller has something to do, which comes before what the cloud would do at the same instant.
        """
        now, goal = self.clock.now(), self._pace.goal(time.monotonic())
        waits = self._pace.waits
        dues = [each for each in (due, self._last.due) if each is not None]
        to = next_instant(now, goal, dues, self._last.under_way if waits else ())
        if to is None:
            return
        wake = due is None or to < due
        if not self._line.advance(to, self._last.begun if waits else None, wake):
            return
        if to >= goal:
            time.sleep(STEP_SECONDS)

    def run(self, stopped: threading.Event) -> None:
        """Lead the clock for whoever comes, until ``stopped``. Raises RuntimeError if the cloud has gone."""
        self.begin()
        while not stopped.is_set():
            try:
                self.rest()
                self.step()
            except Stuck as stuck:
                print(stuck, file=sys.stderr, flush=True)

    def _run(self, stopped: threading.Event) -> None:
        try:
            self.run(stopped)
        except RuntimeError as error:
            print(error, file=sys.stderr, flush=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Lead the clock from a thread until the block ends."""
        stopped = threading.Event()
        thread = threading.Thread(target=self._run, args=(stopped,), daemon=True, name="time")
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join(REST_SECONDS * 2)
