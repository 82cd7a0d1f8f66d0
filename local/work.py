"""What is under way in the emulated cloud, and what waits there for a virtual instant."""

from __future__ import annotations

import heapq
import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from local.clock import Clock

_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: how many pieces of work ever began, what is under way, and what is due when."""

    begun: int
    under_way: tuple[str, ...]
    due: datetime | None


@dataclass(order=True, slots=True)
class _Sleeper:
    due: datetime
    number: int
    label: str = field(compare=False)
    woken: bool = field(default=False, compare=False)


def _nothing(now: datetime) -> tuple[()]:
    return ()


class Work:
    """The book of work. Everything begins in it before it is begun by anybody, and ends when it is done.

    ``waiting`` gives what nobody works on yet but somebody will at once, such as messages in a queue; ``due`` gives the
    instants at which there will be more of it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._under_way: Counter[str] = Counter()
        self._begun = 0
        self._sleepers: list[_Sleeper] = []
        self._numbers = itertools.count()
        self._mine = threading.local()
        self.waiting: Callable[[datetime], Collection[str]] = _nothing
        self.due: Callable[[datetime], Iterable[datetime]] = _nothing
        self.moved: Callable[[], None] = lambda: None

    def begin(self, label: str) -> None:
        """Note that something is under way."""
        with self._changed:
            self._begin(label)

    def _begin(self, label: str) -> None:
        self._begun += 1
        self._under_way[label] += 1

    def end(self, label: str) -> None:
        """Note that it is done."""
        with self._changed:
            self._end(label)

    def _end(self, label: str) -> None:
        self._under_way[label] -= 1
        if not self._under_way[label]:
            del self._under_way[label]
        self._changed.notify_all()

    @contextmanager
    def under_way(self, label: str) -> Iterator[None]:
        """Count the block as work."""
        self.begin(label)
        try:
            yield
        finally:
            self.end(label)

    @contextmanager
    def looking(self, label: str) -> Iterator[None]:
        """Let the block be under way without being news: it looks whether there is work, and begins what it finds."""
        with self._changed:
            self._under_way[label] += 1
        try:
            yield
        finally:
            self.end(label)

    def mine(self, label: str) -> None:
        """Say that the calling thread is this piece of work."""
        self._mine.label = label

    def sleep(self, seconds: float) -> None:
        """Wait until so many virtual seconds have passed, to the whole second, as Step Functions waits.

        A thread of ours is not under way meanwhile, and is again from the moment that its time has come.
        """
        until = math.ceil(self._clock.now().timestamp() + seconds)
        label: str | None = getattr(self._mine, "label", None)
        with self._changed:
            sleeper = _Sleeper(datetime.fromtimestamp(until, UTC), next(self._numbers), label or "a sleeper")
            heapq.heappush(self._sleepers, sleeper)
            if label is not None:
                self._end(label)
            self._changed.wait_for(lambda: sleeper.woken)
            if label is None:
                self._end(sleeper.label)

    def standing(self) -> Standing:
        """How things stand at this moment."""
        with self._changed:
            return self._standing()

    def _standing(self) -> Standing:
        now = self._clock.now()
        under_way = (*sorted(self._under_way), *self.waiting(now))
        due = [*self.due(now), *(sleeper.due for sleeper in self._sleepers[:1])]
        return Standing(self._begun, under_way, min(due, default=None))

    def rest(self, seconds: float) -> Standing:
        """Wait until nothing is under way, but not longer than ``seconds``; say how things stand then."""
        until = time.monotonic() + seconds
        with self._changed:
            while (found := self._standing()).under_way and time.monotonic() < until:
                self._changed.wait(_POLL_SECONDS)
            return found

    def advance(self, to: datetime, begun: int | None, wake: bool = True) -> bool:
        """Let it be ``to`` and ``wake`` whoever waited for that; False, and nothing, if work has begun since.

        ``begun`` is what the one who decided this was told, None to go on whatever is under way.
        """
        with self._changed:
            if begun is not None and (begun != self._begun or self._standing().under_way):
                return False
            self._clock.move(to)
            now = self._clock.now()
            while wake and self._sleepers and self._sleepers[0].due <= now:
                sleeper = heapq.heappop(self._sleepers)
                self._begin(sleeper.label)
                sleeper.woken = True
            self._changed.notify_all()
        self.moved()
        return True

    def threads(self, *, endless: Collection[str] = ()) -> Any:
        """What a module of the emulator gets in place of `threading`: each of its threads is work from start to end.

        Threads whose function is called as one of ``endless`` never end and are none.
        """
        work = self

        class Thread(threading.Thread):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                called = (kwargs.get("name"), kwargs.get("target"), *kwargs.get("args", ()))
                self._label = _told(called)
                self._counts = not endless_ones.intersection(_names(called))

            def start(self) -> None:
                if self._counts:
                    work.begin(self._label)
                try:
                    super().start()
                except RuntimeError:
                    if self._counts:
                        work.end(self._label)
                    raise

            def run(self) -> None:
                if not self._counts:
                    super().run()
                    return
                work.mine(self._label)
                try:
                    super().run()
                finally:
                    work.end(self._label)

        endless_ones = frozenset(endless)
        return SimpleNamespace(**{**vars(threading), "Thread": Thread})

    def time(self) -> Any:
        """What a module of the emulator gets in place of `time`: virtual time, and sleep in it."""
        return SimpleNamespace(**{**vars(time), "time": self._seconds, "sleep": self.sleep})

    def dates(self) -> Any:
        """What a module of the emulator gets in place of `time`, if its own pauses are to stay real."""
        return SimpleNamespace(**{**vars(time), "time": self._seconds})

    def _seconds(self) -> float:
        return self._clock.now().timestamp()


def _names(called: Iterable[Any]) -> set[str]:
    return {each.__name__ for each in called if callable(each) and hasattr(each, "__name__")}


def _told(called: Iterable[Any]) -> str:
    """Name a thread's work by its name, the last function among target and arguments, and the texts behind it."""
    words: list[str] = []
    for each in called:
        if isinstance(each, str):
            words.append(each)
        elif callable(each) and hasattr(each, "__name__") and each.__name__ != "run":
            words.append(each.__name__.strip("_").replace("_", " "))
    return " ".join(words)[:200] or "a thread"
