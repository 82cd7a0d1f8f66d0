"""Make ``openapi.json`` again: the operations that we call, out of Stripe's own library for Python.

The library of a version is generated from the OpenAPI document of that version, which is 7 MB: its services name method
and path of each operation, and the type of its parameters. Run it with the unpacked package as its argument::

    pip download --no-deps stripe==12.0.0 && unzip stripe-12.0.0-*.whl -d /tmp/stripe
    python -m tests.specs.stripe.trim /tmp/stripe/stripe
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CALLED = {
    "_coupon_service.py": ("create", "retrieve"),
    "_event_service.py": ("list",),
    "_price_service.py": ("retrieve",),
    "_promotion_code_service.py": ("create", "list", "update"),
    "_webhook_endpoint_service.py": ("create", "delete", "list", "update"),
    "checkout/_session_service.py": ("list", "retrieve"),
}
_PLAIN = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}


class Service:
    """One file of the library: a class of operations with the types of their parameters inside."""

    def __init__(self, path: Path) -> None:
        (self.node,) = [one for one in ast.parse(path.read_text()).body if isinstance(one, ast.ClassDef)]
        self.types = {one.name: one for one in self.node.body if isinstance(one, ast.ClassDef)}

    def operation(self, name: str) -> tuple[str, str, dict[str, Any]]:
        """Give method, path and the schema of the parameters."""
        (made,) = [one for one in self.node.body if isinstance(one, ast.FunctionDef) and one.name == name]
        (call,) = [
            one
            for one in ast.walk(made)
            if isinstance(one, ast.Call) and getattr(one.func, "attr", "") == "_request"
        ]
        method, path = call.args[0], call.args[1]
        where = path.func.value if isinstance(path, ast.Call) else path  # "…/{coupon}".format(coupon=…)
        (params,) = [one for one in made.args.args if one.arg == "params"]
        return method.value, where.value, self.schema(params.annotation)

    def schema(self, node: ast.expr) -> dict[str, Any]:
        """Give a type as a JSON Schema."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self.schema(ast.parse(node.value, mode="eval").body)
        if isinstance(node, ast.Name):
            return {"type": _PLAIN[node.id]}
        if isinstance(node, ast.Attribute):
            return self.record(self.types[node.attr])
        if isinstance(node, ast.BinOp):
            return {"anyOf": [self.schema(node.left), self.schema(node.right)]}
        assert isinstance(node, ast.Subscript), ast.dump(node)
        return self.composed(node.value.id, node.slice)

    def composed(self, kind: str, inner: ast.expr) -> dict[str, Any]:
        if kind == "NotRequired":
            return self.schema(inner)
        if kind == "List":
            return {"type": "array", "items": self.schema(inner)}
        if kind == "Literal":
            values = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return {"type": "string", "enum": [one.value for one in values]}
        assert kind == "Dict"
        return {"type": "object", "additionalProperties": self.schema(inner.elts[1])}

    def record(self, made: ast.ClassDef) -> dict[str, Any]:
        fields = dict(self._fields(made))
        required = sorted(name for name, kind in fields.items() if not _is_optional(kind))
        schema = {"type": "object", "properties": {name: self.schema(kind) for name, kind in fields.items()}}
        return {**schema, "additionalProperties": False, **({"required": required} if required else {})}

    def _fields(self, made: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
        for base in made.bases:
            # A name that Python keeps for itself ("in", "from") comes from a base in functional form.
            assert isinstance(base, ast.Name), ast.dump(base)
        for one in made.body:
            if isinstance(one, ast.AnnAssign):
                yield one.target.id, one.annotation


def _is_optional(kind: ast.expr) -> bool:
    return isinstance(kind, ast.Subscript) and getattr(kind.value, "id", "") == "NotRequired"


def _described(method: str, path: str, schema: dict[str, Any]) -> dict[str, Any]:
    if method == "post":
        return {"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}}
    listed = schema.get("properties", {})
    needed = schema.get("required", [])
    return {
        "parameters": [
            {"in": "query", "name": name, "required": name in needed, "schema": each}
            for name, each in listed.items()
        ]
    }


def trimmed(library: Path) -> dict[str, Any]:
    """Give the excerpt as an OpenAPI document."""
    words = ast.parse((library / "_api_version.py").read_text())
    (version,) = [one.value.value for one in ast.walk(words) if isinstance(one, ast.Assign)]
    paths: dict[str, Any] = {}
    for file, names in CALLED.items():
        service = Service(library / file)
        for name in names:
            method, path, schema = service.operation(name)
            paths.setdefault(path, {})[method] = _described(method, path, schema)
    return {"openapi": "3.1.0", "info": {"title": "Stripe, in part", "version": version}, "paths": paths}


if __name__ == "__main__":
    made = json.dumps(trimmed(Path(sys.argv[1])), separators=(",", ":"), sort_keys=True)
    (Path(__file__).parent / "openapi.json").write_text(made.replace('},"/v1', '},\n"/v1') + "\n")
