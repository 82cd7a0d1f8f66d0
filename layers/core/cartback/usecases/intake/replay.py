"""Send kept raw events through the intake once more: what was applied before is skipped, what was missed is not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused

if TYPE_CHECKING:
    from cartback.ports import Clock, Queue, RawArchive

KEPT = timedelta(days=14)
"""How long raw events are kept. Idempotency keys and names of runs live longer, so that a replay repeats nothing."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found, each event counted once. ``first_at`` and ``last_at`` are when we received them."""

    events: int
    topics: dict[str, int] = field(default_factory=dict)
    first_at: datetime | None = None
    last_at: datetime | None = None
    generation: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """Queue a shop's kept events again, by when they were received: ``from_at`` inclusive, ``until_at`` exclusive.

    Events that were completed before are recognised by their keys and skipped. With ``force`` they are applied again
    under new keys; rows then fold to what they are, facts come out under the ids that they had, runs meet their
    names and messages their claims. With ``dry_run`` nothing is queued. Raises Refused for a span that makes no
    sense.
    """

    shelf: RawArchive
    queue: Queue
    clock: Clock

    def __call__(
        self, shop: str, from_at: datetime, until_at: datetime, *, dry_run: bool = False, force: bool = False
    ) -> Replayed:
        now = self.clock.now()
        if from_at >= until_at:
            raise Refused("--from must be before --to")
        if from_at < now - KEPT:
            raise Refused(f"--from: raw events are kept for {KEPT.days} days")
        generation = now.isoformat() if force else ""
        seen: set[tuple[str, str]] = set()
        topics: Counter[str] = Counter()
        received: list[datetime] = []
        for kept in self.shelf.between(shop, from_at, until_at):
            name = (kept.platform, kept.key)
            if name in seen:
                continue
            seen.add(name)
            topics[kept.topic] += 1
            received = [min([*received[:1], kept.received_at]), max([*received[1:], kept.received_at])]
            if not dry_run:
                self.queue.put(replace(kept, replayed=True, generation=generation))
        first_at, last_at = received or (None, None)
        return Replayed(len(seen), dict(topics.most_common()), first_at, last_at, generation)
