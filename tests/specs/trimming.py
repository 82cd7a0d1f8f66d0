"""What the excerpts of vendors' documents have in common: whose parts they name, and how they are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def names(node: Any) -> set[str]:
    """The names of all parts that a part of a document refers to."""
    if isinstance(node, list):
        return {name for one in node for name in names(one)}
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"].rpartition("/")[2]} if "$ref" in node else set()
    return own | {name for one in node.values() for name in names(one)}


def keep(document: dict[str, Any], beside: str) -> None:
    """Keep an excerpt as ``openapi.json`` beside the program that made it."""
    (Path(beside).parent / "openapi.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
