"""What lies outside of the tables, in memory: the bus, the machines, the queues, the provider and the counters."""

from __future__ import annotations

import json
from collections import Counter
from types import SimpleNamespace

from cartback.domain.facts import Fact
from cartback.domain.intake.sieve import sieve
from cartback.ports import Delivery, Doubtful, NotSent, Outgoing, Sent

LEFT_MS = 240_000
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: LEFT_MS)
"""What Lambda tells a handler, as far as ours ask: how many milliseconds the call still has."""


class ListBus:
    """Remembers every fact, and can refuse to take any."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def publish(self, facts) -> None:
        self.facts.extend(facts)

    def named(self, name: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.name == name]


class ListRuns:
    """Remembers every run by its name."""

    def __init__(self) -> None:
        self.started: dict[str, dict[str, object]] = {}

    def start(self, flow: str, name: str, variables: dict[str, object]) -> bool:
        if name in self.started:
            return False
        json.dumps(variables)
        self.started[name] = variables
        return True


class ListQueue:
    """The queue and its dead-letter queue."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.parked: list[tuple[str, str]] = []

    def put(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)

    def park(self, body: str, reason: str) -> None:
        self.parked.append((body, reason[:250] or "unknown"))


class CountingMetrics:
    """Counts."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def count(self, name: str, value: int = 1, **dimensions: str) -> None:
        self.counts[name] += value


class ListRaw:
    """Remembers every batch that was kept."""

    def __init__(self) -> None:
        self.batches: dict[tuple[str, str], list[Delivery]] = {}
        self.sieves: dict[tuple[str, str], str] = {}

    def keep(self, shop: str, batch: str, deliveries, names=None) -> None:
        self.batches[(shop, batch)] = list(deliveries)
        self.sieves[(shop, batch)] = "" if names is None else sieve(names)


class Outbox:
    """A provider that takes everything, unless it was told what to answer next."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.answers: list[Sent | NotSent | Doubtful] = []

    def send(self, message: Outgoing) -> Sent | NotSent | Doubtful:
        answer = self.answers.pop(0) if self.answers else Sent(f"ses-{len(self.sent) + 1}")
        if not isinstance(answer, NotSent):
            self.sent.append(message)
        return answer
