"""DynamoDB's conditions, as far as our stores write them: OR, AND, NOT, brackets, comparisons, IN, functions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
_TOKEN = re.compile(r"\s*(attribute_not_exists|attribute_exists|AND|OR|NOT|<=|>=|<>|=|<|>|\(|\)|,|[#:]?\w+)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
Test = Callable[[Item, Mapping[str, str], Item], bool]


def holds(expression: str, item: Item | None, names: Mapping[str, str], values: Item) -> bool:
    """Whether a condition holds for an item (None: there is none)."""
    return _parsed(expression)(item or {}, names, values)


@cache
def _parsed(expression: str) -> Test:
    tokens = _TOKEN.findall(expression)
    if "".join(tokens) != re.sub(r"\s", "", expression):
        raise NotImplementedError(expression)
    test, rest = _either(tokens)
    if rest:
        raise NotImplementedError(expression)
    return test


def _either(tokens: list[str]) -> tuple[Test, list[str]]:
    left, tokens = _both(tokens)
    while tokens[:1] == ["OR"]:
        right, tokens = _both(tokens[1:])
        left = _joined(left, right, either=True)
    return left, tokens


def _both(tokens: list[str]) -> tuple[Test, list[str]]:
    left, tokens = _one(tokens)
    while tokens[:1] == ["AND"]:
        right, tokens = _one(tokens[1:])
        left = _joined(left, right, either=False)
    return left, tokens


def _joined(left: Test, right: Test, either: bool) -> Test:
    if either:
        return lambda item, names, values: left(item, names, values) or right(item, names, values)
    return lambda item, names, values: left(item, names, values) and right(item, names, values)


def _one(tokens: list[str]) -> tuple[Test, list[str]]:
    first = tokens[0]
    if first == "NOT":
        test, rest = _one(tokens[1:])
        return lambda item, names, values: not test(item, names, values), rest
    if first == "(":
        test, rest = _either(tokens[1:])
        return test, rest[1:]
    if first.startswith("attribute_"):
        wanted, name = first == "attribute_exists", tokens[2]
        return lambda item, names, values: (names.get(name, name) in item) == wanted, tokens[4:]
    if tokens[1] == "IN":
        end = tokens.index(")")
        among = [each for each in tokens[3:end] if each.startswith(":")]
        return _among(first, among), tokens[end + 1 :]
    if tokens[1] == "BETWEEN":
        low, high = tokens[2], tokens[4]

        def between(item: Item, names: Mapping[str, str], values: Item) -> bool:
            return first in item and _plain(values[low]) <= _plain(item[first]) <= _plain(values[high])

        return between, tokens[5:]
    name, compare, value = first, _COMPARE[tokens[1]], tokens[2]

    def compared(item: Item, names: Mapping[str, str], values: Item) -> bool:
        ours = item.get(names.get(name, name))
        return ours is not None and compare(_plain(ours), _plain(values[value]))

    return compared, tokens[3:]


def _among(name: str, given: list[str]) -> Test:
    """Whether an attribute is one of these values."""

    def among(item: Item, names: Mapping[str, str], values: Item) -> bool:
        ours = item.get(names.get(name, name))
        return ours is not None and any(_plain(ours) == _plain(values[each]) for each in given)

    return among


def _plain(value: Mapping[str, Any]) -> Any:
    ((kind, plain),) = value.items()
    return float(plain) if kind == "N" else plain
