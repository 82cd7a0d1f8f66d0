"""What a guide tells to write, written: a copy of the house with the files and the lines of a page."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
_FENCE = r"```\w+\n(?P<{}>.*?)^```"
_FILE = re.compile(r"^`(?P<path>[\w/.-]+)`:\n\n" + _FENCE.format("text"), re.MULTILINE | re.DOTALL)
_LINES = re.compile(
    r"In `(?P<path>[\w/.-]+)`, (?P<how>above|instead of) the line `(?P<line>[^\n]+)`:\n\n"
    + _FENCE.format("text"),
    re.MULTILINE | re.DOTALL,
)
_LEFT_OUT = shutil.ignore_patterns(".*", "pictures", "node_modules", "bench")


def files(page: str) -> dict[str, str]:
    """The files that a page tells to write, by their paths."""
    return {found["path"]: found["text"] for found in _FILE.finditer(page)}


def lines(page: str) -> list[tuple[str, str, str]]:
    """What a page tells to put into files that there are: the file, a line of it, and what then stands there."""
    return [
        (
            found["path"],
            found["line"],
            found["text"] + (f"{found['line']}\n" if found["how"] == "above" else ""),
        )
        for found in _LINES.finditer(page)
    ]


def built(page: str, tree: Path) -> Path:
    """Copy the house to ``tree``, and do to it what the page says. Raises AssertionError where that cannot be done."""
    shutil.copytree(ROOT, tree, ignore=_LEFT_OUT, dirs_exist_ok=True)
    for path, text in files(page).items():
        file = tree / path
        assert not file.exists(), f"{path} is there already"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for path, line, text in lines(page):
        whole = (tree / path).read_text()
        assert whole.count(f"{line}\n") == 1, f"{path}: {line}"
        (tree / path).write_text(whole.replace(f"{line}\n", text))
    run(tree, "docs/write_flows.py")
    return tree


def run(tree: Path, *arguments: str, program: str = sys.executable) -> str:
    """Run Python there, as who follows the page does; gives what it printed. Raises AssertionError if it fails."""
    paths = ":".join(str(tree / place) for place in ("layers/core", "functions", "."))
    done = subprocess.run(
        [program, *arguments],
        cwd=tree,
        env={"PYTHONPATH": paths, "PATH": "/usr/bin:/bin", "AWS_DEFAULT_REGION": "eu-central-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout
