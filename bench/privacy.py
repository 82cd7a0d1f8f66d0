"""What an answer to somebody, and their erasure, cost in a shop of so many carts a month.

Reckoned from what a real sweep was counted to ask (tests/budgets/test_privacy.py): a request lists a thousand names of
objects, and what may be about the person is opened. Assumed: how long a request takes, how many events a person has
within the days that raw events are kept, and how many names they are looked for by.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.cost import MEMORY_GB, SECONDS_A_MONTH, Shape, batch_size
from bench.prices import PRICES

KEPT_SECONDS = 14 * 86_400
NAMES_PER_LIST = 1_000
LIST_MS, OPEN_MS = 200.0, 40.0
OWN_EVENTS = 40.0
LOOKED_FOR = 40
"""Aliases, carts and orders of one person."""

MISTAKEN = 1 / 70_000
"""How often an object is opened in vain, for each name that is looked for (domain.intake.sieve)."""

CALL_MS = 180_000
"""Of a call's four minutes the last one begins no page."""

HISTORY = 25_000
EVENTS_PER_CALL = 7
"""Entries that a task and a choice leave in the history of a run, of which Step Functions takes 25,000."""


@dataclass(frozen=True, slots=True)
class Round:
    """One look through all that is kept of somebody."""

    objects: float
    opened: float
    rewritten: float

    @property
    def lists(self) -> float:
        """Requests that list names."""
        return max(1.0, self.objects / NAMES_PER_LIST)

    @property
    def seconds(self) -> float:
        """How long it takes, one request after another."""
        return (self.lists * LIST_MS + (self.opened + self.rewritten) * OPEN_MS) / 1000

    @property
    def calls(self) -> int:
        """Calls of the task."""
        return int(self.seconds * 1000 // CALL_MS) + 1

    @property
    def dollars(self) -> float:
        """Requests, Lambda and transitions."""
        return (
            self.lists * PRICES["s3_list"].dollars
            + self.opened * PRICES["s3_get"].dollars
            + self.rewritten * PRICES["s3_put"].dollars
            + self.calls * (PRICES["lambda_request"].dollars + 2 * PRICES["transition"].dollars)
            + self.seconds * MEMORY_GB * PRICES["lambda_gb_second"].dollars
        )


def look(carts: int, rewritten: float = 0.0, shape: Shape | None = None) -> Round:
    """One look in a shop of so many carts a month."""
    shape = shape or Shape()
    objects = carts * shape.webhooks / batch_size(carts, shape) * KEPT_SECONDS / SECONDS_A_MONTH
    return Round(objects, OWN_EVENTS + objects * MISTAKEN * LOOKED_FOR, rewritten)


def export(carts: int) -> float:
    """Dollars for one answer."""
    return look(carts).dollars + PRICES["s3_put"].dollars * 10


def erasure(carts: int) -> float:
    """Dollars for one erasure: two rounds, of which the first rewrites."""
    return look(carts, OWN_EVENTS).dollars + look(carts).dollars + 4 * PRICES["transition"].dollars


def history(carts: int) -> float:
    """Entries in the history of an erasure's run."""
    return (look(carts, OWN_EVENTS).calls + look(carts).calls) * EVENTS_PER_CALL + 20
