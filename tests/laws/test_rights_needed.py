"""The other direction of least privilege: whatever the adapters of a door can do for its use case, its role allows.

Read from the syntax. A door's use case calls methods of its ports; the adapters that wiring gives it have those
methods; what these call of AWS, and what kinds of items they put into transactions, is what the role needs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.laws.reading import (
    FUNCTIONS,
    PACKAGE,
    adapters,
    doors,
    imports,
    listed,
    name_of,
    properties,
    statements,
    syntax,
    target,
    template,
    wired,
)

_ADAPTERS = ("cartback.store.", "cartback.channels.")
_SERVICES = {
    "dynamodb": "dynamodb",
    "sqs": "sqs",
    "events": "events",
    "stepfunctions": "states",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
}
_ACTIONS = {
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}
_IN_TRANSACTIONS = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
_NO_ACTIONS = {"dynamodb:TransactWriteItems"}
"""Calls that IAM judges by what is inside them."""

_DELETES_ROWS = {"apply_events", "confirm"}
_NEVER = {
    # It puts steps on the list and reads none: ``until`` is what it asks of a decision.
    "dynamodb:Query": {"touch"},
    # ``Records.save`` can delete a row that is gone from the page: only these doors take one away.
    "dynamodb:DeleteItem": set(doors()) - _DELETES_ROWS,
    # Their use cases read audits, shops and rows under the names by which other ports read rows and connections.
    "dynamodb:GetItem": {"audit", "start_reconciling", "sweep_erased"},
    "dynamodb:PutItem": {"collect_export", "end_proofs"},
    "dynamodb:BatchWriteItem": {"collect_export", "end_proofs"},
    # ``KeyStore.write`` makes what is not there; a door only changes what it has read before.
    "secretsmanager:CreateSecret": {"enrol_shop", "reconcile"},
    "secretsmanager:RestoreSecret": {"enrol_shop", "reconcile"},
    # Key and tags are the operator's: doors are given no key to encrypt with.
    "secretsmanager:TagResource": {"enrol_shop", "reconcile"},
    "secretsmanager:UpdateSecret": {"enrol_shop", "reconcile"},
}
"""What an adapter could do and these doors never let it do, with the reason."""

every_door = pytest.mark.parametrize("door", sorted(doors()))


def _file(module: str) -> Path:
    path = PACKAGE.parent / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _said(door: str) -> set[str]:
    """Every attribute that a door, its wiring and its use cases name: the methods that they may call."""
    todo = {
        name
        for function in wired(door)
        for name in _modules(function)
        if name.startswith(("cartback.usecases.", "cartback.domain."))
    }
    seen: set[str] = set()
    words = _attributes(syntax(FUNCTIONS / f"{door}.py"))
    words |= {word for function in wired(door) for word in _attributes(function)}
    while todo:
        module = todo.pop()
        seen.add(module)
        path = _file(module)
        if not path.exists():
            continue
        words |= _attributes(syntax(path))
        todo |= {each for each in imports(path) if each.startswith("cartback.usecases.")} - seen
    return words


def _modules(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.ImportFrom) and each.module:
            yield each.module


def _attributes(node: ast.AST) -> set[str]:
    return {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


@cache
def _defined(path: Path) -> dict[str, ast.AST]:
    found: dict[str, ast.AST] = {}
    for node in syntax(path).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_ADAPTERS):
            found |= {alias.asname or alias.name: node for alias in node.names}
    return found


class _Reach:
    """What code of adapters does, from some methods on."""

    def __init__(self, said: set[str]) -> None:
        self.said = said
        self.actions: set[str] = set()
        self._seen: set[tuple[Path, str]] = set()

    def enter(self, path: Path, name: str) -> None:
        """Follow a name of a module: a class by the methods that are called of it, a function whole."""
        node = _defined(path).get(name)
        if node is None or (path, name) in self._seen:
            return
        self._seen.add((path, name))
        if isinstance(node, ast.ImportFrom):
            self.enter(_file(node.module), name)
        elif isinstance(node, ast.ClassDef):
            self._class(path, node)
        else:
            self._body(path, node)

    def _class(self, path: Path, node: ast.ClassDef) -> None:
        methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        todo = [name for name in methods if name in self.said or name.startswith("__")]
        done: set[str] = set()
        for base in node.bases:
            self.enter(path, ast.unparse(base))
        while todo:
            name = todo.pop()
            done.add(name)
            self._body(path, methods[name])
            todo += [each for each in _attributes(methods[name]) if each in methods and each not in done]

    def _body(self, path: Path, node: ast.AST) -> None:
        for each in ast.walk(node):
            if isinstance(each, ast.Name):
                self.enter(path, each.id)
            elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Attribute | ast.Name):
                service = getattr(each.value, "attr", getattr(each.value, "id", ""))
                self._call(_SERVICES.get(service, ""), each.attr)
            elif isinstance(each, ast.Call) and ast.unparse(each.func).endswith(".get_paginator"):
                self._call(_SERVICES[ast.unparse(each.func).split(".")[-2]], ast.literal_eval(each.args[0]))
            elif isinstance(each, ast.Dict):
                keys = {key.value for key in each.keys if isinstance(key, ast.Constant)}
                self.actions |= {action for kind, action in _IN_TRANSACTIONS.items() if kind in keys}

    def _call(self, service: str, method: str) -> None:
        verb = "".join(part.capitalize() for part in method.split("_"))
        action = f"{service}:{verb}"
        if service and method not in ("exceptions", "meta", "get_paginator") and action not in _NO_ACTIONS:
            self.actions.add(_ACTIONS.get(action, action))


@cache
def needed(door: str) -> set[str]:
    """The actions that a door can come to need."""
    reach = _Reach(_said(door))
    for function in wired(door):
        for module, name in adapters(function, _ADAPTERS):
            reach.enter(_file(module), name)
    return {action for action in reach.actions if door not in _NEVER.get(action, ())}


def _granted(door: str) -> set[str]:
    role = template()["Resources"][target(properties(doors()[door])["Role"])]
    return {action for statement in statements(role) for action in listed(statement["Action"])}


@every_door
def test_whatever_an_adapter_can_do_for_a_door_its_role_allows(door: str):
    assert needed(door) - _granted(door) == set(), name_of(FUNCTIONS / f"{door}.py")


def test_the_reading_finds_what_is_known_to_be_done():
    assert {"dynamodb:UpdateItem", "dynamodb:ConditionCheckItem", "events:PutEvents"} <= needed("touch")
    assert {"s3:PutObject", "dynamodb:BatchWriteItem"} <= needed("apply_events")
    assert needed("receive_webhook") == {
        "sqs:SendMessage",
        "secretsmanager:GetSecretValue",
        "s3:PutObject",  # what does not fit into a message is put aside
        "dynamodb:UpdateItem",  # refused signatures are counted
    }
