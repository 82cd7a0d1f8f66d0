"""What a line asks of AWS, by the names of rights, held against the policy that the production guide hands out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

POLICY = Path(__file__).parents[3] / "docs" / "policies" / "operate.json"
_IN_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_SPELLED = {"ListObjectsV2": "ListBucket", "DeleteObjects": "DeleteObject", "HeadObject": "GetObject"}


@cache
def allowed() -> frozenset[str]:
    """The rights of an operator."""
    return frozenset(
        action for statement in json.loads(POLICY.read_text())["Statement"] for action in statement["Action"]
    )


def actions(service: str, verb: str, params: Mapping[str, Any]) -> Iterator[str]:
    """The rights that a call needs."""
    if verb == "TransactWriteItems":
        yield from (f"dynamodb:{_IN_TRANSACTIONS[kind]}" for item in params["TransactItems"] for kind in item)
    elif verb == "TransactGetItems":
        yield "dynamodb:GetItem"
    elif service == "sqs":
        yield f"sqs:{verb.removesuffix('Batch')}"
    else:
        yield f"{service}:{_SPELLED.get(verb, verb)}"
