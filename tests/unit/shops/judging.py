"""Whether a document is valid by a schema, and no more: the reasons, which take most of the time, are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend


def _holds(validator: Any, instance: Any, schema: Any) -> bool:
    return next(validator.descend(instance, schema), None) is None


def _any_of(validator: Any, schemas: list[Any], instance: Any, _: Any) -> Iterator[ValidationError]:
    if not any(_holds(validator, instance, schema) for schema in schemas):
        yield ValidationError("none of them")


def _one_of(validator: Any, schemas: list[Any], instance: Any, _: Any) -> Iterator[ValidationError]:
    if sum(_holds(validator, instance, schema) for schema in schemas) != 1:
        yield ValidationError("none of them, or several")


Judge = extend(Draft202012Validator, {"anyOf": _any_of, "oneOf": _one_of})
"""The same verdicts as ``Draft202012Validator``, which collects every error of every branch before it says no."""
