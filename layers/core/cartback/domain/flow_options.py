"""The options of a flow: what a shop may set of it. A card declares them, its rules read them typed.

Settings hold an option as JSON, as the shop wrote it; what a shop leaves out has the card's default, also in a later
release with another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from cartback.domain.spans import span_of, span_words

type Told = bool | int | str | list[int | str]
"""An option's value as settings hold it."""

LONGEST_TEXT, MOST_TEXTS = 120, 20


class Option[T](Protocol):
    """What a shop may set of a flow: under which name, what it is for, and what it is if the shop says nothing."""

    @property
    def name(self) -> str: ...
    @property
    def default(self) -> T: ...
    @property
    def says(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def allowed(self) -> str: ...
    @property
    def schema(self) -> dict[str, Any]: ...
    def read(self, told: object) -> T: ...
    def told(self, value: T) -> Told: ...


def value_of[T](option: Option[T], told: Mapping[str, Told]) -> T:
    """The value that counts: the shop's, or the default where it said nothing, or what this release does not take.

    What was taken once is not refused at run time: a run would fail for it, and the default is what the card vouches
    for. Whoever edits the shop next is told.
    """
    if option.name not in told:
        return option.default
    try:
        return option.read(told[option.name])
    except ValueError:
        return option.default


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    name: str
    default: bool
    says: str
    kind: str = field(default="flag", init=False)

    @property
    def allowed(self) -> str:
        """What would do, in words."""
        return "true or false"

    @property
    def schema(self) -> dict[str, Any]:
        """What would do, as JSON Schema."""
        return {"type": "boolean"}

    def read(self, told: object) -> bool:
        """The value of what settings hold. Raises ValueError for what is not allowed."""
        if type(told) is not bool:
            raise ValueError(told)
        return told

    def told(self, value: bool) -> Told:
        """The value as settings hold it."""
        return value


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number within bounds, in the ``unit`` that it is said in, such as days or percent."""

    name: str
    default: int
    says: str
    least: int
    most: int
    unit: str = ""
    kind: str = field(default="count", init=False)

    @property
    def allowed(self) -> str:
        """What would do, in words."""
        return f"{self.unit + ', ' if self.unit else ''}a whole number from {self.least} to {self.most}"

    @property
    def schema(self) -> dict[str, Any]:
        """What would do, as JSON Schema."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def read(self, told: object) -> int:
        """The value of what settings hold. Raises ValueError for what is not allowed."""
        if not isinstance(told, int) or isinstance(told, bool) or not self.least <= told <= self.most:
            raise ValueError(told)
        return told

    def told(self, value: int) -> Told:
        """The value as settings hold it."""
        return value


@dataclass(frozen=True, slots=True)
class Counts:
    """Different whole numbers within bounds, such as tiers of stock: at least one, at most ``length``."""

    name: str
    default: tuple[int, ...]
    says: str
    least: int
    most: int
    length: int = 10
    unit: str = ""
    kind: str = field(default="counts", init=False)

    @property
    def allowed(self) -> str:
        """What would do, in words."""
        unit = f"{self.unit}, " if self.unit else ""
        return f"{unit}a list of 1 to {self.length} different whole numbers from {self.least} to {self.most}"

    @property
    def schema(self) -> dict[str, Any]:
        """What would do, as JSON Schema."""
        return _list({"type": "integer", "minimum": self.least, "maximum": self.most}, self.length)

    def read(self, told: object) -> tuple[int, ...]:
        """The value of what settings hold. Raises ValueError for what is not allowed."""
        each = Count(self.name, self.least, "", self.least, self.most)
        return tuple(each.read(one) for one in _different(told, self.length))

    def told(self, value: tuple[int, ...]) -> Told:
        """The value as settings hold it."""
        return list(value)


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time within bounds."""

    name: str
    default: timedelta
    says: str
    least: timedelta
    most: timedelta
    kind: str = field(default="span", init=False)

    @property
    def allowed(self) -> str:
        """What would do, in words."""
        bounds = f"{span_words(self.least)} to {span_words(self.most)}"
        return f"{bounds}: minutes, or a text such as 45m, 1h or 3d"

    @property
    def schema(self) -> dict[str, Any]:
        """What would do, as JSON Schema."""
        return {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]{1,5}[mhd]$"}]}

    def read(self, told: object) -> timedelta:
        """The value of what settings hold. Raises ValueError for what is not allowed."""
        span = span_of(told)
        if not self.least <= span <= self.most:
            raise ValueError(told)
        return span

    def told(self, value: timedelta) -> Told:
        """The value as settings hold it."""
        return span_words(value)


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few words."""

    name: str
    default: str
    says: str
    words: tuple[str, ...]
    kind: str = field(default="word", init=False)

    @property
    def allowed(self) -> str:
        """What would do, in words."""
        return f"one of {', '.join(self.words)}"

    @property
    def schema(self) -> dict[str, Any]:
        """What would do, as JSON Schema."""
        return {"enum": list(self.words)}

    def read(self, told: object) -> str:
        """The value of what settings hold. Raises ValueError for what is not allowed."""
        if not isinstance(told, str) or told not in self.words:
            raise ValueError(told)
        return told

    def told(self, value: str) -> Told:
        """The value as settings hold it."""
        return value


@dataclass(frozen=True, slots=True)
class Words:
    """Several of a few words, each once, in the shop's order; none where ``needed`` is not set."""

    name: str
    default: tuple[str, ...]
    says: str
    words: tuple[str, ...]
    needed: bool = True
    kind: str = field(default="words", init=False)

    @property
    def allowed(self) -> str:
        """What would do, in words."""
        return f"a list of {'one' if self.needed else 'none'} or more of {', '.join(self.words)}, each once"

    @property
    def schema(self) -> dict[str, Any]:
        """What would do, as JSON Schema."""
        return _list({"enum": list(self.words)}, len(self.words), 1 if self.needed else 0)

    def read(self, told: object) -> tuple[str, ...]:
        """The value of what settings hold. Raises ValueError for what is not allowed."""
        each = Word(self.name, "", "", self.words)
        return tuple(each.read(one) for one in _different(told, len(self.words), 1 if self.needed else 0))

    def told(self, value: tuple[str, ...]) -> Told:
        """The value as settings hold it."""
        return list(value)


@dataclass(frozen=True, slots=True)
class Text:
    """Words of the shop's own on one line, such as an account's name; "" where there are none."""

    name: str
    default: str
    says: str
    kind: str = field(default="text", init=False)

    @property
    def allowed(self) -> str:
        """What would do, in words."""
        return f"up to {LONGEST_TEXT} characters on one line"

    @property
    def schema(self) -> dict[str, Any]:
        """What would do, as JSON Schema."""
        return {"type": "string", "maxLength": LONGEST_TEXT}

    def read(self, told: object) -> str:
        """The value of what settings hold. Raises ValueError for what is not allowed."""
        if not isinstance(told, str) or len(told) > LONGEST_TEXT or not told.isprintable():
            raise ValueError(told)
        return told.strip()

    def told(self, value: str) -> Told:
        """The value as settings hold it."""
        return value


@dataclass(frozen=True, slots=True)
class Texts:
    """Several words of the shop's own, such as the names of those who may approve; each once, none by default."""

    name: str
    default: tuple[str, ...]
    says: str
    kind: str = field(default="texts", init=False)

    @property
    def allowed(self) -> str:
        """What would do, in words."""
        return f"a list of up to {MOST_TEXTS} different texts of 1 to {LONGEST_TEXT} characters on one line"

    @property
    def schema(self) -> dict[str, Any]:
        """What would do, as JSON Schema."""
        return _list({"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}, MOST_TEXTS, 0)

    def read(self, told: object) -> tuple[str, ...]:
        """The value of what settings hold. Raises ValueError for what is not allowed."""
        each = Text(self.name, "", "")
        found = tuple(each.read(one) for one in _different(told, MOST_TEXTS, 0))
        if "" in found:
            raise ValueError(told)
        return found

    def told(self, value: tuple[str, ...]) -> Told:
        """The value as settings hold it."""
        return list(value)


def _list(each: dict[str, Any], most: int, least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": each, "minItems": least, "maxItems": most, "uniqueItems": True}


def _different(told: object, most: int, least: int = 1) -> list[object]:
    """The elements of a list in which none is twice. Raises ValueError for anything else."""
    if not isinstance(told, list | tuple) or not least <= len(told) <= most:
        raise ValueError(told)
    if len({repr(one) for one in told}) < len(told):
        raise ValueError(told)
    return list(told)
