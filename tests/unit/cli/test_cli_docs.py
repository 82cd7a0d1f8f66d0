"""What the README and the guides tell people to type, the command line takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.cartback import app

ROOT = Path(__file__).parents[3]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
_BLOCK = re.compile(r"^ *```(?:sh|bash|console)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SHOP = re.compile("[a-z0-9][a-z0-9-]{1,39}")
_CALL = re.compile(r"^(?:\$ )?(?:.*\| *)?(?:\.venv/bin/)?cartback (.*)$")


def lines() -> list[tuple[str, str]]:
    """Every whole line of the blocks that calls the command line, with its page; backslashes join lines."""
    return [
        (page.name, found.group(1))
        for page in PAGES
        for block in _BLOCK.findall(page.read_text(encoding="utf-8"))
        for line in re.sub(r"\\\n\s*", "", block).splitlines()
        if (found := _CALL.match(line.strip()))
    ]


def taken(command: Any, args: list[str], parent: Any = None) -> None:
    """Read a line as the command line would, without running it. Raises what it would answer to a wrong one."""
    context = command.make_context(command.name or "cartback", args, parent=parent)
    if hasattr(command, "commands"):
        _, below, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        taken(below, rest, context)
    else:
        assert _SHOP.fullmatch(context.params.get("shop", "demo"))


def test_there_are_lines_to_try():
    assert {"README.md", "cli.md", "settings.md"} <= {page for page, _ in lines()}


@pytest.mark.parametrize(("page", "line"), lines(), ids=lambda each: each)
def test_every_line_of_the_guides_is_taken(page: str, line: str):
    words = shlex.split(re.split(r" [<>|] | #", f"{line} ", maxsplit=1)[0])
    taken(typer.main.get_command(app), words)
