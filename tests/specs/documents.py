"""Requests of Shopify's kind, held to the published schema: document, variables, and the version it is sent to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    build_schema,
    parse,
    specified_rules,
    validate,
)
from graphql.execution import get_variable_values
from graphql.type import specified_scalar_types
from jsonschema import ValidationError

from cartback.shops.shopify import graphql as ours

DOCUMENTS = {
    name: text
    for name, text in vars(ours).items()
    if isinstance(text, str) and text.startswith(("query ", "mutation "))
}
# Deprecated in version 2026-07 in favour of a field that comes with 2026-10: until we move there, there is no other.
WITHOUT_AN_HEIR = tuple(
    f"The field CustomerPhoneNumber.{name} is deprecated."
    for name in ("marketingState", "marketingOptInLevel", "marketingUpdatedAt")
)
EXCERPT = Path(__file__).parent / "shopify" / "admin.graphql"


def published() -> tuple[str, GraphQLSchema]:
    """Read the excerpt: its version, and the schema. Shopify's own scalars are texts in JSON, all that we send."""
    text = EXCERPT.read_text()
    schema = build_schema(text)
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLScalarType) and kind.name not in specified_scalar_types:
            kind.parse_value = _text
    return re.match(r"# version (\S+)", text)[1], schema


def check(version: str, schema: GraphQLSchema, path: str, body: Any) -> None:
    """Raise ValidationError for a request that the schema does not know, or knows as deprecated."""
    if path != f"/admin/api/{version}/graphql.json":
        raise ValidationError(f"{path} is not where version {version} is")
    if set(body) != {"query", "variables"}:
        raise ValidationError(f"a request is a query and its variables, not {sorted(body)}")
    try:
        document = parse(body["query"])
    except GraphQLError as error:
        raise ValidationError(error.message) from error
    rules = [*specified_rules, NoDeprecatedCustomRule]
    wrong = [one for one in validate(schema, document, rules) if not one.message.startswith(WITHOUT_AN_HEIR)]
    (asked,) = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    declared = asked.variable_definitions or ()
    if not wrong:
        values = get_variable_values(schema, declared, body["variables"])
        wrong = values if isinstance(values, list) else []
    unknown = set(body["variables"]) - {one.variable.name.value for one in declared}
    if wrong or unknown:
        strange = (f"undeclared: {name}" for name in sorted(unknown))
        raise ValidationError("; ".join([*(error.message for error in wrong), *strange]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"{value!r} is no text")
    return value
