"""Fields that several sources tell, in any order, late and repeatedly: each is what outweighs all else told of it.

A word of a field weighs by who says it (``precedence``), then by when it was true, and of two that say different
things of the same instant always the same one counts. So whatever the order in which words come, the same row results,
and a word that is told again changes nothing. What nobody tells stays absent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

Said = tuple[int, datetime]
"""The weight of whoever said it, and when it was true (the source's clock)."""

MOST_PARTS = 200
"""Payments, refunds, parcels or returns of one order that are kept; the longest untold make room."""


class Registered(Protocol):
    """A row that remembers of each field who said it and when."""

    @property
    def said(self) -> dict[str, Said]: ...


def heard[T: Registered](
    row: T, told: Mapping[str, object], at: datetime, weight: Callable[[str], int] = lambda name: 0
) -> T:
    """The row with every field that is told (is not None) and outweighs what the row holds."""
    changes: dict[str, Any] = {}
    said = dict(row.said)
    for name, value in told.items():
        word = (weight(name), at)
        if value is None or not _outweighs(word, value, said.get(name), getattr(row, name)):
            continue
        changes[name], said[name] = value, word
    return replace(row, said=said, **changes) if changes else row  # type: ignore[type-var]


def united[T: Registered](one: T, other: T) -> T:
    """What two rows about the same thing know together."""
    for name, (weight, at) in other.said.items():
        one = heard(one, {name: getattr(other, name)}, at, lambda _, by=weight: by)  # type: ignore[misc]
    return one


def with_part[T: Registered](parts: Mapping[str, T], ref: str, part: T) -> dict[str, T]:
    """The parts with this one among them, the oldest of too many left out."""
    kept = {**parts, ref: part}
    if len(kept) <= MOST_PARTS:
        return kept
    oldest = min(kept, key=lambda name: (max((at for _, at in kept[name].said.values())), name))
    return {name: each for name, each in kept.items() if name != oldest}


def _outweighs(word: Said, value: object, before: Said | None, known: object) -> bool:
    if before is None or word != before:
        return before is None or word > before
    return value != known and repr(value) > repr(known)
