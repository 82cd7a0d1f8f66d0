"""Write the JSON Schema of every fact to docs/facts: `python docs/write_facts.py`."""

from __future__ import annotations

import json
from pathlib import Path

from cartback.domain.facts import CATALOGUE, schema

FOLDER = Path(__file__).with_name("facts")


def written() -> dict[str, str]:
    """The files by their names, as they should be."""
    return {f"{name}.json": json.dumps(schema(name), indent=2) + "\n" for name in CATALOGUE}


def write() -> None:
    """Bring the folder up to date; what is no fact any more goes."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.json"):
        path.unlink()
    for name, text in written().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    write()
