"""What Shopware's document leaves open: criteria name fields as texts, and a sync carries any objects.

Both are held to the entities of the same document: a field or an association that an entity does not have is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import ValidationError

from tests.specs.openapi import Spec
from tests.specs.shopware.trim import SEARCHED

_PREFIX = "#/components/schemas/"


def check_search(spec: Spec, entity: str, criteria: dict[str, Any]) -> None:
    """Raise ValidationError for a filter, sorting or association that this entity does not have."""
    _walk(spec, SEARCHED[entity], criteria)


def check_sync(spec: Spec, operations: list[dict[str, Any]]) -> None:
    """Raise ValidationError for rows that are no such entity; read-only fields are not ours to write."""
    for operation in operations:
        name = operation["entity"].title().replace("_", "")
        if name not in spec.schemas:
            raise ValidationError(f"{operation['entity']} is no entity")
        for row in operation["payload"]:
            spec.hold(row, {"$ref": f"{_PREFIX}{name}"})
            written = {key for key in row if spec.schemas[name]["properties"][key].get("readOnly")}
            if written:
                raise ValidationError(f"{sorted(written)} of {name} are read-only")


def _walk(spec: Spec, name: str, criteria: dict[str, Any]) -> None:
    for path in [*_fields(criteria.get("filter", [])), *(one["field"] for one in criteria.get("sort", []))]:
        *way, last = path.split(".")
        owner = name
        for step in way:
            owner = _leads_to(spec, owner, step)
        _property(spec, owner, last)
    for step, inner in criteria.get("associations", {}).items():
        _walk(spec, _leads_to(spec, name, step), inner)


def _fields(filters: list[dict[str, Any]]) -> Iterator[str]:
    for one in filters:
        if "field" in one:
            yield one["field"]
        yield from _fields(one.get("queries", []))


def _leads_to(spec: Spec, name: str, step: str) -> str:
    made = _property(spec, name, step)
    target = made.get("items", made).get("$ref")
    if target is None:
        raise ValidationError(f"{step} of {name} is no association")
    return target.removeprefix(_PREFIX)


def _property(spec: Spec, name: str, step: str) -> dict[str, Any]:
    found = spec.schemas[name]["properties"].get(step)
    if found is None:
        raise ValidationError(f"{name} has no {step}")
    return found
