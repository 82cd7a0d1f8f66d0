"""Time, randomness, counters, facts and runs: what is neither a row nor a message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cartback.domain.facts import Fact


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime: ...


class Tokens(Protocol):
    """The only source of secrets: 256 random bits as URL-safe text."""

    def fresh(self) -> str: ...


class Hasher(Protocol):
    """A keyed hash, so that an address can be recognised without being kept."""

    def __call__(self, shop: str, text: str) -> str: ...


class Metrics(Protocol):
    """Counters that alarms look at. Dimensions are words, never people."""

    def count(self, name: str, value: int = 1, **dimensions: str) -> None: ...


class Counters(Protocol):
    """Counts against floods: how often something happened lately."""

    def count(self, shop: str, name: str, within: timedelta) -> int:
        """Count once more, and give how often it happened in the running window of this length."""


class Bus(Protocol):
    """Where facts are told."""

    def publish(self, facts: Sequence[Fact]) -> None: ...


class Runs(Protocol):
    """The state machines."""

    def start(self, flow: str, name: str, variables: dict[str, object]) -> bool:
        """Start a run; False if one of this name has been started before."""
