"""The demo again and again, also beside busy loops: `python -m local.demo.series --runs 20 --loops 3`.

Every second run has the loops beside it. Prints a table, a line for each run, and fails if a run did or if two differ.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.cloud import ROOT, STATE
from local.demo.__main__ import OUTCOME_FILE

LONGEST_SECONDS = 3600
LOG = STATE / "series.log"
COUNTED = ("messages", "recovered", "opted_out", "duplicates", "after_purchase", "after_opt_out")


@contextmanager
def beside(loops: int) -> Iterator[None]:
    """Keep so many processes busy with nothing until the block ends, or for an hour."""
    busy = ["timeout", str(LONGEST_SECONDS), "sh", "-c", "while :; do :; done"]
    running = [subprocess.Popen(busy) for _ in range(loops)]
    try:
        yield
    finally:
        for each in running:
            each.terminate()
            each.wait()


def run(loops: int) -> tuple[int, float, dict[str, Any]]:
    """Play the demo once; give its exit code, its real seconds and its outcome."""
    OUTCOME_FILE.unlink(missing_ok=True)
    began = time.monotonic()
    with beside(loops), LOG.open("ab") as log:
        done = subprocess.run(
            ["make", "demo", "ONCE=1"],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    told = json.loads(OUTCOME_FILE.read_text()) if OUTCOME_FILE.exists() else {}
    return done.returncode, time.monotonic() - began, told


def main() -> int:
    """Read the command line; give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.demo.series", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument(
        "--loops", type=int, default=3, help="how many busy loops every second run has beside it"
    )
    options = parser.parse_args()
    STATE.mkdir(exist_ok=True)
    first: dict[str, Any] = {}
    good = True
    print(f"| run | began | loops | seconds | {' | '.join(COUNTED)} | passed | as the first |")
    print(f"| {' | '.join(['---'] * (len(COUNTED) + 6))} |", flush=True)
    for number in range(1, options.runs + 1):
        loops, began = 0 if number % 2 else options.loops, time.strftime("%H:%M:%S", time.gmtime())
        code, seconds, told = run(loops)
        first = first or told
        fine = ["yes" if code == 0 else f"no: {code}", "yes" if told and told == first else "no"]
        good = good and fine == ["yes", "yes"]
        cells = [number, began, loops, f"{seconds:.0f}", *(told.get(name, "") for name in COUNTED), *fine]
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
