"""Make ``openapi.json`` again: the operations and the entities that we use, out of Shopware's own document.

Shopware puts the OpenAPI document of its Admin API (7 MB) into its client for JavaScript. Run it with that file as its
argument::

    npm pack @shopware/api-client@1.6.0 && tar xzf shopware-api-client-1.6.0.tgz
    python -m tests.specs.shopware.trim package/api-types/adminApiSchema.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SEARCHED = {
    "order": "Order",
    "customer": "Customer",
    "product": "Product",
    "currency": "Currency",
    "sales-channel": "SalesChannel",
    "webhook": "Webhook",
}
CALLED = {
    "/oauth/token": "post",
    "/_action/sync": "post",
    "/promotion/{id}": "delete",
    **{f"/search/{entity}": "post" for entity in SEARCHED},
}
ENTITIES = {
    *SEARCHED.values(),
    *(
        "Country",
        "CountryState",
        "CustomerAddress",
        "Language",
        "Locale",
        "Media",
        "OrderAddress",
        "OrderCustomer",
    ),
    *("OrderTransaction", "ProductMedia", "Promotion", "PromotionDiscount", "PromotionSalesChannel"),
    "StateMachineState",
}
# Of a login, only the one kind that we have; of Criteria, what refers to aggregations and answers is never asked for.
_CRITERIA = ("page", "limit", "filter", "sort", "associations", "total-count-mode", "ids")
_PROSE = {"description", "example", "examples", "summary", "discriminator", "default", "title"}
_PREFIX = "#/components/schemas/"


def bare(schema: Any) -> Any:
    """Leave out the prose."""
    if isinstance(schema, list):
        return [bare(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: bare(one) for name, one in schema.items() if name not in _PROSE or name == "properties"}
    if isinstance(schema.get("properties"), dict):
        made["properties"] = {name: bare(one) for name, one in schema["properties"].items()}
    return made


def entity(schema: dict[str, Any]) -> dict[str, Any]:
    """Keep plain fields, and the ways to entities of the excerpt.

    ``required`` is left out: it speaks of the whole row, and a row that is written through its parent gets its
    parent's id from there.
    """
    kept = {name: bare(one) for name, one in schema["properties"].items() if _is_kept(one)}
    return {"type": "object", "properties": kept}


def _is_kept(schema: dict[str, Any]) -> bool:
    inner = schema.get("items", schema)
    target = inner.get("$ref", "").removeprefix(_PREFIX)
    return target in ENTITIES or (
        not target and inner.get("type") in ("string", "number", "integer", "boolean")
    )


def login(schemas: dict[str, Any]) -> dict[str, Any]:
    """Merge what a login is made of into one object."""
    parts = [
        schemas[part["$ref"].removeprefix(_PREFIX)] if "$ref" in part else part
        for part in schemas["OAuthClientCredentialsGrant"]["allOf"]
    ]
    return {
        "type": "object",
        "required": sorted(name for part in parts for name in part["required"]),
        "properties": {name: bare(one) for part in parts for name, one in part["properties"].items()},
    }


def trimmed(whole: dict[str, Any]) -> dict[str, Any]:
    """Give the excerpt as an OpenAPI document."""
    schemas = whole["components"]["schemas"]
    kept = {
        name: bare(schemas[name])
        for name in ("SimpleFilter", "EqualsFilter", "MultiNotFilter", "RangeFilter")
    }
    criteria = bare(schemas["Criteria"])
    kept |= {name: bare(schemas[name]) for name in ("Associations", "Filters")}
    kept["Criteria"] = {
        "type": "object",
        "properties": {name: one for name, one in criteria["properties"].items() if name in _CRITERIA},
    }
    kept |= {name: entity(schemas[name]) for name in sorted(ENTITIES)}
    kept["Login"] = login(schemas)
    paths: dict[str, Any] = {}
    for path, method in CALLED.items():
        said = whole["paths"][path][method]
        body = bare({name: said[name] for name in ("parameters", "requestBody") if name in said})
        if path == "/oauth/token":
            body["requestBody"]["content"]["application/json"]["schema"] = {"$ref": f"{_PREFIX}Login"}
        paths[path] = {method: body}
    about = {"title": "Shopware Admin API, in part", "version": whole["info"]["version"]}
    return {"openapi": whole["openapi"], "info": about, "paths": paths, "components": {"schemas": kept}}


if __name__ == "__main__":
    made = json.dumps(trimmed(json.loads(Path(sys.argv[1]).read_text())), separators=(",", ":"))
    lines = made.replace('},"/', '},\n"/')
    for name in ENTITIES | {"Criteria", "Login", "Associations", "Filters", "SimpleFilter", "RangeFilter"}:
        lines = lines.replace(f',"{name}":{{"type":"object"', f',\n"{name}":{{"type":"object"')
    (Path(__file__).parent / "openapi.json").write_text(lines + "\n")
