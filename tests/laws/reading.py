"""How laws read this repository: its Python by syntax, its template and state machines as data."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cartback import channels

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "layers" / "core" / "cartback"
FUNCTIONS = ROOT / "functions"
MACHINES = sorted((ROOT / "statemachines").glob("*.asl.json"))
_ROOMS = tuple(
    "functions layers local cli tests bench docs events statemachines .ci .github .devcontainer".split()
)
_MADE = {"__pycache__", ".venv", "node_modules"}


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Every file that people wrote, with one of these endings (all, if none is given)."""
    walked = (path for room in _ROOMS if (ROOT / room).is_dir() for path in sorted((ROOT / room).rglob("*")))
    own = [
        path for path in (*sorted(ROOT.glob("*")), *walked) if path.is_file() and not _MADE & set(path.parts)
    ]
    return tuple(path for path in own if not suffixes or path.name.endswith(suffixes))


def under(folder: Path) -> list[Path]:
    """The Python files below a folder."""
    return [path for path in files(".py") if path.is_relative_to(folder)]


def name_of(path: Path) -> str:
    """The path as people say it: from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def syntax(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(), name_of(path))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file names in an import, wherever it stands, ``from a import b`` as both a and a.b."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, each read as ``{tag: value}``."""


def _short_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {tag: value}


_Loader.add_multi_constructor("!", _short_form)


@cache
def template() -> Mapping[str, Any]:
    """The SAM template; ``!Ref X`` is ``{"Ref": "X"}``."""
    return yaml.load((ROOT / "template.yaml").read_text(), _Loader)


def resources(kind: str) -> dict[str, Mapping[str, Any]]:
    """The resources of one type by their logical ids."""
    return {name: each for name, each in template()["Resources"].items() if each["Type"] == kind}


def properties(name: str) -> Mapping[str, Any]:
    """The properties of one resource."""
    return template()["Resources"][name]["Properties"]


def target(reference: Any) -> str:
    """The logical id that ``!Ref X`` or ``!GetAtt X.Arn`` names."""
    (value,) = reference.values()
    return value.split(".")[0]


FLOWS_TO_COME = "stateMachine:cartback-${Stage}-"
"""How the names of machines begin that have stable ones, as ARNs of the template say it."""

SHARED_ROLE = "FlowRole"
"""The role of every flow that was born with a stable name."""


def doors() -> dict[str, str]:
    """Every function of the template: its logical id by the name of its file."""
    return {
        each["Properties"]["Handler"].split(".")[0]: name
        for name, each in resources("AWS::Serverless::Function").items()
    }


def statements(role: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a role of the template may do, with what it may under a condition of the stack."""
    for policy in role["Properties"].get("Policies", ()):
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement["If"][1] if "If" in statement else statement


def listed(value: Any) -> list[Any]:
    """A value of a policy, which may be written alone, as a list."""
    return value if isinstance(value, list) else [value]


def wired(door: str) -> list[ast.FunctionDef]:
    """The functions of wiring that a door reaches: those that are called, and those that are passed on for later."""
    functions = {
        node.name: node for node in syntax(PACKAGE / "wiring.py").body if isinstance(node, ast.FunctionDef)
    }
    todo = {
        call.func.attr
        for call in ast.walk(syntax(FUNCTIONS / f"{door}.py"))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value) == "wiring"
    }
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        reached.add(name)
        todo |= {
            node.id
            for node in ast.walk(functions[name])
            if isinstance(node, ast.Name) and node.id in functions
        } - reached
    return [functions[name] for name in sorted(reached)]


def adapters(function: ast.FunctionDef, rooms: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The adapters that a function of wiring makes, as (module, name): those it imports, and a whole folder's."""
    for node in ast.walk(function):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(rooms):
            yield from ((node.module or "", alias.name) for alias in node.names)
    if "by_name(os.environ" in ast.unparse(function):
        files = [module for each in channels.served().values() for module in each.values()]
        yield from ((module.__name__, module.ADAPTER.__name__) for module in files)


@cache
def machine(path: Path) -> Mapping[str, Any]:
    """A state machine's definition."""
    return json.loads(path.read_text())


def called_by_earlier_releases(machine_id: str) -> set[str]:
    """The functions that runs of released definitions of a machine may still call (docs/upgrade.md)."""
    released = ROOT / "events" / "machines"
    return {
        told["tasks"][state["Arguments"]["FunctionName"].strip("${}")]
        for release, told in json.loads((released / "releases.json").read_text()).items()
        for name, of in told["machines"].items()
        if of["resource"] == machine_id
        for state in machine(released / f"{name}.{release}.asl.json")["States"].values()
        if state["Type"] == "Task"
    }
