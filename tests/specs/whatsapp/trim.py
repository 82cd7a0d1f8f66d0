"""Make ``openapi.json`` again: what we send, out of Meta's OpenAPI document, which is 1 MB of YAML.

Run it with the document as its argument::

    git clone --depth 1 https://github.com/facebook/openapi
    python -m tests.specs.whatsapp.trim openapi/business-messaging-api_v23.0.yaml
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from tests.specs.trimming import keep, names

PATH = "/{Version}/{Phone-Number-ID}/messages"
SENT = "TemplateMessage"
_LEFT_OUT = ("description", "example", "examples")
# A footnote's numbers became a pattern, which refuses the vendor's own example "0".
_FOOTNOTE, _MENDED = "^[2-6, 11-14]$", "^[0-9]$"
# JSON Schema knows no discriminator: what it leads to is said as a choice.
_CHOICES = {
    "TemplateComponent": ("BodyComponent", "ButtonComponent"),
    "ParameterObject": ("TextParameter",),
    "ButtonParameterObject": ("ButtonPayloadParameter", "ButtonTextParameter"),
}


def trimmed(said: dict[str, Any]) -> dict[str, Any]:
    """Give the excerpt as an OpenAPI document."""
    known = said["components"]["schemas"]
    wanted, made = [SENT], dict[str, Any]()
    while wanted:
        name = wanted.pop()
        if name not in made:
            made[name] = _bare(known[name])
            wanted += [*names(made[name]), *_CHOICES.get(name, ())]
    for base, choices in _CHOICES.items():
        made[f"Any{base}"] = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in choices]}
    made = {name: _led(_whole(schema, made)) for name, schema in made.items()}
    # Meta's reference of the endpoint names it; the document does not.
    made[SENT]["properties"]["biz_opaque_callback_data"] = {"type": "string", "maxLength": 512}
    post = {"requestBody": {"content": {"application/json": {"schema": _ref(SENT)}}}}
    info = {"title": said["info"]["title"], "version": said["info"]["version"]}
    return {
        "openapi": said["openapi"],
        "info": info,
        "paths": {PATH.replace("-", ""): {"post": post}},
        "components": {"schemas": made},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _whole(schema: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """What is put together of several parts as one object, so that what none of them names can be forbidden."""
    if "allOf" not in schema:
        return schema
    parts = [known[part["$ref"].rpartition("/")[2]] if "$ref" in part else part for part in schema["allOf"]]
    whole = [_whole(part, known) for part in parts]
    properties: dict[str, Any] = {}
    for part in whole:
        for name, told in part.get("properties", {}).items():
            properties[name] = {**properties.get(name, {}), **told}
    required = sorted({name for part in whole for name in part.get("required", ())})
    return {"type": "object", "properties": properties, "required": required}


def _led(schema: Any) -> Any:
    """The same with members of lists led to the choices that a discriminator means."""
    if isinstance(schema, list):
        return [_led(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    led = {name: _led(one) for name, one in schema.items()}
    items = led.get("items")
    for base in _CHOICES:
        if items == _ref(base):
            led["items"] = _ref(f"Any{base}")
    return led


def _bare(node: Any) -> Any:
    if isinstance(node, list):
        return [_bare(one) for one in node]
    if node == _FOOTNOTE:
        return _MENDED
    if not isinstance(node, dict):
        return node
    return {name: _bare(one) for name, one in node.items() if name not in (*_LEFT_OUT, "discriminator")}


if __name__ == "__main__":
    keep(trimmed(yaml.safe_load(Path(sys.argv[1]).read_text())), __file__)
