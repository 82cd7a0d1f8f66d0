"""The kept raw events, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.ports import Delivery

if TYPE_CHECKING:
    from tests.fakes.outside import ListRaw


class MemoryShelf:
    """The port ``RawArchive``, on what ``ListRaw`` remembers."""

    def __init__(self, raw: ListRaw) -> None:
        self.raw = raw

    def between(self, shop: str, from_at: datetime, until_at: datetime) -> Iterator[Delivery]:
        for (of, _), deliveries in list(self.raw.batches.items()):
            if of == shop:
                yield from (one for one in deliveries if from_at <= one.received_at < until_at)
