"""The pins by which `make setup` fetches uv itself: the locked version, with the hash of every wheel.

python -m local.pin_uv > local/uv.txt. Whatever checks all other hashes is checked by pip, by these.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / "local" / "uv.txt"


def text() -> str:
    """A requirements file for ``pip install --require-hashes``."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    (uv,) = [each for each in lock["package"] if each["name"] == "uv"]
    hashes = "".join(f" \\\n    --hash={each['hash']}" for each in uv["wheels"])
    return f"# Made by 'make lock' from uv.lock.\nuv=={uv['version']}{hashes}\n"


if __name__ == "__main__":
    sys.stdout.write(text())
