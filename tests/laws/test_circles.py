"""No two files know each other, neither at once nor by way of others: what is read in a circle has no first page.

An import under ``TYPE_CHECKING`` counts like any other. It costs no cold start, but whoever reads either file has to
read both. What two files need of each other is a file of its own (``domain.trade.cart_row``, ``usecases.intake.draft``)
or a protocol in ``ports``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.laws.reading import PACKAGE, ROOT


def _modules(base: Path, room: Path) -> dict[str, Path]:
    found = {}
    for path in sorted(room.rglob("*.py")):
        parts = path.relative_to(base).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _named(path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """The files that a file names. ``from a import b`` names the file ``a.b`` where there is one, else ``a``."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in known or node.module in known:
                    yield inner if inner in known else node.module


def _circle(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _graph(modules: Mapping[str, Path]) -> dict[str, set[str]]:
    return {name: set(_named(path, modules)) - {name} for name, path in modules.items()}


_LAYERS = {"cartback": PACKAGE, "cli": ROOT / "cli", "local": ROOT / "local", "bench": ROOT / "bench"}


@pytest.mark.parametrize("name", _LAYERS)
def test_no_files_know_each_other_in_a_circle(name: str):
    circle = _circle(_graph(_modules(_LAYERS[name].parent, _LAYERS[name])))
    assert not circle, (
        f"{' -> '.join(circle)}: give what they share a file of its own, or a protocol in ports"
    )


def test_a_circle_of_types_alone_is_found_as_well(tmp_path: Path):
    house = tmp_path / "house"
    house.mkdir()
    for name, other in (("one", "two"), ("two", "three"), ("three", "one")):
        lines = ("from typing import TYPE_CHECKING", "if TYPE_CHECKING:", f"    from house.{other} import X")
        (house / f"{name}.py").write_text("\n".join(lines))
    (house / "__init__.py").write_text("from house import one")
    assert set(_circle(_graph(_modules(tmp_path, house)))) == {"house.one", "house.two", "house.three"}


_LOW_TO_HIGH = {
    "store": ("trade", "messaging", "intake", "people", "results", "shop", "connectors", "desk"),
    "usecases": ("intake", "desk", "messaging", "connectors", "people", "consent", "results", "shop"),
}
"""The rooms of a layer from the lowest to the highest: each looks at those before it, and at no other. Files beside
them are rooms of their own: what all share (``store.codec``, ``usecases.runs``), or what needs several of them (the
verbs). In ``domain``, where a person is of consents, carts and messages, the order is one of files alone."""


@pytest.mark.parametrize("layer", _LOW_TO_HIGH)
def test_the_rooms_of_a_layer_stand_in_an_order_and_look_down_only(layer: str):
    modules, graph = _modules(PACKAGE.parent, PACKAGE / layer), {}
    for name, path in modules.items():
        graph.setdefault(_room_of(name), set()).update(_room_of(each) for each in _named(path, modules))
    graph = {room: known - {room} for room, known in graph.items()}
    circle = _circle(graph)
    assert not circle, " -> ".join(circle)
    order = _LOW_TO_HIGH[layer]
    rooms = {path.parent.name for path in (PACKAGE / layer).glob("*/__init__.py")}
    assert rooms == set(order), "a new room stands somewhere in the order"
    for place, room in enumerate(order):
        assert graph.get(room, set()) & set(order) <= set(order[:place]), room


def _room_of(module: str) -> str:
    return module.split(".")[2] if module.count(".") > 1 else ""
