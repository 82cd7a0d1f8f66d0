"""JSONata as state machines use it: a value in which every text ``{% … %}`` is an expression, compiled once.

The library evaluates them all; but a simulation evaluates millions, and nearly all of ours are a path
(``$states.input.next``, ``$plan``), a path compared with a word, or one with a number or an empty object in its
place. Those are walked directly; a test holds both ways to the same answers. Where they could differ (a list on the
way, which JSONata maps over) the library answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

type Scope = tuple[dict[str, Any], dict[str, Any]]
"""What ``$states`` is, and the variables."""

type Template = Callable[[Scope], Any]

_PATH = r"\$(?P<root>[A-Za-z_]\w*)(?P<steps>(?:\.[A-Za-z_]\w*)*)"
_ONLY_PATH = re.compile(_PATH)
_COMPARISON = re.compile(_PATH + r" = '(?P<word>[^'\\]*)'")
_OR_NUMBER = re.compile(_PATH + r" \? \$(?P=root)(?P=steps) : (?P<number>\d+)")
_OR_NOTHING = re.compile(_PATH + r" \? \$(?P=root)(?P=steps) : \{\}")
_UNDEFINED, _ODD = object(), object()


class QueryError(Exception):
    """An expression failed or gave nothing: States.QueryEvaluationError."""


def compiled(value: Any) -> Template:
    """Make a function of a scope out of a value with expressions in it; what holds none is given as it is."""
    if isinstance(value, str) and value.startswith("{%") and value.endswith("%}"):
        return expression(value[2:-2].strip())
    if isinstance(value, dict) and _has_expression(value):
        parts = tuple((key, compiled(each)) for key, each in value.items())
        return lambda scope: {key: part(scope) for key, part in parts}
    if isinstance(value, list) and _has_expression(value):
        items = tuple(compiled(each) for each in value)
        return lambda scope: [item(scope) for item in items]
    return lambda scope: value


@cache
def expression(text: str) -> Template:
    """Compile one expression. It raises QueryError where Step Functions would fail."""
    if (found := _COMPARISON.fullmatch(text)) is not None:
        return _compare(found, by_library(text))
    if (found := _OR_NUMBER.fullmatch(text)) is not None:
        return _or_number(found, by_library(text))
    if (found := _OR_NOTHING.fullmatch(text)) is not None:
        return _or_nothing(found, by_library(text))
    if (found := _ONLY_PATH.fullmatch(text)) is not None:
        return _walk(found, by_library(text))
    return by_library(text)


@cache
def by_library(text: str) -> Template:
    """The same expression without any short cut."""
    try:
        query, exists = Jsonata.jsonata(text), Jsonata.jsonata(f"$exists(({text}))")
    except JException as error:
        raise QueryError(f"{text}: {error}") from error

    def evaluate(scope: Scope) -> Any:
        try:
            value = query.evaluate(None, _bound(query, scope))
            # The library says None for null and for nothing; Step Functions accepts only the former.
            if value is None and not exists.evaluate(None, _bound(exists, scope)):
                raise QueryError(f"{text}: gave nothing")
        except JException as error:
            raise QueryError(f"{text}: {error}") from error
        return value

    return evaluate


def _bound(query: Jsonata, scope: Scope) -> Any:
    states, variables = scope
    frame = query.create_frame()
    frame.bind("states", states)
    for name, value in variables.items():
        # The library takes a None that is bound for nothing at all.
        frame.bind(name, Utils.NULL_VALUE if value is None else value)
    return frame


def _reach(found: re.Match[str]) -> Template:
    """What a path leads to: ``_UNDEFINED`` where there is nothing, ``_ODD`` past what is no object."""
    root, steps = found["root"], tuple(found["steps"].split(".")[1:])

    def evaluate(scope: Scope) -> Any:
        value = scope[0] if root == "states" else scope[1].get(root, _UNDEFINED)
        for step in steps:
            if not isinstance(value, dict):
                return _ODD
            value = value.get(step, _UNDEFINED)
        return value

    return evaluate


def _walk(found: re.Match[str], slow: Template) -> Template:
    reach = _reach(found)

    def evaluate(scope: Scope) -> Any:
        value = reach(scope)
        return slow(scope) if value is _UNDEFINED or value is _ODD else value

    return evaluate


def _compare(found: re.Match[str], slow: Template) -> Template:
    reach, word = _reach(found), found["word"]

    def evaluate(scope: Scope) -> Any:
        value = reach(scope)
        return value == word if isinstance(value, str) else slow(scope)

    return evaluate


def _or_nothing(found: re.Match[str], slow: Template) -> Template:
    """An object that may be missing, or an empty one in its place."""
    reach = _reach(found)

    def evaluate(scope: Scope) -> Any:
        value = reach(scope)
        if value is _UNDEFINED:
            return {}
        return value if isinstance(value, dict) else slow(scope)

    return evaluate


def _or_number(found: re.Match[str], slow: Template) -> Template:
    """A path that may be missing, or a number in its place."""
    reach, number = _reach(found), int(found["number"])

    def evaluate(scope: Scope) -> Any:
        value = reach(scope)
        if value is _UNDEFINED:
            return number
        return (value or number) if type(value) is int else slow(scope)

    return evaluate


def _has_expression(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_expression(each) for each in value.values())
    if isinstance(value, list):
        return any(_has_expression(each) for each in value)
    return isinstance(value, str) and value.startswith("{%")
