"""Which commands there are, by the first lines of their files: nothing of them is loaded to list them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "commands"
_FIRST = re.compile(r"``cartback ([a-z]+)[^:]*: (.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """A command by its name: what it says of itself, and the modules that make it, its own first."""

    name: str
    says: str
    modules: tuple[str, ...]


@cache
def entries() -> dict[str, Entry]:
    """Every command by its name, in their order. Several files may join one: the one of its name comes first."""
    found: dict[str, list[tuple[bool, str, str]]] = {}
    for file in sorted(_FOLDER.glob("[!_]*.py")):
        first = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        said = _FIRST.match(first.partition("\n\n")[0])
        if said is None:
            raise LookupError(f"{file.name} begins without ``cartback NAME``: and what it is for")
        name, says = said[1], " ".join(said[2].split())
        found.setdefault(name, []).append((file.stem != name, f"cli.commands.{file.stem}", says))
    return {
        name: Entry(name, _sentence(min(parts)[2]), tuple(module for _, module, _ in sorted(parts)))
        for name, parts in sorted(found.items())
    }


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
