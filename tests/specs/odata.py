"""Requests of Business Central's kind, held to what Microsoft's documentation of version 2.0 says of its entities."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import ValidationError

from tests.unit.web.server import Asked

_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_WRITTEN = {
    "guid": _GUID,
    "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "text": r"'(?:[^']|'')*'",
}
_ENTITIES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "business_central" / "entities.json").read_text()
)
_PATH = re.compile(
    rf"/v2\.0/[^/]+/[^/]+/api/v2\.0/(?:companies\({_GUID}\)/(\w+)(?:\({_GUID}\))?|(subscriptions)(?:\('[^']+'\))?)"
)
_TERM = re.compile(r"(\w+) (?:eq|ne|gt|ge|lt|le) (\S+)")
# Ours is the mark of a page in the link to the next one: the real one is Microsoft's own affair.
_OPTIONS = {"$filter", "$orderby", "$expand", "page"}


def check(asked: Asked) -> None:
    """Raise ValidationError for an entity, a field or a navigation that the documentation does not name."""
    found = _PATH.fullmatch(asked.path)
    name = (found[1] or found[2]) if found else ""
    if name not in _ENTITIES or (name == "subscriptions") != bool(found[2]):
        raise ValidationError(f"{asked.path} is no path of version 2.0")
    entity = _ENTITIES[name]
    if set(asked.query) - _OPTIONS:
        raise ValidationError(f"{sorted(set(asked.query) - _OPTIONS)} are no options")
    options = {option: values[0] for option, values in asked.query.items()}
    for term in filter(None, re.split(" and | or ", options.get("$filter", ""))):
        _term(name, entity["fields"], term)
    _known(name, entity["fields"], options.get("$orderby", "").split(","))
    _known(name, entity["navigation"], options.get("$expand", "").split(","))
    if asked.method in ("POST", "PATCH"):
        _known(name, entity["fields"], list(asked.body))
        if not all(isinstance(value, str) for value in asked.body.values()):
            raise ValidationError(f"the fields of {name} are texts")


def _term(name: str, fields: dict[str, str], term: str) -> None:
    said = _TERM.fullmatch(term)
    if said is None:
        raise ValidationError(f"{term!r} is no comparison")
    _known(name, fields, [said[1]])
    if not re.fullmatch(_WRITTEN[fields[said[1]]], said[2]):
        raise ValidationError(f"{said[1]} is a {fields[said[1]]}, not {said[2]}")


def _known(name: str, known: Any, asked: list[str]) -> None:
    strange = {one for one in asked if one} - set(known)
    if strange:
        raise ValidationError(f"{name} has no {sorted(strange)}")
