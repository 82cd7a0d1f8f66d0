"""Every place where a use case calls the world, read from the code: a new call is listed as soon as it is written."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cartback import ports, usecases

USECASES = Path(usecases.__file__).parent
# What never leaves the process, or fails like the call beside it.
INSIDE = {
    "Clock": "the machine's own clock",
    "Tokens": "the machine's own randomness",
    "Hasher": "a hash; its key is read once, where the rows are read",
    "Metrics": "a line of the log",
    "Texts": "templates of this package",
    "ShopAdapter": "pure translation",
    "AnswerLine": "pure translation",
    "Greeter": "pure translation",
    "Translator": "pure translation",
}


@dataclass(frozen=True, slots=True)
class Site:
    """One call: where it is written, and what it calls."""

    module: str
    function: str
    port: str
    method: str
    first_line: int
    last_line: int
    number: int = 1

    def __str__(self) -> str:
        again = f" #{self.number}" if self.number > 1 else ""
        return f"{self.module}.{self.function}: {self.port}.{self.method}{again}"


@cache
def outbound() -> frozenset[str]:
    """The ports behind which the world begins."""
    rooms = sorted(Path(ports.__file__).parent.glob("*.py"))
    protocols = {
        node.name
        for room in rooms
        for node in ast.parse(room.read_text()).body
        if isinstance(node, ast.ClassDef)
        and any(getattr(base, "id", "") == "Protocol" for base in node.bases)
    }
    return frozenset(protocols - set(INSIDE))


@cache
def sites() -> tuple[Site, ...]:
    """All calls of all use cases, in the order of the files."""
    found: list[Site] = []
    for path in sorted(USECASES.rglob("*.py")):
        found.extend(_of(path.stem, ast.parse(path.read_text())))
    return tuple(found)


def _of(module: str, tree: ast.Module) -> list[Site]:
    reader = _Reader(module)
    reader.visit(tree)
    return reader.found


def _port(annotation: ast.expr | None) -> str | None:
    """The outbound port that an annotation names, be it inside of ``Mapping[str, X]`` or ``X | None``."""
    if annotation is None:
        return None
    named = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)} & outbound()
    return next(iter(named), None)


class _Reader(ast.NodeVisitor):
    def __init__(self, module: str) -> None:
        self.module = module
        self.found: list[Site] = []
        self.path: list[str] = []
        self.fields: dict[str, str] = {}
        self.arguments: list[dict[str, str]] = []
        self.numbers: Counter[tuple[str, str, str]] = Counter()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        before, self.fields = self.fields, {}
        for line in node.body:
            if (
                isinstance(line, ast.AnnAssign)
                and isinstance(line.target, ast.Name)
                and (port := _port(line.annotation))
            ):
                self.fields[line.target.id] = port
        self.path.append(node.name)
        self.generic_visit(node)
        self.path.pop()
        self.fields = before

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        self.arguments.append({each.arg: port for each in given if (port := _port(each.annotation))})
        self.path.append(node.name)
        self.generic_visit(node)
        self.path.pop()
        self.arguments.pop()

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and (port := self._behind(node.func.value)):
            function = ".".join(self.path)
            self.numbers[function, port, node.func.attr] += 1
            number = self.numbers[function, port, node.func.attr]
            self.found.append(
                Site(
                    self.module,
                    function,
                    port,
                    node.func.attr,
                    node.lineno,
                    node.end_lineno or node.lineno,
                    number,
                )
            )
        self.generic_visit(node)

    def _behind(self, value: ast.expr) -> str | None:
        if isinstance(value, ast.Subscript):
            value = value.value
        if (
            isinstance(value, ast.Attribute)
            and isinstance(value.value, ast.Name)
            and value.value.id == "self"
        ):
            return self.fields.get(value.attr)
        if isinstance(value, ast.Name):
            return next((known[value.id] for known in reversed(self.arguments) if value.id in known), None)
        return None
