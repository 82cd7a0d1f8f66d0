"""Who does what when, in virtual time: one thread looks at the clock, a few do the work."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from local.clock import Clock

HANDS = 8
LOOK_SECONDS = 0.02

Act = Callable[[], object]


class Agenda:
    """Acts by their instants. Acts may put further acts on it; what an act raises ends the play."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[tuple[datetime, int, Act]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._running: set[Future[object]] = set()
        self.latest = timedelta(0)
        """By how much the latest act of the last look was late, in virtual time."""

    def at(self, instant: datetime, act: Act) -> None:
        """Do something at an instant, or at once if that has passed."""
        with self._lock:
            heapq.heappush(self._entries, (instant, next(self._numbers), act))

    def after(self, wait: timedelta, act: Act) -> None:
        """Do something after a while."""
        self.at(self._clock.now() + wait, act)

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do, or being done."""
        with self._lock:
            return not self._entries and not self._running

    def play(self, look: Act, is_over: Callable[[], bool]) -> None:
        """Work off the agenda until ``is_over``; call ``look`` some dozen times a second."""
        with ThreadPoolExecutor(HANDS, thread_name_prefix="shopper") as hands:
            while not is_over():
                for act in self._due():
                    future = hands.submit(act)
                    with self._lock:
                        self._running.add(future)
                self._settle()
                look()
                time.sleep(LOOK_SECONDS)

    def _due(self) -> list[Act]:
        now, due = self._clock.now(), []
        with self._lock:
            while self._entries and self._entries[0][0] <= now:
                instant, _, act = heapq.heappop(self._entries)
                self.latest = now - instant
                due.append(act)
        return due

    def _settle(self) -> None:
        with self._lock:
            done = {future for future in self._running if future.done()}
            self._running -= done
        for future in done:
            future.result()
