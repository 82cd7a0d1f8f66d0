"""The least that `ApplyEvents` needs to work: rows in dicts. What is measured on it is the house's own code alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bench.traffic import Webhook
from cartback import shops
from cartback.domain.facts import Fact
from cartback.domain.intake.delivery import Delivery
from cartback.ports import Begun, RowSet
from cartback.usecases.apply_events import ApplyEvents
from cartback.usecases.batch import Message

_PARTS = ("carts", "persons", "refs", "aliases", "stock", "inventory", "products", "blocks")


class Rows:
    """The port ``Records`` for a single worker: nobody is ever quicker."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[tuple[str, str], Any]] = {part: {} for part in _PARTS}

    def read(self, shop: str, **wanted: Iterable[str]) -> RowSet:
        """The named rows."""
        page = RowSet()
        for part, names in wanted.items():
            kept = self.kept[part]
            getattr(page, part).update({name: kept.get((shop, name)) for name in names})
        return page

    def save(self, shop: str, before: RowSet, after: RowSet) -> None:
        """Keep what differs."""
        for part in _PARTS:
            old = getattr(before, part)
            for name, row in getattr(after, part).items():
                if row != old.get(name):
                    versioned = hasattr(row, "version")
                    self.kept[part][(shop, name)] = (
                        replace(row, version=row.version + 1) if versioned else row
                    )


class Worker:
    """One worker with everything around it that says yes, at ``at``, or else at the machine's own time."""

    def __init__(self, at: datetime | None = None) -> None:
        self.records, self.facts, self.known = Rows(), 0, set[str]()
        self._at = at
        quiet: Any = self
        self.apply = ApplyEvents(
            records=self.records,  # type: ignore[arg-type]
            once=quiet,
            bus=quiet,
            raw=quiet,
            parking=quiet,
            hasher=_hashed,
            clock=quiet,
            metrics=quiet,
            adapter=shops.load,
        )

    def work_off(self, webhooks: Sequence[Webhook]) -> None:
        """Apply webhooks as one batch. Raises RuntimeError if any was not applied."""
        messages = [_message(each, self.now()) for each in webhooks]
        report = self.apply(messages)
        if len(report.applied) != len(messages):
            raise RuntimeError(f"applied {len(report.applied)} of {len(messages)}")

    def begin(self, keys: Sequence[str]) -> Begun:
        """All keys are fresh: duplicates are measured elsewhere."""
        return Begun(frozenset(keys), frozenset(), frozenset())

    def complete(self, keys: Sequence[str]) -> None:
        """See ``ports.Once``."""

    def abandon(self, keys: Sequence[str]) -> None:
        """See ``ports.Once``."""

    def publish(self, facts: Sequence[Fact]) -> None:
        """Count facts."""
        self.facts += len(facts)

    def keep(self, *_: object) -> None:
        """See ``ports.RawStore``."""

    def park(self, body: str, reason: str) -> None:
        """Nothing here should be parked. Raises RuntimeError."""
        raise RuntimeError(reason)

    def count(self, *_: object, **__: str) -> None:
        """See ``ports.Metrics``."""

    def now(self) -> datetime:
        """The time that the worker was given, or the machine's."""
        return self._at or datetime.now(UTC)


def _message(each: Webhook, received_at: datetime) -> Message:
    key = f"{each.topic}:event:{each.event_id}"
    return Message(
        each.event_id,
        "",
        Delivery(each.shop, "shopify", each.topic, key, received_at, each.body.decode()),
    )


def _hashed(shop: str, text: str) -> str:
    return hashlib.sha256(f"{shop}\x1f{text}".encode()).hexdigest()[:40]
