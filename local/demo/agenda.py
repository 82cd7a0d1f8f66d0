"""Who does what when, in virtual time: one thing after the other, each once the last has had all its consequences."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from local.clock import Watch

Act = Callable[[], object]


class Time(Protocol):
    """Whoever leads the clock: `local.timekeeper.Timekeeper`."""

    def begin(self) -> None:
        """Let time run from now on."""

    def rest(self) -> None:
        """Wait until nothing is under way."""

    def step(self, due: datetime | None = None) -> None:
        """Go on, but not past what is due."""


class Agenda:
    """Acts by their instants. Acts may put further acts on it; what an act raises ends the play."""

    def __init__(self, clock: Watch) -> None:
        self._clock = clock
        self._entries: list[tuple[datetime, int, Act]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def at(self, instant: datetime, act: Act) -> None:
        """Do something at an instant, or at once if that has passed."""
        with self._lock:
            heapq.heappush(self._entries, (instant, next(self._numbers), act))

    def after(self, wait: timedelta, act: Act) -> None:
        """Do something after a while, which begins with the present second."""
        self.at(self._clock.now().replace(microsecond=0) + wait, act)

    @property
    def due(self) -> datetime | None:
        """When there is something to do next."""
        with self._lock:
            return self._entries[0][0] if self._entries else None

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do."""
        return self.due is None

    def play(self, time: Time, look: Act, is_over: Callable[[], bool]) -> None:
        """Work off the agenda until ``is_over``; call ``look`` whenever nothing is under way, before time goes on."""
        time.begin()
        while True:
            time.rest()
            look()
            if (due := self.due) is not None and due <= self._clock.now():
                self._next()()
            elif is_over():
                return
            else:
                time.step(due)

    def _next(self) -> Act:
        with self._lock:
            return heapq.heappop(self._entries)[2]
