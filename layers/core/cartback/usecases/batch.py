"""A batch of the intake queue: its messages, and what became of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cartback.domain.hashes import short

if TYPE_CHECKING:
    from cartback.ports import Delivery


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the queue: its id there, its body as it lies there, and the delivery that it holds."""

    message_id: str
    body: str
    delivery: Delivery

    @property
    def cause(self) -> str:
        """The event's name over all shops, hashed because senders put anything into their ids."""
        return short("event", self.delivery.shop, self.delivery.platform, self.delivery.key, length=64)

    @property
    def once_key(self) -> str:
        """Under which it is applied once: its name, or a new one for each time that an operator insists."""
        again = self.delivery.generation
        return short("again", again, self.cause, length=64) if again else self.cause


@dataclass(slots=True)
class Report:
    """What became of a batch. ``failed`` go back to the queue; all the others are finished with."""

    applied: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    strangers: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often a name was heard that is not the shop's, by kind and name."""
