"""Virtual time: one list of what happens when. Nothing here knows the time of this machine."""

from __future__ import annotations

import hashlib
import heapq
import random
from collections.abc import Callable
from datetime import datetime, timedelta

MOST_STEPS = 15_000


class Endless(Exception):
    """The season does not come to an end: something asks for itself again and again."""


def stream(*names: object) -> random.Random:
    """The randomness of one actor. Actors do not share any, so that one can be left out without the others changing."""
    return random.Random("/".join(map(str, names)))


def chances(count: int, *names: object) -> list[float]:
    """So many numbers from 0 to 1 for one name: a stream for those who need only a few, at a tenth of its price."""
    text = "/".join(map(str, names)).encode()
    drawn = hashlib.blake2b(text, digest_size=8 * count).digest()
    return [int.from_bytes(drawn[at : at + 8]) / 2**64 for at in range(0, 8 * count, 8)]


def seconds(rng: random.Random, least: float, most: float) -> timedelta:
    """A span in whole milliseconds, so that instants read well in a story."""
    return timedelta(milliseconds=rng.randint(int(least * 1000), int(most * 1000)))


class Schedule:
    """What is to happen, in order of time and then of asking."""

    def __init__(self, start: datetime) -> None:
        self.now = start
        self._asked = 0
        self._list: list[tuple[datetime, int, Callable[[], None]]] = []

    def at(self, when: datetime, do: Callable[[], None]) -> None:
        """Do this then, or at once if then is past."""
        self._asked += 1
        if self._asked > MOST_STEPS:
            raise Endless
        heapq.heappush(self._list, (max(when, self.now), self._asked, do))

    def after(self, span: timedelta, do: Callable[[], None]) -> None:
        """Do this so much later."""
        self.at(self.now + span, do)

    def run_until(self, end: datetime, enough: Callable[[], bool] = lambda: False) -> None:
        """Let everything happen that is due by ``end``; then it is ``end``. May be called from within itself.

        What is ``enough`` is asked after each thing that happened; then the rest is left undone.
        """
        while self._list and self._list[0][0] <= end:
            when, _, do = heapq.heappop(self._list)
            self.now = max(self.now, when)
            do()
            if enough():
                return
        self.now = max(self.now, end)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to happen."""
        return not self._list
