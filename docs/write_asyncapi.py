"""Write docs/asyncapi.yaml, what comes in and what goes out as one document: `make docs`.

It says nothing of its own. Facts come from the catalogue, and what shops and pages may send from the two schemas in
docs/events, which tests hold to the code; examples are the samples of events/.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import yaml

from cartback.domain.facts import CATALOGUE, tell

Document = dict[str, object]

HERE = Path(__file__).parent
FILE = HERE / "asyncapi.yaml"
SAMPLES = HERE.parent / "events"
# AsyncAPI's own schema objects are draft 7; ours name the draft that they are written in.
FORMAT = "application/schema+json;version=2020-12"
_AT = datetime(2026, 11, 20, 18, 4, 12, tzinfo=UTC)
_EXAMPLE: dict[str, object] = {
    "id": "5b8e4a1c90d2f7e36a481b0c9d",
    "word": "email",
    "count": 1,
    "time": _AT,
    "currency": "EUR",
    "amount": 4980,
    "flag": False,
}


def written() -> str:
    """The document, as it should be."""
    head = "# Made by `make docs` from the catalogue of facts and the schemas in docs/events. Do not edit.\n"
    return head + yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110)


def document() -> Document:
    """The same as data."""
    facts = {f"fact.{name}": _fact(name) for name in CATALOGUE}
    webhooks = {f"webhook.{name}": each for name, each in _incoming("generic").items()}
    pages = {f"page.{name}": each for name, each in _incoming("browser").items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Cartback",
            "version": "1.0.0",
            "description": "What Cartback is told by shops and their pages, and the facts that it tells on the bus of "
            "the shop's own AWS account. Facts carry ids, never people.",
        },
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": {
            "facts": _channel("cartback-{stage}", "bus", "stage", facts),
            "webhooks": _channel("/webhooks/{shop}", "api", "shop", webhooks),
            "pages": _channel("/collect/{shop}", "api", "shop", pages),
        },
        "operations": {
            "tellFacts": _operation("send", "facts", "Everything that happened. At least once, in any order; the same "
                                    "fact has the same id however often it is told."),
            "takeWebhooks": _operation("receive", "webhooks", "Events of a shop without an adapter of its own, signed "
                                       "by Standard Webhooks. 202 once they are durable."),
            "takePageEvents": _operation("receive", "pages", "Events of the shop's pages, each with a token of the "
                                         "shop's server. 202 once they are durable."),
        },
        "components": {
            "messages": {**facts, **webhooks, **pages},
            "schemas": {"envelope": {"schemaFormat": FORMAT, "schema": _envelope()}},
        },
    }  # fmt: skip


def _servers() -> Document:
    return {
        "bus": {
            "host": "events.{region}.amazonaws.com",
            "protocol": "https",
            "description": "The EventBridge bus of the stack. Subscribe with a rule on `source` and `detail-type`.",
            "variables": {"region": {"default": "eu-central-1"}},
        },
        "api": {
            "host": "{api}",
            "protocol": "https",
            "description": "The stack's output `ApiUrl`.",
            "variables": {"api": {"default": "api.example.com"}},
        },
    }


def _channel(address: str, server: str, parameter: str, messages: Document) -> Document:
    says = {"stage": "dev, stage or prod.", "shop": "The name that the shop was added under."}
    return {
        "address": address,
        "servers": [{"$ref": f"#/servers/{server}"}],
        "parameters": {parameter: {"description": says[parameter]}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }


def _operation(action: str, channel: str, says: str) -> Document:
    incoming = {"bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}}}
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": says,
        **(incoming if action == "receive" else {}),
    }


def _envelope() -> Document:
    text = {"type": "string"}
    properties = {
        "version": {"const": "0"},
        "id": {
            **text,
            "description": "EventBridge's own name for this telling; the fact's id is in the detail.",
        },
        "detail-type": text,
        "source": {"const": "cartback"},
        "account": {**text, "pattern": "^[0-9]{12}$"},
        "time": {**text, "format": "date-time"},
        "region": text,
        "resources": {"type": "array", "items": text},
        "detail": {"type": "object"},
    }
    return {
        "description": "What EventBridge puts around every fact.",
        "type": "object",
        "required": list(properties),
        "properties": properties,
    }


def _fact(name: str) -> Document:
    kind = CATALOGUE[name]
    data = {field: _EXAMPLE[word] for field, word in kind.fields.items()}
    example = {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": name,
        "source": "cartback",
        "account": "123456789012",
        "time": "2026-11-20T18:04:13Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": tell(name, "kaffeehaus", _AT, **data).as_detail(),
    }
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/envelope/schema"},
            {"properties": {"detail-type": {"const": name}, "detail": {"$ref": f"./facts/{name}.json"}}},
        ]
    }
    return _message(name, kind.says, schema, {"example": example})


def _incoming(sender: str) -> Document:
    published = json.loads((HERE / "events" / f"{sender}.schema.json").read_text())
    messages: Document = {}
    for kind in published["oneOf"]:
        name = kind["title"]
        schema = {
            "allOf": [
                {"$ref": f"./events/{sender}.schema.json"},
                {"properties": {"type": {"const": name}}},
            ]
        }
        messages[name] = _message(name, kind["description"], schema, _samples(sender, name))
    return messages


def _samples(sender: str, name: str) -> Document:
    files = sorted((SAMPLES / sender).glob(f"{name}*.json"))
    return {file.stem: json.loads(file.read_text()) for file in files}


def _message(name: str, says: str, schema: Document, examples: Document) -> Document:
    return {
        "name": name,
        "summary": says,
        "payload": {"schemaFormat": FORMAT, "schema": schema},
        "examples": [{"name": name, "payload": payload} for name, payload in examples.items()],
    }


if __name__ == "__main__":
    FILE.write_text(written())
