"""Requests held to an OpenAPI document: its paths, its parameters, its bodies, and nothing beside them.

A JSON Schema lets through what it does not name. Here what is not named is a mistake: a vendor ignores a misspelt
parameter or refuses it, and either is worse than a red test.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from tests.unit.web.server import Asked

FORM = "application/x-www-form-urlencoded"
_STEP = re.compile(r"[^\[\]]+|\[\]")
# How the plain types of JSON are written in a form, where all is text.
_WRITTEN = {"integer": r"^-?\d+$", "number": r"^-?\d+(\.\d+)?$", "boolean": "^(true|false)$"}


class Spec:
    """An excerpt of a vendor's document; ``base`` is what stands before its paths in a request."""

    def __init__(self, path: Path, base: str = "") -> None:
        said = json.loads(path.read_text())
        self.version: str = said["info"]["version"]
        self.schemas: dict[str, Any] = closed(said.get("components", {}).get("schemas", {}))
        self._base = base
        self._paths = {re.compile(_pattern(path)): methods for path, methods in said["paths"].items()}

    def check(self, asked: Asked) -> None:
        """Raise jsonschema's ValidationError for a request that the document does not describe."""
        operation, named = self._operation(asked)
        places = {place: _parameters(operation, place) for place in ("path", "query")}
        self.hold(named, places["path"])
        self.hold(nested(asked.query), as_text(places["query"]))
        bodies = operation.get("requestBody", {}).get("content", {})
        if not bodies:
            if asked.body:
                raise ValidationError(f"{asked.path} takes no body")
            return
        kind = asked.headers.get("content-type", "").partition(";")[0]
        if kind not in bodies:
            raise ValidationError(f"{asked.path} takes {sorted(bodies)}, not {kind}")
        schema = closed(bodies[kind]["schema"])
        if kind == FORM:
            self.hold(nested(asked.body), as_text(schema))
        else:
            self.hold(asked.body, schema)

    def hold(self, sent: Any, schema: dict[str, Any]) -> None:
        """Hold a value to a schema that may refer to those of the document."""
        Draft202012Validator({**schema, "components": {"schemas": self.schemas}}).validate(sent)

    def _operation(self, asked: Asked) -> tuple[dict[str, Any], dict[str, str]]:
        path = asked.path.removeprefix(self._base)
        for pattern, methods in self._paths.items():
            found = pattern.fullmatch(path)
            if found and asked.path.startswith(self._base):
                if asked.method.lower() not in methods:
                    raise ValidationError(f"{asked.method} is no method of {path}")
                return methods[asked.method.lower()], found.groupdict()
        raise ValidationError(f"{asked.path} is no path of version {self.version}")


def closed(schema: Any) -> Any:
    """Forbid what an object does not name, here and in all parts."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(one) for name, one in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema:
        made.setdefault("additionalProperties", False)
    return made


def as_text(schema: Any) -> Any:
    """Give the schema of a value as a form writes it."""
    if isinstance(schema, list):
        return [as_text(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kind = schema.get("type")
    if isinstance(kind, str) and kind in _WRITTEN:
        return {"type": "string", "pattern": _WRITTEN[kind]}
    return {name: as_text(one) for name, one in schema.items()}


def nested(form: dict[str, list[str]]) -> dict[str, Any]:
    """Read ``a[b]=1&c[]=2&c[]=3`` as ``{"a": {"b": "1"}, "c": ["2", "3"]}``; a name given twice is a list, too."""
    made: dict[str, Any] = {}
    for name, values in form.items():
        steps = _STEP.findall(name)
        is_list = steps[-1] == "[]"
        place = made
        for step in steps[: -2 if is_list else -1]:
            place = place.setdefault(step, {})
        place[steps[-2] if is_list else steps[-1]] = values if is_list or len(values) > 1 else values[0]
    return made


def _parameters(operation: dict[str, Any], place: str) -> dict[str, Any]:
    listed = [one for one in operation.get("parameters", []) if one["in"] == place]
    return {
        "type": "object",
        "properties": {one["name"]: one["schema"] for one in listed},
        "required": [one["name"] for one in listed if one.get("required")],
        # A document may leave the names in a path without a schema of their own.
        "additionalProperties": place == "path",
    }


def _pattern(path: str) -> str:
    parts = re.split(r"\{(\w+)\}", path)
    return "".join(f"(?P<{one}>[^/]+)" if at % 2 else re.escape(one) for at, one in enumerate(parts))
