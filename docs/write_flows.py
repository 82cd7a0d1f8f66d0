"""Write what the cards of the flows say: the catalogue, the options in docs/settings.md and their JSON Schema.

`python docs/write_flows.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cartback.domain.flow_options import Option
from cartback.domain.flows import Flow
from cartback.flows import all_flows

DOCS = Path(__file__).parent
_FIRST, _LAST = "<!-- options of flows: made by `make docs` -->\n", "<!-- end of the options -->\n"

_HEAD = """# The flows, by their cards

Written by `make docs` from `FLOW` of each file in `layers/core/cartback/flows/`. `cartback flows` lists the same, and
with `--shop SHOP` what a shop has switched on, since when, and with which options.
"""


def written() -> dict[Path, str]:
    """The files by their places, as they should be."""
    settings = DOCS / "settings.md"
    before, _, rest = settings.read_text().partition(_FIRST)
    _, end, after = rest.partition(_LAST)
    if not end:
        raise LookupError(f"{settings.name} has no place for the options")
    return {
        DOCS / "flows" / "README.md": _HEAD + "".join(map(_card, all_flows())),
        DOCS / "flows" / "options.schema.json": json.dumps(schema(all_flows()), indent=2) + "\n",
        settings: f"{before}{_FIRST}{_table(all_flows())}{_LAST}{after}",
    }


def schema(cards: tuple[Flow, ...]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of ``policy.flows``."""
    flows = {card.name: {"anyOf": [{"type": "boolean"}, _choice(card)]} for card in cards}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "policy.flows",
        "anyOf": [
            {"type": "object", "additionalProperties": False, "properties": flows},
            {"type": "array", "items": {"enum": list(flows)}},
        ],
    }


def _choice(card: Flow) -> dict[str, Any]:
    options = {
        option.name: {
            **option.schema,
            "description": f"{option.says} {option.allowed}",
            "default": option.told(option.default),
        }
        for option in card.options
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {"on": {"type": "boolean", "default": True}, **options},
    }


def _table(cards: tuple[Flow, ...]) -> str:
    options = [
        (f"policy.flows.{card.name}.{option.name}", option) for card in cards for option in card.options
    ]
    rows = [
        f"| `{path}` | {_default(option)} | {option.says} | {option.allowed} |\n" for path, option in options
    ]
    return "| field | default | what it is for | allowed |\n| --- | --- | --- | --- |\n" + "".join(rows)


def _default(option: Option[Any]) -> str:
    return json.dumps(option.told(option.default), ensure_ascii=False)


def _card(flow: Flow) -> str:
    steps = ", ".join(f"`{step}`" for step in flow.steps) or "named by the shop's policy"
    options = "<br>".join(
        f"`{option.name}` (`{_default(option)}`; {option.allowed}): {option.says}" for option in flow.options
    )
    rows = (
        ("Area", flow.area),
        ("For", flow.purpose),
        ("Starts on", ", ".join(f"`{fact}`" for fact in flow.starts_on)),
        ("About", f"a {flow.kind}"),
        ("Law", flow.law + (f"; a consent must cover `{flow.topic}`" if flow.topic else "")),
        ("Rank", flow.rank),
        ("Steps", steps),
        ("Options", options or "none"),
        ("Judged by", flow.kpi),
        ("Owner, builder, reviewer, IT", f"{flow.owner}, {flow.builder}, {flow.reviewer}, {flow.it}"),
    )
    body = "".join(f"| {name} | {value} |\n" for name, value in rows)
    return f"\n## {flow.title}\n\n| [`{flow.name}`]({flow.name}.md) | |\n| --- | --- |\n{body}"


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text)
