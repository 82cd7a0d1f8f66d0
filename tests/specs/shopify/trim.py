"""Make ``admin.graphql`` again: what our documents touch of Shopify's Admin API, out of Shopify's own schema.

Shopify puts the answer to the introspection of each version (11 MB) into its tool for developers. Run it with that file
as its argument::

    npm pack @shopify/dev-mcp@1.16.0 && tar xzf shopify-dev-mcp-1.16.0.tgz
    python -m tests.specs.shopify.trim package/dist/data/admin_2026-07.json.gz
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from textwrap import wrap
from typing import Any

from graphql import (
    FieldNode,
    GraphQLNamedType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    parse,
    visit,
)
from graphql.type import get_named_type

from tests.specs.documents import DOCUMENTS

_BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}


class Touched(Visitor):
    """Remembers the fields that a document reads, and the types on its way."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.fields: dict[str, set[str]] = {}
        self.types: set[str] = set()

    def enter(self, node: Any, *_: Any) -> None:
        """Take one step into the document."""
        for kind in (self.info.get_type(), self.info.get_parent_type()):
            named: GraphQLNamedType | None = get_named_type(kind)
            if named is not None:
                self.types.add(named.name)
        parent = self.info.get_parent_type()
        if isinstance(node, FieldNode) and parent is not None:
            self.fields.setdefault(parent.name, set()).add(node.name.value)


class Excerpt:
    """The types of an introspection, cut down to what was touched."""

    def __init__(self, whole: dict[str, Any], touched: Touched) -> None:
        self.types = {one["name"]: one for one in whole["__schema"]["types"]}
        self.fields = touched.fields
        self.wanted = sorted(touched.types - _BUILT_IN)
        self.done: dict[str, str] = {}

    def text(self) -> str:
        """Give the excerpt in the language of schemas."""
        for name in self.wanted:  # the list grows while it is walked
            if name not in self.done:
                self.done[name] = self._type(self.types[name])
        return "\n\n".join(self.done[name] for name in sorted(self.done)) + "\n"

    def _type(self, made: dict[str, Any]) -> str:
        name, kind = made["name"], made["kind"]
        if kind == "SCALAR":
            return f"scalar {name}"
        if kind == "ENUM":
            values = " ".join(one["name"] for one in made["enumValues"])
            return f"enum {name} {{\n" + "\n".join(f"  {line}" for line in wrap(values, 110)) + "\n}"
        if kind == "INPUT_OBJECT":
            one_of = " @oneOf" if made.get("isOneOf") else ""
            return f"input {name}{one_of} {{\n" + "".join(map(self._given, made["inputFields"])) + "}"
        known = [
            one["name"] for one in made["interfaces"] if one["name"] in self.fields or one["name"] == "Node"
        ]
        own = " implements " + " & ".join(known) if known else ""
        kept = [one for one in made["fields"] if self._is_kept(name, one, known)]
        word = "interface" if kind == "INTERFACE" else "type"
        return f"{word} {name}{own} {{\n" + "".join(map(self._field, kept)) + "}"

    def _is_kept(self, owner: str, field: dict[str, Any], known: list[str]) -> bool:
        """Keep what we read, what a node must have, and what is deprecated, so that the way back is a named mistake."""
        if field["name"] in self.fields.get(owner, set()):
            return True
        if field["name"] == "id" and (owner == "Node" or "Node" in known):
            return True
        return field["isDeprecated"] and owner.startswith("Customer") and _is_leaf(field["type"])

    def _field(self, field: dict[str, Any]) -> str:
        given = ", ".join(self._given(one).strip() for one in field["args"])
        args = f"({given})" if given else ""
        return f"  {field['name']}{args}: {self._named(field['type'])}{_deprecated(field)}\n"

    def _given(self, value: dict[str, Any]) -> str:
        usual = "" if value["defaultValue"] is None else f" = {value['defaultValue']}"
        return f"  {value['name']}: {self._named(value['type'])}{usual}{_deprecated(value)}\n"

    def _named(self, kind: dict[str, Any]) -> str:
        if kind["kind"] == "NON_NULL":
            return f"{self._named(kind['ofType'])}!"
        if kind["kind"] == "LIST":
            return f"[{self._named(kind['ofType'])}]"
        if kind["name"] not in _BUILT_IN:
            self.wanted.append(kind["name"])
        return kind["name"]


def _is_leaf(kind: dict[str, Any]) -> bool:
    return _is_leaf(kind["ofType"]) if kind["ofType"] else kind["kind"] in ("SCALAR", "ENUM")


def _deprecated(value: dict[str, Any]) -> str:
    if not value.get("isDeprecated"):
        return ""
    return f" @deprecated(reason: {json.dumps(value['deprecationReason'] or '')})"


def trimmed(whole: dict[str, Any]) -> str:
    """Give the excerpt of an introspection in the language of schemas."""
    info = TypeInfo(build_client_schema(whole))
    touched = Touched(info)
    for document in DOCUMENTS.values():
        visit(parse(document), TypeInfoVisitor(info, touched))
    return "schema {\n  query: QueryRoot\n  mutation: Mutation\n}\n\n" + Excerpt(whole, touched).text()


if __name__ == "__main__":
    given = Path(sys.argv[1])
    said = json.loads(gzip.decompress(given.read_bytes()))
    version = given.name.removeprefix("admin_").removesuffix(".json.gz")
    (Path(__file__).parent / "admin.graphql").write_text(f"# version {version}\n\n" + trimmed(said["data"]))
