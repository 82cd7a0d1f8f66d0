"""The doors as the template declares them: which services each may call, and which variables it is given."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
_CLIENTS = {
    "dynamodb": "dynamodb",
    "events": "events",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
    "ses": "sesv2",
    "sqs": "sqs",
    "states": "stepfunctions",
}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, each read as ``{tag: value}``."""


def _short_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {tag: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {tag: loader.construct_sequence(node, deep=True)}
    return {tag: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)


@cache
def template() -> dict[str, Any]:
    """The parsed SAM template."""
    parsed: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Loader)  # noqa: S506
    return parsed


@dataclass(frozen=True, slots=True)
class Door:
    """One Lambda function: its file, the services that its role lets it call, its variables and its wiring."""

    name: str
    services: tuple[str, ...]
    variables: dict[str, Any]
    wired: tuple[str, ...]
    timeout: int


@cache
def doors() -> dict[str, Door]:
    """Every function of the template by the name of its file."""
    found = {}
    for given in template()["Resources"].values():
        if given["Type"] != "AWS::Serverless::Function":
            continue
        properties = given["Properties"]
        name = properties["Handler"].split(".")[0]
        found[name] = Door(
            name,
            _services(properties["Role"]["GetAtt"].split(".")[0]),
            properties.get("Environment", {}).get("Variables", {}),
            _wired(name),
            properties.get("Timeout", template()["Globals"]["Function"]["Timeout"]),
        )
    return found


@cache
def variables() -> frozenset[str]:
    """Every variable that any door is given or that the wiring insists on.

    Whether each door gets just what it reads is another test's question (tests/laws/test_template.py).
    """
    wiring = (ROOT / "layers" / "core" / "cartback" / "wiring.py").read_text()
    read = re.findall(r'env(?:iron)?\["([A-Z_]+)"\]', wiring)
    return frozenset(read).union(*(door.variables for door in doors().values()))


def _services(role: str) -> tuple[str, ...]:
    actions = []
    for policy in template()["Resources"][role]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            listed = (statement["If"][1] if "If" in statement else statement)["Action"]
            actions += [listed] if isinstance(listed, str) else listed
    prefixes = {action.split(":")[0] for action in actions}
    return tuple(sorted(_CLIENTS[prefix] for prefix in prefixes & set(_CLIENTS)))


def _wired(name: str) -> tuple[str, ...]:
    """What a door asks of ``wiring``, in the order of its file."""
    tree = ast.parse((ROOT / "functions" / f"{name}.py").read_text())
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [
        call.attr
        for call in calls
        if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id == "wiring"
    ]
    return tuple(dict.fromkeys(names))
